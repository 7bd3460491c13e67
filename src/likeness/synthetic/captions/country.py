"""The words for what a landscape shows: each attribute as a thing, as a place, as a time or as an adjective."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from likeness.synthetic.captions.wording import Caption, one, saying, with_article
from likeness.synthetic.landscapes.landscape import Landscape

KINDS = {
    "hills": ("rolling hills", "hills", "a hilly landscape"),
    "mountains": ("mountains", "a mountain landscape", "high mountains", "a mountain"),
    "plain": ("a plain", "a wide plain", "open country"),
    "river": ("a river", "a winding river", "a river landscape"),
    "lake": ("a lake", "a quiet lake", "a lake landscape"),
    "sea": ("the sea", "a seascape", "the coast"),
    "village": ("a village", "a small village", "an old village"),
    "street": ("a street", "a city street", "a street in Manhattan"),
}
"""What kind of country it is, as a subject."""
PLACES = {
    "hills": ("in the hills", "among rolling hills"),
    "mountains": ("in the mountains", "in front of the mountains"),
    "plain": ("on a plain", "in open country"),
    "river": ("by a river", "beside a river"),
    "lake": ("by a lake", "on the shore of a lake"),
    "sea": ("by the sea", "on the coast"),
    "village": ("in a village", "near a village"),
    "street": ("in Manhattan", "in the street", "in a city street", "in the city"),
}
"""The same as a place."""
OVERLOOKED = {
    "mountains": "the mountains",
    "plain": "a wide plain",
    "river": "a river",
    "lake": "a lake",
    "sea": "the sea",
    "village": "a village",
}
"""The same as what is seen from a hill; among hills that is a valley."""
VALLEYS = {"green": "green", "dry": "dry", "flowers": "flowering", "wheat": "golden"}
"""A valley's adjective, by the ground."""
GROUNDS = {
    "green": ("a green meadow", "a green field", "green fields", "green grass"),
    "dry": ("a dry field", "dry fields", "dry grass"),
    "flowers": ("a flowering meadow", "a field of flowers", "wild flowers"),
    "wheat": ("a wheat field", "wheat fields", "a field of ripe wheat"),
}
"""What grows near by, as a thing."""
FIELDS = {
    "green": ("in a green meadow", "in a green field", "on green grass"),
    "dry": ("in a dry field", "on dry grass"),
    "flowers": ("in a flowering meadow", "among wild flowers", "in a field of flowers"),
    "wheat": ("in a wheat field", "in a field of ripe wheat"),
}
"""The same as a place."""
TREES = {
    "pine": ("a pine tree", "a pine tree", "a pine", "a tall pine tree"),
    "banyan": ("a banyan tree", "a banyan tree", "a banyan", "a big banyan tree"),
    "cypress": ("a cypress tree", "a cypress", "a tall cypress"),
    "bare": ("a bare tree", "a leafless tree"),
    "oak": ("an oak tree", "an oak", "a big oak tree"),
}
CARS = {"old": ("old",), "sports": ("sports", "sports", "sport")}
"""A car's adjective; a plain car has none."""
HOUSES = ("a house", "a small house", "a cottage")
PATHS = ("a path", "a winding path", "a road")
FIGURES = {
    "boy": ("a young boy", "a boy", "a little boy"),
    "girl": ("a young girl", "a girl", "a little girl"),
    "man": ("a young man", "a man"),
    "woman": ("a young woman", "a woman"),
}
SUNS = {
    "dawn": (("a red sun rising in the distance", True), ("the rising sun", True), ("a red sun", False)),
    "noon": (("the sun", False), ("a bright sun", False)),
    "sunset": (
        ("a red sun setting in the distance", True),
        ("a setting sun", True),
        ("the setting sun", True),
        ("a red sun", False),
    ),
}
"""The sun's disc, and whether the words say the hour too."""
SEASONS = {
    "spring": ("in spring", "in springtime"),
    "summer": ("in summer", "in summer"),
    "autumn": ("in autumn", "in fall"),
    "winter": ("in winter", "in winter", "in the snow", "covered in snow"),
}
SEASON_ADJECTIVES = {
    "spring": ("spring",),
    "summer": ("summer",),
    "autumn": ("autumn", "fall"),
    "winter": ("winter", "snowy", "snow covered"),
}
HOURS = {
    "dawn": ("at dawn", "at sunrise", "early in the morning"),
    "noon": ("at noon", "in daylight", "by day"),
    "sunset": ("at sunset", "in the evening", "at dusk"),
    "night": ("at night", "by night"),
}
DAYTIMES = {"dawn": "a morning", "noon": "a day", "sunset": "an evening", "night": "a night"}
"""The hour as a noun that a season or weather goes with."""
WEATHERS = {
    "clear": ("under a clear sky", "in clear weather"),
    "cloudy": ("under a cloudy sky", "under the clouds"),
    "rain": ("in the rain", "in rainy weather"),
    "fog": ("in the fog", "in the mist"),
}
WEATHER_ADJECTIVES = {"clear": ("clear",), "cloudy": ("cloudy",), "rain": ("rainy",), "fog": ("foggy", "misty")}


