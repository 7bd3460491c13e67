"""The published studies' own phrasings, and what an edit may make of them, for landscapes that show that."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.captions import country
from likeness.synthetic.captions.wording import Caption, joined, saying, with_article
from likeness.synthetic.landscapes.landscape import Landscape

_ARTSTATION = 0.75
"""Share of the fantasy captions that end as the study's does."""


def studied(landscape: Landscape, rng: np.random.Generator) -> list[Caption]:
    """Every scene of the studies that a landscape is, in the studies' words."""
    scenes = [_fantasy(landscape, rng), _playing(landscape, rng), _driving(landscape, rng), *_provence(landscape, rng)]
    return [scene for scene in scenes if scene.text]


def _fantasy(landscape: Landscape, rng: np.random.Generator) -> Caption:
    """A landscape, of fantasy or not, with a tree and a setting sun."""
    if not (landscape.tree and landscape.sun and landscape.hour == "sunset") or landscape.kind == "street":
        return saying("")
    head = saying("A fantasy landscape", "fantasy") if landscape.fantasy else saying("A landscape")
    tree = saying(f"with {with_article(landscape.tree)} tree in the foreground", "tree")
    scene = joined([head, tree, saying("and a red sun setting in the distance", "sun", "hour")])
    if landscape.fantasy and rng.random() < _ARTSTATION:
        scene = joined([scene, saying("trending on artstation")], ", ")
    in_season = 0.7 if landscape.season == "winter" else 0.15
    return _when(scene, landscape, rng) if rng.random() < in_season else scene


def _playing(landscape: Landscape, rng: np.random.Generator) -> Caption:
    """Somebody playing on a hill above a valley."""
    if not landscape.figure or landscape.kind != "hills" or landscape.fantasy:
        return saying("")
    who = saying(f"A young {landscape.figure} playing in a field, on a hill overlooking", "figure", "kind")
    ground = country.ground_seen(landscape)
    if not ground:
        snowy = landscape.season == "winter" and rng.random() < 0.5
        return joined([who, saying("a snowy valley", "season") if snowy else saying("a valley")])
    scene = joined([who, saying(f"{with_article(country.VALLEYS[ground])} valley", "ground")])
    return _when(scene, landscape, rng) if rng.random() < 0.15 else scene


def _driving(landscape: Landscape, rng: np.random.Generator) -> Caption:
    """A car, in Manhattan or wherever a car may be."""
    if not landscape.car:
        return saying("")
    scene = country.car(landscape, rng)
    if rng.random() < 0.4:
        scene = joined([scene, saying("in Manhattan", "kind")])
    return _when(scene, landscape, rng) if rng.random() < 0.2 else scene


def _provence(landscape: Landscape, rng: np.random.Generator) -> list[Caption]:
    """The country that Cézanne painted, and its mountain."""
    southern = landscape.tree in ("", "pine", "cypress", "oak") and landscape.season != "winter"
    if landscape.fantasy or not southern:
        return []
    scenes = []
    if landscape.kind == "mountains":
        scenes.append(saying("Mont Saint Victoire", "kind"))
    if landscape.kind in ("hills", "mountains", "plain", "village"):
        scenes.append(saying("the Provence"))
    return [_when(scene, landscape, rng) if rng.random() < 0.3 else scene for scene in scenes]


def _when(scene: Caption, landscape: Landscape, rng: np.random.Generator) -> Caption:
    """A scene in its season."""
    return joined([scene, saying(country.SEASONS[landscape.season][0], "season")])
