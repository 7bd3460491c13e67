"""The baseline: what a classifier knows that sees no brushstroke, only how grey a picture is and how large.

A network that does no better than this has told the classes apart by the scanner, not by the style.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
STATISTICS = (
    *("log_width", "log_height", "log_aspect"),
    *("grey_mean", "grey_deviation", "grey_skewness", "grey_kurtosis", "grey_entropy"),
    *(f"grey_quantile_{round(100 * quantile):02}" for quantile in _QUANTILES),
)


def grey_statistics(image: Image.Image) -> NDArray[np.float64]:
    """Describe a picture without saying what is where in it.

    Returns:
        `STATISTICS`, (15,): natural logarithms of width, height and their ratio in pixels; of the grey levels 0..1
        (ITU-R 601) mean, standard deviation, skewness, excess kurtosis (both 0 of an even picture), entropy in bits of
        256 levels, and quantiles.
    """
    levels = np.asarray(image.convert("L"))
    width, height = image.size
    grey = levels.astype(np.float64).ravel() / 255
    # Of an even picture, rounding leaves a deviation that is not quite 0.
    mean, deviation = grey.mean(), grey.std() if levels.min() < levels.max() else 0.0
    standard = (grey - mean) / deviation if deviation > 0 else np.zeros_like(grey)
    kurtosis = (standard**4).mean() - 3 if deviation > 0 else 0.0
    shares = np.bincount(levels.ravel(), minlength=256) / levels.size
    present = shares[shares > 0]
    entropy = -(present * np.log2(present)).sum()
    shape = [np.log(width), np.log(height), np.log(width / height)]
    moments = [mean, deviation, (standard**3).mean(), kurtosis, entropy]
    return np.array([*shape, *moments, *np.quantile(grey, _QUANTILES)])
