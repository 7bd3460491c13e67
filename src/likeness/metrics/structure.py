"""How far the structure of one picture is from another's, whatever their colours and style.

A picture's structure is here its *self-similarity*: how alike every two places of it are. Tumanyan et al. (2022, arXiv
2201.00424, section 3.2) compare the self-similarities of a DINO network's features, the measure that Ju et al. (2023,
arXiv 2310.01506) report as structure distance. Here the features are gradients at several scales, as in Shechtman &
Irani (2007), no network's: the numbers are not comparable with published ones. It sees outlines and textures where
DINO sees parts of objects, so it is stricter about a change of texture.

Definition. The picture's luma in 0..1 is scaled to 128 by 128 pixels and blurred by Gaussians of σ = 1, 2 and 4. At
each scale, the gradient's magnitude σ|∇| (Lindeberg's normalisation) is shared out among eight orientations modulo
180°: it matters where an edge runs, not which side of it is brighter. Means over 16 by 16 cells of 8 pixels give each
place i a vector fᵢ of 24 values. With a small ε, so that flat places resemble nothing instead of everything,

    Sᵢⱼ = fᵢ · fⱼ / ((‖fᵢ‖ + ε) (‖fⱼ‖ + ε)),

and the distance is the root mean square of S(a) - S(b) over all pairs of places: 0 for equal structure, at most 1.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 128  # pixels that pictures are scaled to, so that the distance does not depend on their size
CELLS = 16  # along one side
SCALES = (1.0, 2.0, 4.0)  # σ of the blurs, in pixels of the scaled picture
ORIENTATIONS = 8
EPSILON = 0.01  # of the luma's range a pixel: gradients below it are taken for noise


def structure_distance(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Return the distance between the structures of two pictures, 0..1.

    Args:
        a: Picture, (h, w) grey or (h, w, 3) sRGB, 8 bits.
        b: Another; it may have another size.

    Raises:
        ValueError: If a picture is neither grey nor RGB.
    """
    difference = self_similarity(a) - self_similarity(b)
    return float(np.sqrt(np.mean(difference**2)))


def self_similarity(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how alike every two of a picture's cells are, (256, 256) in 0..1, symmetric; cells in reading order.

    Raises:
        ValueError: If the picture is neither grey nor RGB.
    """
    features = gradient_features(picture).reshape(CELLS * CELLS, -1)
    directions = features / (np.linalg.norm(features, axis=1, keepdims=True) + EPSILON)
    return np.asarray(directions @ directions.T)


def gradient_features(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean gradients of a picture's cells by orientation and scale, (16, 16, 3, 8).

    The last axis is the direction of the gradient: 0° (brightness changes along x) to 157.5°, in steps of 22.5°.

    Raises:
        ValueError: If the picture is neither grey nor RGB.
    """
    if picture.ndim == 3 and picture.shape[2] == 3:
        luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    elif picture.ndim == 2:
        luma = picture
    else:
        raise ValueError(f"expected a grey or an RGB picture, got shape {picture.shape}")
    shrinks = luma.shape[0] >= SIDE and luma.shape[1] >= SIDE
    scaled = cv2.resize(luma, (SIDE, SIDE), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    pixels = scaled.astype(np.float64) / 255.0
    return np.stack([_by_orientation(pixels, sigma) for sigma in SCALES], axis=2)


def _by_orientation(pixels: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Return the mean gradient magnitude of every cell, by orientation, (16, 16, 8)."""
    smooth = cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    padded = np.pad(smooth, 1, mode="symmetric")
    along_x = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2.0
    along_y = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2.0
    magnitude = sigma * np.hypot(along_x, along_y)
    # Each gradient is shared between the two orientations it lies between.
    position = (np.arctan2(along_y, along_x) / np.pi % 1.0) * ORIENTATIONS
    lower = np.floor(position)
    share = position - lower
    found = np.zeros((*pixels.shape, ORIENTATIONS))
    rows, columns = np.indices(pixels.shape)
    first = lower.astype(int) % ORIENTATIONS
    found[rows, columns, first] = magnitude * (1.0 - share)
    found[rows, columns, (first + 1) % ORIENTATIONS] += magnitude * share
    cell = SIDE // CELLS
    return np.asarray(found.reshape(CELLS, cell, CELLS, cell, ORIENTATIONS).mean(axis=(1, 3)))
