"""Perceptual hashes: near-duplicates stay near after resizing, recompression, a change of light, or a cut.

A hash holds which of the lowest frequencies of a picture's discrete cosine transform are above their median (Zauner
2010, "Implementation and benchmarking of perceptual image hash functions"). The transform of a part of the picture
is computed from the same thumbnail, so that a cut picture is recognised as part of another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

THUMBNAIL = 64
"""Side of the thumbnails that are hashed, pixels."""
BITS = 63
"""Of a hash: eight by eight frequencies without the mean."""

_FREQUENCIES = 8
_LENGTHS, _PLACES = (0.95, 0.9, 0.85, 0.8), (0.0, 0.25, 0.5, 0.75, 1.0)

Hashes = NDArray[np.uint64]
Thumbnail = NDArray[np.uint8]


def thumbnail(picture: Image.Image) -> Thumbnail:
    """Reduce a picture of any mode and size to (64, 64) uint8 grey, its sides squashed to that."""
    size = (THUMBNAIL, THUMBNAIL)
    return np.asarray(picture.convert("L").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def hash_whole(thumbnails: Sequence[Thumbnail]) -> Hashes:
    """Hash whole pictures.

    Args:
        thumbnails: n arrays (64, 64) uint8.

    Returns:
        (n,) uint64, of which 63 bits are used.
    """
    basis = _cosines(0, 1)
    return np.array([_signs(basis @ values @ basis.T) for values in thumbnails], np.uint64).reshape(-1)


def hash_parts(thumbnails: Sequence[Thumbnail], *, mirrored: bool = True) -> Hashes:
    """Hash parts of pictures: those that keep .95, .9, .85 or .8 of both sides, at five places along each.

    Args:
        thumbnails: n arrays (64, 64) uint8.
        mirrored: Whether the picture and its parts are hashed with left and right exchanged, too.

    Returns:
        (n, k) uint64; k is 100, or 201 with what is mirrored.
    """
    whole = _cosines(0, 1)
    parts = [np.stack([_cosines((1 - length) * place, length) for place in _PLACES]) for length in _LENGTHS]
    mirror = (-1.0) ** np.arange(_FREQUENCIES)
    rows = []
    for values in thumbnails:
        cut = [(down @ values)[:, None] @ down.swapaxes(1, 2)[None] for down in parts]
        transforms = np.concatenate([part.reshape(-1, _FREQUENCIES, _FREQUENCIES) for part in cut])
        if mirrored:
            everything = np.concatenate([(whole @ values @ whole.T)[None], transforms])
            transforms = np.concatenate([transforms, everything * mirror])
        rows.append(_signs(transforms))
    count = len(_LENGTHS) * len(_PLACES) ** 2
    return np.array(rows, np.uint64).reshape(len(rows), 2 * count + 1 if mirrored else count)


def distances(hashes: Hashes, others: Hashes) -> NDArray[np.uint8]:
    """Bits by which each picture's nearest hash differs from another picture's.

    Args:
        hashes: (n, k), or (n,) for one hash a picture.
        others: (m,) one hash a picture.

    Returns:
        (n, m) uint8, 0 to 63.
    """
    rows = hashes if hashes.ndim == 2 else hashes[:, None]
    apart = [np.bitwise_count(row[:, None] ^ others[None]).min(axis=0) for row in rows]
    return np.array(apart, np.uint8).reshape(len(rows), len(others))


def _cosines(begin: float, length: float) -> NDArray[np.float64]:
    """The cosines of the lowest frequencies over a part of a side, (8, 64); nought outside it.

    Args:
        begin: Of the part, as a share of the side.
        length: Likewise.
    """
    edges = np.clip(np.linspace(0, 1, THUMBNAIL + 1) - begin, 0, length) / length
    waves = np.pi * np.arange(1, _FREQUENCIES)[:, None]
    # Integrated over each pixel, so that an even grey gives nought.
    return np.concatenate([np.diff(edges)[None], np.diff(np.sin(waves * edges)) / waves])


def _signs(transforms: NDArray[np.float64]) -> Hashes:
    """Pack which coefficients of transforms (…, 8, 8) are above their median, the mean's left out, (…,) uint64."""
    coefficients = transforms.reshape(*transforms.shape[:-2], -1)[..., 1:]
    above = coefficients > np.median(coefficients, axis=-1, keepdims=True)
    return np.packbits(above, axis=-1).view(">u8")[..., 0].astype(np.uint64)
