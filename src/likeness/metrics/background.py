"""What an edit leaves of the background: SSIM and PSNR outside its mask.

The measures that Ju et al. (2023, arXiv 2310.01506, section 5) report of the unedited region. They blacken the edited
one in both pictures, which raises the SSIM of large masks; here it is left out of the mean.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from likeness.metrics.psnr import psnr
from likeness.metrics.ssim import SsimOptions, ssim_map, window_radius


def background_ssim(
    a: NDArray[np.generic],
    b: NDArray[np.generic],
    mask: NDArray[np.bool_],
    options: SsimOptions | None = None,
) -> float:
    """Return the mean local SSIM over the windows that no pixel of the mask lies in; NaN where there is none.

    What happens inside the mask has no influence, and an empty mask gives the pictures' SSIM.

    Args:
        a: Picture, (h, w) or (h, w, 3) in 0..255.
        b: Picture of the same shape.
        mask: Where the edit takes place, (h, w).
        options: Window and constants.

    Raises:
        ValueError: If the pictures differ in shape or are smaller than the window, or the mask is of another size.
    """
    options = options or SsimOptions()
    local = ssim_map(a, b, options)
    if mask.shape != a.shape[:2]:
        raise ValueError(f"expected a mask of {a.shape[:2]} pixels, got {mask.shape}")
    radius = window_radius(options)
    window = np.ones((2 * radius + 1, 2 * radius + 1), dtype=np.uint8)
    touched = cv2.dilate(mask.astype(bool).astype(np.uint8), window)[radius:-radius, radius:-radius]
    background = local[touched == 0]
    return float(background.mean()) if background.size else float("nan")


def background_psnr(a: NDArray[np.generic], b: NDArray[np.generic], mask: NDArray[np.bool_]) -> float:
    """Return the PSNR of the pixels outside the mask, in decibels; see `likeness.metrics.psnr.psnr`."""
    return psnr(a, b, ~mask.astype(bool))
