"""Pictures that a safety checker withheld: black ones, which their text tells."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from likeness.datasets.image_set import ImageSet

WITHHELD = "withheld"
"""Column of a manifest, where a safety checker looked: whether it withheld the picture."""

logger = logging.getLogger(__name__)


def is_withheld(file: Path) -> bool:
    """What a drawn picture's text says."""
    with Image.open(file) as picture:
        made_by = json.loads(picture.info["likeness"])
    return bool(made_by.get(WITHHELD, False))


def log_withheld(title: str, withheld: Sequence[bool]) -> None:
    """Say how many of a set were withheld, if any."""
    if any(withheld):
        logger.warning(
            "%s: the safety checker withheld %d of %d pictures; they are black.", title, sum(withheld), len(withheld)
        )


def without_withheld(pictures: ImageSet, together: Sequence[str] = ()) -> ImageSet:
    """Leave out the pictures that were withheld.

    Args:
        pictures: a set; without the column `WITHHELD` nothing is left out.
        together: columns; what agrees in them with a withheld picture is left out too.
    """
    table = pictures.manifest
    if WITHHELD not in table or not table[WITHHELD].any():
        return pictures
    left_out = table[WITHHELD].astype(bool)
    if together:
        left_out = left_out.groupby([table[column] for column in together]).transform("any")
    logger.warning("%d of %d pictures are left out, as the safety checker withheld some.", left_out.sum(), len(table))
    return pictures.select(table.loc[~left_out, "file"])
