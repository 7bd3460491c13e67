"""What one network said, as the sheet shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageOps

from likeness.classify.judgements import classes_in
from likeness.classify.verdicts import UNKNOWN
from likeness.datasets import ImageSet

COLOURS = ("#2f5fb3", "#e0a63a", "#9a7bc0", "#c2570c", "#4f9a6b", "#b0506e", "#6b7a3f", "#3f8f9a")
UNKNOWN_COLOUR = "#c6cad3"
_PIXELS = 220  # side of a picture on the sheet


@dataclass(frozen=True)
class Judge:
    """What one network said.

    Attributes:
        name: the backbone.
        judgements: of pictures it had not seen: change, class, `p_<class>`.
        judged: of the pictures in question: set, file, `p_<class>`.
        evidence: Grad-CAM of some of them: picture, class.
        names: what classes are called.
        unknown_below: see `likeness.classify.verdicts.verdicts`.
    """

    name: str
    judgements: pd.DataFrame
    judged: pd.DataFrame
    evidence: ImageSet
    names: Mapping[str, str]
    unknown_below: float

    @property
    def classes(self) -> list[str]:
        """The classes that it knows."""
        return classes_in(self.judgements)

    def named(self, label: str) -> str:
        """A class as people call it."""
        return f"{label} {self.names[label]}" if label in self.names else label

    def colour(self, label: str) -> str:
        """The colour of a class, or of no verdict."""
        return UNKNOWN_COLOUR if label == UNKNOWN else COLOURS[self.classes.index(label) % len(COLOURS)]


def small(image: Image.Image) -> NDArray[np.uint8]:
    """A picture as large as the sheet shows it, a square."""
    return np.asarray(ImageOps.fit(image.convert("RGB"), (_PIXELS, _PIXELS), Image.Resampling.LANCZOS))
