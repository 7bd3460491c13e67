"""Peak signal-to-noise ratio, PSNR, of 8-bit pictures (Huynh-Thu & Ghanbari 2008, Electronics Letters 44, 800-801).

10 log₁₀(255² / mean squared difference) decibels; over colours, the mean is that of all values.
"""

import numpy as np
from numpy.typing import NDArray


def psnr(a: NDArray[np.generic], b: NDArray[np.generic], region: NDArray[np.bool_] | None = None) -> float:
    """Return the PSNR of two pictures in decibels; infinite where they are equal, NaN where the region is empty.

    Args:
        a: Picture, (h, w) or (h, w, 3) in 0..255.
        b: Picture of the same shape.
        region: Pixels to compare, (h, w); None for all.

    Raises:
        ValueError: If the pictures differ in shape, or the region is of another size.
    """
    if a.shape != b.shape or a.ndim not in (2, 3):
        raise ValueError(f"expected two pictures of one shape, got {a.shape} and {b.shape}")
    squares = (a.astype(np.float64) - b.astype(np.float64)) ** 2
    if region is not None:
        if region.shape != a.shape[:2]:
            raise ValueError(f"expected a region of {a.shape[:2]} pixels, got {region.shape}")
        squares = squares[region.astype(bool)]
    if not squares.size:
        return float("nan")
    error = squares.mean()
    return float(10.0 * np.log10(255.0**2 / error)) if error else float("inf")
