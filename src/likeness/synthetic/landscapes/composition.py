"""Where everything lies and stands: a view, a land and places, by kind and seed alone, whatever the hour or season."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.terrain import LAKE, NO_WATER, RIVER, SEA, Terrain
from likeness.synthetic.landscapes.view import View

_HORIZONS = {
    "hills": (0.40, 0.56),
    "mountains": (0.52, 0.68),
    "plain": (0.48, 0.70),
    "river": (0.36, 0.50),
    "lake": (0.44, 0.56),
    "sea": (0.38, 0.56),
    "village": (0.42, 0.54),
    "street": (0.46, 0.56),
}
_EYES = {
    "hills": (2.2, 3.8),
    "mountains": (1.9, 3.4),
    "plain": (1.8, 3.0),
    "river": (3.2, 5.5),
    "lake": (3.8, 6.0),
    "sea": (4.2, 7.0),
    "village": (2.8, 4.6),
    "street": (1.6, 2.4),
}


def compose(landscape: Landscape, size: int, rng: np.random.Generator) -> tuple[View, Terrain]:
    """The view and the land of a landscape; ``rng`` is drawn from alike whatever the kind is."""
    kind = landscape.kind

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    view = View(
        size=size,
        horizon=size * between(*_HORIZONS[kind]),
        focal=size * between(1.0, 1.35),
        eye=between(*_EYES[kind]),
    )
    if landscape.figure:  # people stand so near that a child a fifth of the picture high is seen from head to foot
        lowest = 0.94 if kind not in ("river", "lake", "sea") else 0.86  # banks lie low
        view = view._replace(eye=min(view.eye, (lowest - view.horizon / size) * 1.28 / 0.20))
    side = float(rng.choice((-1.0, 1.0)))
    # the shore's distance in heights of the eye sets its row: farther where a house or a tree needs room
    room = 3.2 if landscape.house or landscape.tree else 0.0
    near_shore = view.eye * {"lake": between(4.4, 7.5) + room, "sea": between(3.6, 6.0) + room}.get(kind, 0.0)
    high = {"hills": between(90, 220), "mountains": between(30, 140), "river": between(50, 170)}.get(
        kind, between(20, 120)
    )
    if kind == "plain":
        high = between(0, 14)
    alpine = {"mountains": 1.0, "lake": float(rng.random() < 0.55), "river": float(rng.random() < 0.45)}.get(
        kind, float(rng.random() < 0.12)
    )
    if kind in ("plain", "sea", "street"):
        alpine = 0.0
    if landscape.fantasy and kind != "street":
        alpine = 1.0
    width = between(11, 24) if kind == "river" else between(170, 520)
    mountains_from = between(2200, 4200)
    level = {"river": -1.5, "lake": -1.2, "sea": -1.2}.get(kind, -1e9)
    return view, Terrain(
        seed=landscape.seed & 0xFFFFFF,
        rolling=0.0 if kind == "street" else 0.5 if kind in ("sea", "plain", "river") else between(0.8, 3.2),
        rolling_length=between(24, 60),
        drop={"hills": between(6, 36), "mountains": between(0, 30), "river": 0.0, "lake": 0.0}.get(
            kind, between(0, 4) * (kind != "street")
        ),
        drop_from=between(18, 40),
        drop_to=between(160, 420),
        knolls={"hills": between(8, 30), "mountains": between(0, 20), "village": between(2, 12)}.get(kind, 0.0),
        hills=0.0 if kind == "sea" else high,
        hill_length=between(420, 1100),
        hills_from=between(160, 380) * (2.0 if kind == "river" else 1.0),
        mountains=alpine * between(1400, 2600) * (1.5 if landscape.fantasy else 1.0),
        mountain_length=between(1500, 2600) * (0.7 if landscape.fantasy else 1.0),
        mountains_from=mountains_from,
        peak_x=side * between(100, 1700),
        peak_depth=mountains_from * between(1.7, 2.4),
        peak_radius=between(1500, 2800) * float(rng.random() < 0.7),
        spires=between(0.6, 1.1) if landscape.fantasy else 0.0,
        water={"river": RIVER, "lake": LAKE, "sea": SEA}.get(kind, NO_WATER),
        level=level,
        bank={"river": 7.0, "lake": 0.2 * near_shore, "sea": between(0.3, 0.75) * near_shore}.get(kind, 1.0),
        water_x=side * (0.5 * width + between(1.0, 4.0) + (2.5 if landscape.figure else 0.0))
        if kind == "river"
        else side * between(0, 60),
        water_slope=-side * between(0.08, 0.26) if kind == "river" else side * between(0.05, 0.5),
        water_bend=float(rng.choice((-1.0, 1.0))) * between(5, 16),
        water_length=between(26, 60),
        water_width=width,
        shore_near=near_shore,
        shore_far=near_shore + between(160, 620),
        headland=side * float(rng.random() < 0.6),
        path_width=between(1.7, 2.8) if landscape.path and kind != "street" else 0.0,
        path_x=-side * between(0.3, 2.6),
        path_slope=side * between(0.0, 0.12),
        path_bend=between(1.5, 6.0),
        path_length=between(12, 34),
        path_end=near_shore * 0.8 if near_shore else between(120, 420),
        forest={"hills": between(0.0, 0.7), "plain": between(0.1, 0.5), "sea": between(0.2, 0.9), "street": 0.0}.get(
            kind, between(0.25, 1.0)
        ),
        forest_from=between(190, 380),
        road=3.4 if kind == "street" else 0.0,
        conifers=float(rng.choice((0.0, 0.25, 0.9))) if alpine == 0 else between(0.5, 1.0),
    )
