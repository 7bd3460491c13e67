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


_TRIES = 48

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

    def __init__(self, view: View, terrain: Terrain) -> None:
        self.view, self.terrain = view, terrain
        self.taken: list[tuple[float, float]] = []

    def _room(self, what: str, x: float, depth: float) -> float:
        """How well a place serves: 1 for dry land in the picture, off the path but for people."""
        view, t = self.view, self.terrain
        foot = row_of(view, ground_height(t, x, depth), depth) / view.size
        score = 1.0 if foot < 0.965 else 20 * (0.965 - foot)
        if t.water != NO_WATER:
            ashore = (inland(t, x, depth) - 0.5 * t.bank) / (0.5 * t.bank)
            score = min(score, ashore if ashore > -1 else 6 * ashore)
        return score if what == "figure" else min(score, off_path(t, x, depth) / max(t.path_width, 1e-6) - 0.2)

    def place(
        self,
        what: str,
        kind: str,
        metres: float,
        share: tuple[float, float],
        columns: tuple[float, float],
        width: float,
        rng: np.random.Generator,
    ) -> Thing:
        """Put a thing of some height where it fills a share of the picture's height, between two columns (shares).

        Where there is no room, later tries are made anywhere and farther off. ``width`` is the room that the thing
        takes to its left and right, as a share of its height.
        """
        view, size = self.view, self.view.size
        best = (-np.inf, 0.0, 1.0, metres)
        for attempt in range(_TRIES):
            tall, shrunk = rng.uniform(*share), 1.0
            column = rng.uniform(*(columns if attempt < _TRIES // 2 else (0.08, 0.92)))
            if self.terrain.water in (LAKE, SEA) and what != "figure":
                # there is little room before the shore: as near as that, and as high as fills the picture
                lowest = view.focal * view.eye / (0.955 * size - view.horizon)
                depth = rng.uniform(max(0.55, lowest / self.terrain.shore_near), 0.92) * self.terrain.shore_near
                high = tall * size * depth / view.focal
            else:
                shrunk = min(1.0, 1.5 - attempt / _TRIES)
                depth, high = view.focal * metres / (tall * shrunk * size), metres
            x = across(view, column * size, depth)
            apart = min((abs(column - other) - tall * width - half for other, half in self.taken), default=1.0)
            score = min(self._room(what, x, depth), 5 * apart + 1) - 1.5 * (1 - shrunk)
            if score > best[0]:
                best = (score, x, depth, high)
            if score >= 0.8:
                break
        _, x, depth, high = best
        self.taken.append((column_of(view, x, depth) / size, width * view.focal * high / (depth * size)))
        return Thing(what, kind, x, depth, high, int(rng.integers(2**31)))


def place_things(landscape: Landscape, view: View, terrain: Terrain, rng: np.random.Generator) -> list[Thing]:
    """Everything that stands in a landscape, far things first; each stays where it is when another is changed."""
    site = _Site(view, terrain)
    trees, people, houses, far_trees, shrubs = rng.spawn(5)
    beside = [(0.10, 0.32), (0.68, 0.90)][:: 1 if rng.random() < 0.5 else -1]
    things: list[Thing] = []
    if landscape.tree:
        metres = _TREE_METRES[landscape.tree] * float(trees.uniform(0.9, 1.1))
        width = {"pine": 0.22, "cypress": 0.12, "banyan": 0.6}.get(landscape.tree, 0.4)
        share = _TREE_SHARES[landscape.tree]
        things.append(site.place("tree", landscape.tree, metres, share, beside[0], width, trees))
    if landscape.car:
        things.append(_car(landscape, site, houses))
    if landscape.figure:
        metres = _PERSON_METRES[landscape.figure]
        things.append(site.place("figure", landscape.figure, metres, (0.20, 0.28), (0.28, 0.72), 0.45, people))
    if landscape.kind == "village":
        things += _village(site, houses)
    elif landscape.house and landscape.kind != "street":
        share = (0.22, 0.34) if landscape.kind in ("lake", "sea") else (0.15, 0.30)
        things.append(site.place("house", "", float(houses.uniform(6.0, 8.0)), share, beside[1], 0.75, houses))
    if landscape.kind != "street":
        things += _grove(site, far_trees) + _undergrowth(site, shrubs)
    return sorted(things, key=lambda thing: -thing.depth)


def _car(landscape: Landscape, site: _Site, rng: np.random.Generator) -> Thing:
    """A car on the roadway, two fifths of the picture wide."""
    share, lane = float(rng.uniform(0.34, 0.50)), float(rng.uniform(-0.55, 0.55))
    depth = site.view.focal * CAR_METRES / (share * site.view.size)
    x = lane * site.terrain.road
    site.taken.append((column_of(site.view, x, depth) / site.view.size, 0.5 * share))
    return Thing("car", landscape.car_kind, x, depth, 1.45, int(rng.integers(2**31)))


def _village(site: _Site, rng: np.random.Generator) -> list[Thing]:
    """Houses in a cluster, a few near enough to see their windows."""
    centre = float(rng.uniform(0.35, 0.65))
    houses = []
    for row in range(int(rng.integers(11, 18))):
        share = 0.20 * 0.86**row
        columns = (max(centre - 0.42, 0.04), min(centre + 0.42, 0.96))
        taken = site.taken.copy()
        houses.append(
            site.place("house", "", float(rng.uniform(5.5, 8.5)), (0.8 * share, 1.15 * share), columns, 0.5, rng)
        )
        if row > 3:  # farther houses may overlap
            site.taken = taken
    return houses


def _grove(site: _Site, rng: np.random.Generator) -> list[Thing]:
    """Trees of the middle distance, alone and in clumps."""
    t = site.terrain
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


def _undergrowth(site: _Site, rng: np.random.Generator) -> list[Thing]:
    """A few bushes and boulders on the near ground."""
    t = site.terrain
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
