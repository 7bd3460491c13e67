"""Captions of landscapes: free composition of things, places, season, hour, weather and medium."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.captions import country
from likeness.synthetic.captions.studies import studied
from likeness.synthetic.captions.styles import PHOTO, in_manner, in_medium
from likeness.synthetic.captions.wording import Caption, joined, listed, one, saying, shuffled, with_adjective
from likeness.synthetic.landscapes.landscape import Landscape

_OPENINGS = (
    saying("a photo of", "style"),
    saying("a photo of", "style"),
    saying("a photograph of", "style"),
    saying("a picture of"),
    saying("a view of"),
)
_OPENED, _STUDIED, _PAINTING_ALONE, _COMMAS, _WHEN_FIRST = 0.4, 0.35, 0.05, 0.1, 0.12
"""Shares: of photographs that are called so; of scenes of the studies told in their words; of paintings of which only
the style is said; of captions that are words between commas, and of those that begin with the time."""
_TOLD_SHARES = (0.10, 0.18, 0.24, 0.22, 0.16, 0.10)
"""Of captions that tell 1, 2, … 6 attributes."""
_ABOUT = ("car", "figure", "tree", "kind", "house", "ground")
"""What a caption can be about, but for fantasy, which is always what it is about."""


def landscape_caption(landscape: Landscape, style: str, rng: np.random.Generator) -> Caption:
    """Describe a landscape; what is left unsaid changes from call to call.

    Args:
        landscape: What is seen.
        style: A key of the painter's ``STYLES``.
        rng: Chooses what is said and how.
    """
    if style != PHOTO and rng.random() < _PAINTING_ALONE:
        return in_manner(saying(""), style, rng, genre="landscape")
    scenes = studied(landscape, rng) if rng.random() < _STUDIED else []
    if scenes:
        scene = one(rng, scenes)
        return in_medium(scene, style, rng, genre="landscape") if style != PHOTO else scene
    if style == PHOTO and rng.random() >= _OPENED:
        return _composed(landscape, rng, alone=True)
    scene = _composed(landscape, rng, alone=False)
    return in_medium(scene, style, rng, genre="landscape") if style != PHOTO else joined([one(rng, _OPENINGS), scene])


def _composed(landscape: Landscape, rng: np.random.Generator, *, alone: bool) -> Caption:
    """Some of what a landscape shows; the time after the things, among them or, in a caption alone, before them."""
    left = _chosen(landscape, rng)
    about = _about(left, rng)
    head = _head(landscape, about, left, rng)
    where = _where(landscape, about, left, rng)
    when = shuffled(rng, _when(landscape, left, rng))
    things = shuffled(rng, [country.THINGS[name](landscape, rng) for name in sorted(left)])
    if rng.random() < _COMMAS:
        return joined([head, *where, *things, *when], ", ")
    first = when[:1] if alone and rng.random() < _WHEN_FIRST else []
    rest = [head, *where, *when[len(first) :]]
    if things:
        place = int(rng.integers(1 + len(where), len(rest) + 1))
        rest.insert(place, joined([saying("with"), listed(things)]))
    return joined([*first, joined(rest)], ", ")


def _chosen(landscape: Landscape, rng: np.random.Generator) -> set[str]:
    """Names of the attributes to tell: some of those that are there to be seen, the rare ones more often."""
    rural = landscape.kind != "street"
    weights = {
        "kind": 2.0,
        "season": 2.0,
        "hour": 0.8 if landscape.hour == "noon" else 1.5,
        "weather": 0.5 if landscape.weather == "clear" else 1.5,
        "ground": 1.2 * bool(country.ground_seen(landscape)),
        "tree": 2.5 * bool(landscape.tree),
        "house": 2.5 * (landscape.house and rural and landscape.kind != "village"),
        "path": 2.0 * (landscape.path and rural),
        "sun": 1.5 * landscape.sun,
        "figure": 4.0 * bool(landscape.figure),
        "car": 4.0 * bool(landscape.car),
        "fantasy": 3.0 * landscape.fantasy,
    }
    names = [name for name, weight in weights.items() if weight]
    shares = np.array([weights[name] for name in names])
    count = 1 + int(rng.choice(len(_TOLD_SHARES), p=_TOLD_SHARES))
    return set(rng.choice(names, min(count, len(names)), replace=False, p=shares / shares.sum()).tolist())


def _about(left: set[str], rng: np.random.Generator) -> str:
    """Name of the attribute that the caption is about, taken from those left to tell; or nothing."""
    names = ["fantasy"] if "fantasy" in left else [name for name in _ABOUT if name in left]
    about = one(rng, names) if names else ""
    left.discard(about)
    return about


def _head(landscape: Landscape, about: str, left: set[str], rng: np.random.Generator) -> Caption:
    """What it is about; a landscape's season and weather, taken from those left, may become adjectives."""
    if about == "figure":
        return country.figure_outdoors(landscape, rng)
    if about in country.THINGS and about != "ground":
        return country.THINGS[about](landscape, rng)
    head = country.scene(landscape, about, rng)
    for name, adjectives in (("season", country.SEASON_ADJECTIVES), ("weather", country.WEATHER_ADJECTIVES)):
        if name in left and head.text.endswith(("landscape", "fields")) and rng.random() < 0.6:
            left.remove(name)
            adjective = one(rng, adjectives[getattr(landscape, name)])
            head = Caption(with_adjective(adjective, head.text), head.said | {name})
    return head


def _where(landscape: Landscape, about: str, left: set[str], rng: np.random.Generator) -> list[Caption]:
    """The places, taken from those left: the ground and the kind of country."""
    places = []
    if about == "figure" and "kind" in left and landscape.kind in country.OVERLOOKED and rng.random() < 0.4:
        left.remove("kind")
        places.append(saying(f"on a hill overlooking {country.OVERLOOKED[landscape.kind]}", "kind"))
    if about in ("car", "figure", "tree", "house") and "ground" in left and rng.random() < 0.7:
        left.remove("ground")
        places.insert(0, saying(one(rng, country.FIELDS[landscape.ground]), "ground"))
    if "kind" in left:
        left.remove("kind")
        places.append(saying(one(rng, country.PLACES[landscape.kind]), "kind"))
    return places


def _when(landscape: Landscape, left: set[str], rng: np.random.Generator) -> list[Caption]:
    """Season, hour and weather, taken from those left; two of them may share a phrase: on a winter night."""
    times = []
    for name, adjectives in (("season", country.SEASON_ADJECTIVES), ("weather", country.WEATHER_ADJECTIVES)):
        if {name, "hour"} <= left and rng.random() < 0.35:
            left -= {name, "hour"}
            adjective = one(rng, adjectives[getattr(landscape, name)])
            times.append(saying(f"on {with_adjective(adjective, country.DAYTIMES[landscape.hour])}", name, "hour"))
    for name, phrases in (("season", country.SEASONS), ("hour", country.HOURS), ("weather", country.WEATHERS)):
        if name in left:
            left.remove(name)
            times.append(saying(one(rng, phrases[getattr(landscape, name)]), name))
    return times
