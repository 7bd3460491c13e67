"""What a picture shows as one row of a table, the same columns for portraits and landscapes.

A cell that means nothing, such as a portrait's season, is None; what could be there and is not, such as a beard, is "".
"""

from __future__ import annotations

from dataclasses import asdict

from likeness.synthetic.captions import age_group
from likeness.synthetic.captions.country import ground_seen
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.sitting import Sitting

COLUMNS = (
    "world", "style",
    "identity", "name", "sex", "age_years", "age", "hair", "hair_style", "eyes", "skin", "beard", "expression",
    "place", "glasses",
    "kind", "season", "hour", "weather", "ground", "tree", "house", "path", "sun", "figure", "car", "car_kind",
    "fantasy",
)  # fmt: skip
"""Of both worlds, then of portraits, then of landscapes."""


def attributes(subject: Sitting | Landscape, style: str) -> dict[str, object]:
    """A picture's row, by ``COLUMNS``.

    Args:
        subject: What it shows.
        style: How it is painted, a key of the painter's ``STYLES``.
    """
    if isinstance(subject, Sitting):
        shown = {"world": "portrait", **_of_sitting(subject)}
    else:
        shown = {"world": "landscape", **asdict(subject), "ground": ground_seen(subject)}
    shown["style"] = style
    return {column: shown.get(column) for column in COLUMNS}


def _of_sitting(sitting: Sitting) -> dict[str, object]:
    person, shot = sitting.person, sitting.shot
    return {
        "identity": person.seed,
        "name": sitting.name,
        "sex": person.sex,
        "age_years": shot.age_years,
        "age": age_group(shot.age_years),
        "hair": sitting.hair,
        "hair_style": sitting.hair_style,
        "eyes": person.eyes,
        "skin": person.skin,
        "beard": sitting.beard,
        "expression": shot.expression,
        "place": shot.place,
        "glasses": shot.glasses,
    }
