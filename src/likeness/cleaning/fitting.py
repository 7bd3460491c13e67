"""One picture brought to the form that all are compared in, and what that changed."""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps

from likeness.cleaning.options import Fit

_UPRIGHT = 1


class Original(NamedTuple):
    """What a file holds.

    Attributes:
        format: As Pillow calls it, such as JPEG.
        mode: Pillow's, such as RGB, LA, I;16.
        changes: What opening it as an upright 8-bit RGB picture does to it.
    """

    format: str
    mode: str
    changes: tuple[str, ...]


def examine(content: BinaryIO) -> Original:
    """Read a picture's header.

    Raises:
        Exception: whatever Pillow's decoder raises on a file that is broken, or none.
    """
    with Image.open(content) as image:
        orientation = image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT)
        frames = getattr(image, "n_frames", 1)
        many_bits = image.mode in ("I", "F") or image.mode.startswith("I;16")
        happened = {
            f"turned upright (EXIF orientation {orientation})": orientation in range(2, 9),
            f"first of {frames} frames taken": frames > 1,
            "reduced to 8 bits a channel": many_bits,
            "palette resolved": image.mode in ("P", "PA"),
            "converted from CMYK": image.mode == "CMYK",
            "read with its colour profile": bool(image.info.get("icc_profile")),
            "transparency laid over white": image.mode == "PA" or image.has_transparency_data,
        }
        return Original(str(image.format), image.mode, tuple(change for change, did in happened.items() if did))


def fit_square(picture: Image.Image, size: int, fit: Fit) -> Image.Image:
    """Bring a picture to a square by Lanczos resampling; its mode stays.

    Args:
        picture: of any size.
        size: pixels a side.
        fit: crop keeps the middle square, pad adds white borders, squash scales the sides apart.
    """
    square = (size, size)
    match fit:
        case "crop":
            return ImageOps.fit(picture, square, Image.Resampling.LANCZOS)
        case "pad":
            return ImageOps.pad(picture, square, Image.Resampling.LANCZOS, color="white")
        case "squash":
            return picture.resize(square, Image.Resampling.LANCZOS)


def scale_of(width: int, height: int, size: int, fit: Fit) -> float:
    """By how much `fit_square` enlarges a picture (below 1: reduces it); squashed, along the shorter side."""
    return size / (max if fit == "pad" else min)(width, height)


def fitting_changes(width: int, height: int, size: int, fit: Fit) -> tuple[str, ...]:
    """Say in words what `fit_square` does to a picture of this size."""
    scale, short = scale_of(width, height, size, fit), min(width, height)
    changes = []
    if width != height:
        done = {
            "crop": f"cropped to the middle {short}x{short} of {width}x{height}",
            "pad": f"padded with white from {width}x{height}",
            "squash": f"squashed from {width}x{height}",
        }
        changes.append(done[fit])
    if scale != 1:
        changes.append(f"enlarged {scale:.2f} times" if scale > 1 else f"reduced to {scale:.2f} of its size")
    return tuple(changes)


def is_coloured(picture: Image.Image) -> bool:
    """Tell whether the three channels of an RGB picture differ anywhere."""
    values = np.asarray(picture)
    return bool((values != values[..., :1]).any())