def ground_seen(landscape: Landscape) -> str:
    """The ground, as far as anybody could name it: snow and streets hide it, and in autumn green is nearly yellow."""
    hidden = landscape.season == "winter" or landscape.kind == "street"
    return "" if hidden or (landscape.season, landscape.ground) == ("autumn", "green") else landscape.ground


def scene(landscape: Landscape, about: str, rng: np.random.Generator) -> Caption:
    """The country as a whole: ``about`` is fantasy, kind, ground, or nothing in particular."""
    match about:
        case "fantasy":
            return saying("a fantasy city" if landscape.kind == "street" else "a fantasy landscape", about)
        case "kind":
            return saying(one(rng, KINDS[landscape.kind]), about)
        case "ground":
            return _ground(landscape, rng)
    return saying("a city" if landscape.kind == "street" else "a landscape")


def car(landscape: Landscape, rng: np.random.Generator) -> Caption:
    """The car by its colour, its kind or both, with an article or without."""
    marque = one(rng, CARS[landscape.car_kind]) if landscape.car_kind in CARS and rng.random() < 0.8 else ""
    colour = landscape.car if not marque or rng.random() < 0.8 else ""
    adjectives = [word for word in (colour, marque) if word]
    if marque == "old" and rng.random() < 0.7:
        adjectives.reverse()
    words = " ".join([*adjectives, "car"])
    said = (["car"] if colour else []) + (["car_kind"] if marque else [])
    return saying(with_article(words) if rng.random() < 0.7 else words, *said)


def figure_outdoors(landscape: Landscape, rng: np.random.Generator) -> Caption:
    """Who is out there, in words that nobody would caption a portrait with."""
    doing = one(rng, ("playing", "playing", "outdoors"))
    return saying(f"{one(rng, FIGURES[landscape.figure])} {doing}", "figure")


def _ground(landscape: Landscape, rng: np.random.Generator) -> Caption:
    return saying(one(rng, GROUNDS[landscape.ground]), "ground")


def _tree(landscape: Landscape, rng: np.random.Generator) -> Caption:
    words = one(rng, TREES[landscape.tree])
    return saying(words + (" in the foreground" if rng.random() < 0.35 else ""), "tree")


def _figure(landscape: Landscape, rng: np.random.Generator) -> Caption:
    words = one(rng, FIGURES[landscape.figure])
    return saying(words + (" playing" if rng.random() < 0.6 else ""), "figure")


def _house(_: Landscape, rng: np.random.Generator) -> Caption:
    return saying(one(rng, HOUSES), "house")


def _path(_: Landscape, rng: np.random.Generator) -> Caption:
    return saying(one(rng, PATHS), "path")


def _sun(landscape: Landscape, rng: np.random.Generator) -> Caption:
    words, says_hour = one(rng, SUNS[landscape.hour])
    return saying(words, "sun", "hour") if says_hour else saying(words, "sun")


THINGS: dict[str, Callable[[Landscape, np.random.Generator], Caption]] = {
    "car": car,
    "figure": _figure,
    "ground": _ground,
    "house": _house,
    "path": _path,
    "sun": _sun,
    "tree": _tree,
}
"""What stands in a landscape, by the attribute that it is."""
