"""The picture while it is painted: light, distance and the air between."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.landscapes.air import add_air
from likeness.synthetic.landscapes.objects.sprite import Sprite
from likeness.synthetic.landscapes.view import View
from likeness.synthetic.vectors import Array


@dataclass(frozen=True)
class Canvas:
    """A picture in the making; its arrays are painted on in place.

    Attributes:
        view: The perspective.
        image: (size, size, 3) linear RGB.
        depth: (size, size) metres of what is seen; infinite in the sky.
        horizon: (size, 3) the sky at the horizon, by column: what distance fades into.
        visibility: Metres after which a third of the contrast is left.
    """

    view: View
    image: Array
    depth: Array
    horizon: Array
    visibility: float

    def fade(self, where: NDArray[np.bool_], *, mist: float | None = None) -> None:
        """Let distance fade where ``where`` (size, size) holds: by the day's air, or by a low mist of a visibility."""
        depth = np.where(where, self.depth, np.inf).astype(np.float32)
        add_air(self.image, depth, self.horizon, mist or self.visibility, self.view, 0.0 if mist is None else 1.0)

    def put(self, sprite: Sprite, foot: tuple[float, float], away: float) -> None:
        """Set a sprite into the picture, ``away`` metres off, so that it stands at the column and row of ``foot``.

        What is clearly nearer hides it; the air before it pales it.
        """
        rows, columns = sprite.alpha.shape
        left, top = round(foot[0] - sprite.foot[0]), round(foot[1] - sprite.foot[1])
        low_row, high_row = max(top, 0), min(top + rows, self.view.size)
        low_column, high_column = max(left, 0), min(left + columns, self.view.size)
        if low_row >= high_row or low_column >= high_column:
            return
        there = np.s_[low_row:high_row, low_column:high_column]
        part = np.s_[low_row - top : high_row - top, low_column - left : high_column - left]
        alpha = sprite.alpha[part] * (self.depth[there] > 0.90 * away - 0.5)
        clear = math.exp(-away / self.visibility)
        colour = sprite.colour[part] * clear + self.horizon[None, low_column:high_column] * (1 - clear)
        self.image[there] += alpha[..., None] * (colour - self.image[there])
        self.depth[there] = np.where(alpha > 0.5, np.minimum(self.depth[there], away), self.depth[there])
