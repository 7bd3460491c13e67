"""Pictures by what they are of, and pictures of the work folder as an image set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from likeness.datasets import ImageSet, WorkFolder, measure_picture
from likeness.drawing.withheld import WITHHELD


class Album:
    """The pictures of an image set, found by what its manifest says of them.

    Args:
        images: the set.
        columns: that together name one picture.
    """

    def __init__(self, images: ImageSet, *columns: str) -> None:
        self._images = images
        rows = images.manifest.to_dict(orient="records")
        self._rows = {tuple(row[column] for column in columns): {str(k): v for k, v in row.items()} for row in rows}

    def __contains__(self, key: tuple[object, ...]) -> bool:
        return key in self._rows

    def row(self, *key: object) -> dict[str, Any]:
        """What the manifest says of a picture.

        Raises:
            KeyError: there is none of that kind.
        """
        return self._rows[key]

    def open(self, *key: object) -> Image.Image:
        """Open a picture, in colours."""
        return self._images.open(self.row(*key)["file"])

    def withheld(self, *key: object) -> bool:
        """Whether a safety checker withheld a picture, which is black then."""
        return bool(self.row(*key).get(WITHHELD, False))

    def grey(self, *key: object) -> NDArray[np.uint8]:
        """Open a picture without colours, (h, w)."""
        return np.asarray(self.open(*key).convert("L"))


def kept_pictures(work: WorkFolder, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> ImageSet:
    """Return the pictures that rows name by `file`, measured; `columns` are those of a set without any."""
    measured = [{"file": row["file"], **measure_picture(work.file(row["file"])), **row} for row in rows]
    empty = ["file", "sha256", "width", "height", *columns]
    return ImageSet(str(work.path), pd.DataFrame(measured) if measured else pd.DataFrame(columns=empty))
