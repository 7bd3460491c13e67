"""How much an edit changes inside its mask: the mean colour difference CIEDE2000 (Sharma, Wu & Dalal 2005).

In CIELAB under D65. About 1 is just noticeable, 2 to 10 a difference at a glance; black and white differ by 100.
"""

import numpy as np
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab


def change_inside(a: NDArray[np.uint8], b: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """Return the mean ΔE00 of the pixels inside the mask; NaN where it is empty.

    Args:
        a: Picture, (h, w, 3) sRGB.
        b: Picture of the same shape.
        mask: Where the edit takes place, (h, w).

    Raises:
        ValueError: If the pictures are not 8-bit RGB of one shape, or the mask is of another size.
    """
    if a.shape != b.shape or a.shape[2:] != (3,) or a.dtype != np.uint8 or b.dtype != np.uint8:
        raise ValueError(f"expected two 8-bit RGB pictures of one shape, got {a.dtype} {a.shape}, {b.dtype} {b.shape}")
    if mask.shape != a.shape[:2]:
        raise ValueError(f"expected a mask of {a.shape[:2]} pixels, got {mask.shape}")
    inside = mask.astype(bool)
    if not inside.any():
        return float("nan")
    return float(deltaE_ciede2000(rgb2lab(a[inside]), rgb2lab(b[inside])).mean())
