"""The rest head seen from the front, where brows and lashes are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.head import LEFT_EYE_FRONT, RIGHT_EYE_BACK, HeadModel
from likeness.synthetic.raster import rasterise
from likeness.synthetic.roots import Roots
from likeness.synthetic.vectors import Array

_SIZE, _REACH, _LOWERED = 400, 1.6, 0.2
"""Pixels a side; eye distances from the middle to an edge and from the eyes down to the middle."""
_SCALE = _SIZE / (2 * _REACH)


@dataclass(frozen=True)
class LidRim:
    """The edge of an eyelid: rest x (n,) increasing and z (n,)."""

    x: Array
    z: Array
    upper: bool


class FrontView:
    """Finds the triangle of the rest head at a rest (x, z).

    Args:
        head: The head.
    """

    def __init__(self, head: HeadModel) -> None:
        pixels = np.stack([head.rest[:, 0] + _REACH, _REACH - head.rest[:, 2] - _LOWERED], 1) * _SCALE
        self._head = head
        self._face, self._weights, _ = rasterise(
            pixels.astype(np.float32), head.rest[:, 1].copy(), head.faces, _SIZE, _SIZE
        )

    def roots(self, x: Array, z: Array) -> tuple[Roots, NDArray[np.bool_]]:
        """Roots at those of the rest positions x, z (n,) where there is a surface, and which these are, (n,)."""
        row = np.clip(((_REACH - z - _LOWERED) * _SCALE).astype(int), 0, _SIZE - 1)
        column = np.clip(((x + _REACH) * _SCALE).astype(int), 0, _SIZE - 1)
        face = self._face[row, column]
        hit = face >= 0
        return Roots(face[hit].astype(np.int64), self._weights[row, column][hit]), hit

    def lid_rims(self) -> list[LidRim]:
        """Upper and lower rim of the right eye's lids, which the view shows on the left, then of the left eye's."""
        part = np.where(self._face >= 0, self._head.parts[np.maximum(self._face, 0)], 0)
        is_eye = (part >= LEFT_EYE_FRONT) & (part <= RIGHT_EYE_BACK)
        rims = []
        for half in (range(_SIZE // 2), range(_SIZE // 2, _SIZE)):
            columns = [column for column in half if is_eye[:, column].any()]
            x = np.array([(column + 0.5) / _SCALE - _REACH for column in columns], np.float32)
            rows = [np.flatnonzero(is_eye[:, column]) for column in columns]
            for upper in (True, False):
                # the rim is half a pixel beyond the last one of the eye
                edge = np.array([r[0] - 0.5 if upper else r[-1] + 1.5 for r in rows], np.float32)
                rims.append(LidRim(x, (_REACH - _LOWERED - edge / _SCALE).astype(np.float32), upper))
        return rims
