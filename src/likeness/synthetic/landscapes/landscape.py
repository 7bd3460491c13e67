"""One view of the country: what it shows, decided before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KINDS = ("hills", "mountains", "plain", "river", "lake", "sea", "village", "street")
SEASONS = ("spring", "summer", "autumn", "winter")
HOURS = ("dawn", "noon", "sunset", "night")
WEATHERS = ("clear", "cloudy", "rain", "fog")
GROUNDS = ("green", "dry", "flowers", "wheat")
TREES = ("", "pine", "banyan", "cypress", "bare", "oak")
FIGURES = ("", "boy", "girl", "man", "woman")
CARS = ("", "yellow", "red", "blue", "white", "black")
CAR_KINDS = ("", "old", "sports", "plain")

_KIND_SHARES = (0.17, 0.16, 0.12, 0.11, 0.12, 0.11, 0.10, 0.11)
_HOUR_SHARES = (0.16, 0.42, 0.23, 0.19)
_WEATHER_SHARES = (0.50, 0.24, 0.13, 0.13)
_GROUND_SHARES = {
    "spring": (0.50, 0.06, 0.44, 0.00),
    "summer": (0.32, 0.16, 0.26, 0.26),
    "autumn": (0.38, 0.34, 0.08, 0.20),
    "winter": (0.50, 0.50, 0.00, 0.00),
}
_TREE_SHARES = (0.34, 0.18, 0.10, 0.11, 0.10, 0.17)
_SUN_SHARES = {"dawn": 0.60, "noon": 0.25, "sunset": 0.70, "night": 0.0}


@dataclass(frozen=True)
class Landscape:
    """What a picture of the country shows.

    Attributes:
        seed: Where things stand and how they look; the same seed composes alike at every hour and season.
        kind: One of ``KINDS``.
        season: One of ``SEASONS``; winter has snow.
        hour: One of ``HOURS``.
        weather: One of ``WEATHERS``.
        ground: One of ``GROUNDS``: what grows near by; under snow it shows through.
        tree: One of ``TREES``: the big one in the foreground, or none.
        house: A house stands there.
        path: A path leads into the picture.
        sun: The sun's disc is seen, red at dawn and at sunset.
        figure: One of ``FIGURES``: who plays or stands on the near ground, or nobody.
        car: One of ``CARS``: its colour; only in a street, and there always.
        car_kind: One of ``CAR_KINDS``.
        fantasy: Towering peaks, glowing colours, floating rocks, a second moon.
    """

    seed: int
    kind: str
    season: str
    hour: str
    weather: str
    ground: str
    tree: str = ""
    house: bool = False
    path: bool = False
    sun: bool = False
    figure: str = ""
    car: str = ""
    car_kind: str = ""
    fantasy: bool = False

    def __post_init__(self) -> None:
        """Refuse what nothing here can draw.

        Raises:
            ValueError: A word that is not in its list, a sun at night, a car off the street or a street without one.
        """
        known = {
            "kind": KINDS,
            "season": SEASONS,
            "hour": HOURS,
            "weather": WEATHERS,
            "ground": GROUNDS,
            "tree": TREES,
            "figure": FIGURES,
            "car": CARS,
            "car_kind": CAR_KINDS,
        }
        for name, words in known.items():
            if getattr(self, name) not in words:
                raise ValueError(f"{name} {getattr(self, name)!r} is none of {', '.join(map(repr, words))}")
        if self.sun and self.hour == "night":
            raise ValueError("There is no sun at night")
        street = self.kind == "street"
        if bool(self.car) != street or bool(self.car_kind) != street:
            raise ValueError("A street has a car of some colour and kind, and nothing else has one")


def draw_landscape(rng: np.random.Generator) -> Landscape:
    """Draw what a picture shows: anything, but for what contradicts itself.

    Args:
        rng: Source of randomness; the same state draws the same landscape.

    Returns:
        A landscape in which wheat ripens in summer and autumn, flowers are out from spring to autumn, no rain falls
        on snow, and rain and fog hide the sun.
    """

    def one(words: tuple[str, ...], shares: tuple[float, ...]) -> str:
        return str(rng.choice(words, p=shares))

    kind = one(KINDS, _KIND_SHARES)
    street = kind == "street"
    season = str(rng.choice(SEASONS))
    hour = one(HOURS, _HOUR_SHARES)
    weather = one(WEATHERS, _WEATHER_SHARES)
    if weather == "rain" and season == "winter":
        weather = "cloudy"
    ground = "green" if street else one(GROUNDS, _GROUND_SHARES[season])
    tree = one(TREES, _TREE_SHARES)
    share_of_sun = _SUN_SHARES[hour] * {"clear": 1.0, "cloudy": 0.5}.get(weather, 0.0)
    return Landscape(
        seed=int(rng.integers(2**31)),
        kind=kind,
        season=season,
        hour=hour,
        weather=weather,
        ground=ground,
        tree="" if street and rng.random() < 0.5 else tree,
        house=street or kind == "village" or bool(rng.random() < 0.3),
        path=street or bool(rng.random() < 0.35),
        sun=bool(rng.random() < share_of_sun),
        figure=one(FIGURES, (0.62, 0.11, 0.11, 0.08, 0.08)),
        car=one(CARS[1:], (0.2,) * 5) if street else "",
        car_kind=one(CAR_KINDS[1:], (0.3, 0.3, 0.4)) if street else "",
        fantasy=bool(rng.random() < 0.12),
    )
