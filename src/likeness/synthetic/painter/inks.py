"""Flat inks: a picture printed from few blocks, each of one colour."""

from __future__ import annotations

import cv2
import numpy as np

from likeness.synthetic.vectors import Array

_ROUNDS = 8
"""Of k-means, enough to settle."""
_ACCENTS = 3
"""Inks that begin at the farthest colours."""


def flat_inks(lab: Array, count: int, cut: float) -> Array:
    """A picture (h, w, 3) in CIE L*a*b* reduced to its ``count`` main colours, in areas as a knife can cut them.

    The colours are the means of k-means clusters (Lloyd 1982). They begin at the quantiles of lightness and, lest a
    small red sun be lost, at the colours that lie farthest from those.

    Args:
        lab: The picture.
        count: Inks, at least 4.
        cut: Standard deviation by which the areas are rounded, pixels.
    """
    small = cv2.resize(lab, (48, 48), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    ordered = small[np.argsort(small[:, 0], kind="stable")]
    inks = np.stack([part.mean(0) for part in np.array_split(ordered, count - _ACCENTS)])
    for _ in range(_ACCENTS):
        inks = np.concatenate([inks, small[_apart(small, inks).min(-1).argmax(), None]])
    for _ in range(_ROUNDS):
        nearest = _apart(small, inks).argmin(-1)
        inks = np.stack([small[nearest == k].mean(0) if (nearest == k).any() else inks[k] for k in range(count)])
    chosen = _apart(cv2.GaussianBlur(lab, (0, 0), cut), inks).argmin(-1)
    areas = (chosen[..., None] == np.arange(count)).astype(np.float32)
    areas = cv2.GaussianBlur(areas, (0, 0), cut) ** 8  # nearly all or nothing, with a soft pixel between
    return np.asarray(areas @ inks / areas.sum(-1, keepdims=True), np.float32)


def _apart(lab: Array, inks: Array) -> Array:
    """Squared ΔE*ab of every colour (…, 3) to every ink (k, 3), (…, k)."""
    return np.asarray(((lab[..., None, :] - inks) ** 2).sum(-1))
