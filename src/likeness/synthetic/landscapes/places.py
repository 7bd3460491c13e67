"""Where trees, houses and people stand: on dry land, clear of one another, at sizes that perspective gives them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.landscapes.terrain import LAKE, NO_WATER, SEA, Terrain, ground_height, inland, off_path
from likeness.synthetic.landscapes.view import View, across, column_of, row_of

_TREE_METRES = {"pine": 17.0, "banyan": 14.0, "cypress": 14.0, "bare": 10.0, "oak": 13.0}
_TREE_SHARES = {
    "pine": (0.55, 0.88),
    "banyan": (0.46, 0.62),
    "cypress": (0.50, 0.82),
    "bare": (0.42, 0.7),
    "oak": (0.45, 0.72),
}
_PERSON_METRES = {"boy": 1.30, "girl": 1.28, "man": 1.78, "woman": 1.68}


CAR_METRES = 4.3
"""Length of a car."""


@dataclass(frozen=True)
class Thing:
    """Something that stands.

    Attributes:
        what: "tree", "house", "figure", "car", "bush" or "rock".
        kind: Which of them.
        x: Metres to the right.
        depth: Metres away.
        metres: Height.
        seed: Of its looks.
    """

    what: str
    kind: str
    x: float
    depth: float
    metres: float
    seed: int


class _Site:
    """The ground that things are put on, and the columns that are taken."""

    def __init__(self, view: View, terrain: Terrain, rng: np.random.Generator) -> None:
        self.view, self.terrain, self.rng = view, terrain, rng
        self.taken: list[tuple[float, float]] = []

    def _room(self, x: float, depth: float) -> float:
        """How well a place serves: 1 for dry land off the path whose foot is in the picture."""
        view, t = self.view, self.terrain
        foot = row_of(view, ground_height(t, x, depth), depth) / view.size
        score = 1.0 if foot < 0.965 else 0.965 - foot
        if t.water != NO_WATER:
            score = min(score, (inland(t, x, depth) - 0.5 * t.bank) / (0.5 * t.bank))
        return min(score, off_path(t, x, depth) / max(t.path_width, 1e-6) - 0.2)

    def place(
        self,
        what: str,
        kind: str,
        metres: float,
        share: tuple[float, float],
        columns: tuple[float, float],
        width: float,
    ) -> Thing:
        """Put a thing of some height where it fills a share of the picture's height, between two columns (shares).

        ``width`` is the room it takes to its left and right, as a share of its height.
        """
        best: tuple[float, float, float, float, float] | None = None
        for attempt in range(28):
            stretch = 1.03 if attempt % 2 else 0.97  # nearer and farther by turns
            tall = min(self.rng.uniform(*share) * stretch**attempt, 1.15 * share[1])
            column = self.rng.uniform(*(columns if attempt < 14 else (0.08, 0.92)))
            if self.terrain.water in (LAKE, SEA) and what != "figure":
                metres *= 0.96  # there is little room before the shore: something smaller, nearer
            depth = self.view.focal * metres / (tall * self.view.size)
            x = across(self.view, column * self.view.size, depth)
            apart = min((abs(column - other) - tall * width - half for other, half in self.taken), default=1.0)
            score = min(self._room(x, depth), 8 * apart + 1)
            if best is None or score > best[0]:
                best = (score, x, depth, tall, metres)
            if score >= 0.8:
                break
        assert best is not None
        _, x, depth, tall, metres = best
        self.taken.append((column_of(self.view, x, depth) / self.view.size, tall * width))
        return Thing(what, kind, x, depth, metres, int(self.rng.integers(2**31)))


def place_things(landscape: Landscape, view: View, terrain: Terrain, rng: np.random.Generator) -> list[Thing]:
    """Everything that stands in a landscape, far things first."""
    site = _Site(view, terrain, rng)
    side = bool(rng.random() < 0.5)
    beside = ((0.10, 0.32), (0.68, 0.90)) if side else ((0.68, 0.90), (0.10, 0.32))
    things: list[Thing] = []
    if landscape.tree:
        metres = _TREE_METRES[landscape.tree] * float(rng.uniform(0.9, 1.1))
        if landscape.kind in ("lake", "sea"):  # little room before the shore
            metres *= 0.35 + 0.1 * view.eye
        width = {"pine": 0.22, "cypress": 0.12, "banyan": 0.6}.get(landscape.tree, 0.4)
        things.append(site.place("tree", landscape.tree, metres, _TREE_SHARES[landscape.tree], beside[0], width))
    if landscape.car:
        things.append(_car(landscape, site))
    if landscape.figure:
        metres = _PERSON_METRES[landscape.figure]
        things.append(site.place("figure", landscape.figure, metres, (0.17, 0.26), (0.30, 0.70), 0.45))
    if landscape.kind == "village":
        things += _village(site)
    elif landscape.house and landscape.kind != "street":
        share = (0.24, 0.36) if landscape.kind in ("lake", "sea") else (0.15, 0.30)
        things.append(site.place("house", "", float(rng.uniform(6.0, 8.0)), share, beside[1], 0.75))
    if landscape.kind != "street":
        things += _grove(site) + _undergrowth(site)
    return sorted(things, key=lambda thing: -thing.depth)


def _car(landscape: Landscape, site: _Site) -> Thing:
    """A car on the roadway, two fifths of the picture wide."""
    share, lane = float(site.rng.uniform(0.34, 0.50)), float(site.rng.uniform(-0.55, 0.55))
    depth = site.view.focal * CAR_METRES / (share * site.view.size)
    x = lane * site.terrain.road
    site.taken.append((column_of(site.view, x, depth) / site.view.size, 0.5 * share))
    return Thing("car", landscape.car_kind, x, depth, 1.45, int(site.rng.integers(2**31)))


def _village(site: _Site) -> list[Thing]:
    """Houses in a cluster, a few near enough to see their windows."""
    rng = site.rng
    centre = float(rng.uniform(0.35, 0.65))
    houses = []
    for row in range(int(rng.integers(11, 18))):
        share = 0.20 * 0.86**row
        columns = (max(centre - 0.42, 0.04), min(centre + 0.42, 0.96))
        taken = site.taken.copy()
        houses.append(site.place("house", "", float(rng.uniform(5.5, 8.5)), (0.8 * share, 1.15 * share), columns, 0.5))
        if row > 3:  # farther houses may overlap
            site.taken = taken
    return houses


def _grove(site: _Site) -> list[Thing]:
    """Trees of the middle distance, alone and in clumps."""
    rng, t = site.rng, site.terrain
    kinds = ("pine",) if t.conifers > 0.8 else ("oak",) if t.conifers < 0.2 else ("pine", "oak")
    trees = []
    for _ in range(int(rng.integers(0, 6))):
        centre = float(rng.uniform(-0.05, 1.05))
        clump, share = int(rng.integers(1, 6)), float(rng.uniform(0.045, 0.12))
        for _ in range(clump):
            kind, metres = str(rng.choice(kinds)), float(rng.uniform(7, 13))
            tall, column = share * float(rng.uniform(0.8, 1.2)), centre + float(rng.normal(0, 0.05))
            depth = site.view.focal * metres / (tall * site.view.size)
            x = across(site.view, column * site.view.size, depth)
            dry = t.water == NO_WATER or inland(t, x, depth) > t.bank
            if dry and off_path(t, x, depth) > 4:
                trees.append(Thing("tree", kind, x, depth, metres, int(rng.integers(2**31))))
    return trees


def _undergrowth(site: _Site) -> list[Thing]:
    """A few bushes and boulders on the near ground."""
    rng, t = site.rng, site.terrain
    found = []
    what = str(rng.choice(("bush", "rock")))
    for _ in range(int(rng.integers(0, 6))):
        metres = float(rng.uniform(0.5, 1.3)) * (1.0 if what == "bush" else 0.6)
        depth, column = float(rng.uniform(9, 45)), float(rng.uniform(-0.02, 1.02)) * site.view.size
        x = across(site.view, column, depth)
        dry = t.water == NO_WATER or inland(t, x, depth) > 0.5 * t.bank
        if dry and off_path(t, x, depth) > t.path_width:
            found.append(Thing(what, "", x, depth, metres, int(rng.integers(2**31))))
    return found
