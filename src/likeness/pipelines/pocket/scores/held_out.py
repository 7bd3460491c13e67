"""The held-out pictures: what they show, what the probe reads in them, and to which group each belongs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.datasets import Checkpoint
from likeness.metrics.probe import Probe, read
from likeness.pipelines.pocket.steps import PORTRAIT, attribute_table, shards
from likeness.pocket.sharding import read_pictures

PORTRAITS, LANDSCAPES, PAINTINGS, UNGROUPED = "portraits", "landscapes", "paintings", "pictures"
GROUPS = (PORTRAITS, LANDSCAPES, PAINTINGS, UNGROUPED)
PHOTO = "photo"
_OF_WORLD = {PORTRAIT: PORTRAITS, "landscape": LANDSCAPES}


@dataclass(frozen=True)
class HeldOut:
    """Pictures that no network was trained on.

    Attributes:
        pictures: uint8 (n, size, size, 3).
        shown: their attributes, one row a picture.
        read: what the probe reads in them, one row a picture.
        groups: one of `GROUPS` a picture.
    """

    pictures: NDArray[np.uint8]
    shown: pd.DataFrame
    read: pd.DataFrame
    groups: pd.Series

    @classmethod
    def of(cls, images: Checkpoint, probe: Probe) -> HeldOut:
        """Read the held-out shards of the synthetic pictures."""
        pictures = read_pictures(Path(images.path), shards(images, "held_out"))
        shown = attribute_table(images, "held_out")
        return cls(pictures, shown, read(probe, pictures), groups_of(shown))

    def __len__(self) -> int:
        return len(self.pictures)


def groups_of(shown: pd.DataFrame) -> pd.Series:
    """The group of each picture: paintings of anything, else photographs by their world.

    Pictures of a renderer that knows no worlds or styles are simply pictures.
    """
    groups = pd.Series(UNGROUPED, index=shown.index)
    if "world" in shown:
        groups = shown["world"].map(_OF_WORLD).fillna(UNGROUPED)
    if "style" in shown:
        groups = groups.mask(shown["style"].notna() & (shown["style"] != PHOTO), PAINTINGS)
    return groups
