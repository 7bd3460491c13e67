"""Square crops for training that keep the face whole."""

from __future__ import annotations

import numpy as np
from PIL import Image

Box = tuple[int, int, int, int]


def face_crop(image: Image.Image, box: Box | None, *, resolution: int, margin: float) -> Image.Image:
    """Crop a square around a face and scale it to the training resolution.

    The square never cuts the face off. It takes the margin as far as the picture has room for it, and stays inside the
    picture unless the face itself needs a larger square than the picture holds; only then it is padded by reflection.

    Args:
        image: RGB, any size.
        box: x, y, width, height of the face in px; what lies outside the picture is ignored. None: the largest square
            in the middle of the picture.
        resolution: side of the result in px.
        margin: room around the face on each side, as a share of its longer side; 0 or more.

    Returns:
        RGB, resolution × resolution.

    Raises:
        ValueError: the box lies outside the picture, or an argument is out of range.
    """
    if resolution < 1 or margin < 0:
        raise ValueError(f"resolution ({resolution}) must be at least 1 and margin ({margin}) at least 0.")
    left, top, side = crop_square(image.size, box, margin)
    picture = image.convert("RGB")
    before = (max(-top, 0), max(-left, 0))
    after = (max(top + side - image.height, 0), max(left + side - image.width, 0))
    if any(before + after):
        padding = [*zip(before, after, strict=True), (0, 0)]
        picture = Image.fromarray(np.pad(np.asarray(picture), padding, mode="symmetric"))
    left, top = left + before[1], top + before[0]
    return picture.resize((resolution, resolution), Image.Resampling.LANCZOS, (left, top, left + side, top + side))


def face_in_crop(size: tuple[int, int], box: Box, margin: float) -> tuple[float, float, float, float]:
    """Where the face is on what `face_crop` returns: left, top, right, bottom as shares of its side, 0 to 1.

    Args:
        size: width and height of the picture.
        box: as for `face_crop`.
        margin: as for `face_crop`.
    """
    left, top, side = crop_square(size, box, margin)
    x0, y0, x1, y1 = _inside(box, *size)
    return (x0 - left) / side, (y0 - top) / side, (x1 - left) / side, (y1 - top) / side


def crop_square(size: tuple[int, int], box: Box | None, margin: float) -> tuple[int, int, int]:
    """Left, top and side in px of the square that `face_crop` takes; it overruns a picture too short to hold it.

    Args:
        size: width and height of the picture.
        box: as for `face_crop`.
        margin: as for `face_crop`.
    """
    width, height = size
    shorter = min(width, height)
    if box is None:
        return (width - shorter) // 2, (height - shorter) // 2, shorter
    x0, y0, x1, y1 = _inside(box, width, height)
    face = max(x1 - x0, y1 - y0)
    side = max(face, min(round(face * (1 + 2 * margin)), shorter))
    return _place(x0, x1, side, width), _place(y0, y1, side, height), side


def _inside(box: Box, width: int, height: int) -> Box:
    """Left, top, right, bottom of what the picture shows of the box."""
    x, y, w, h = box
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
    if x0 >= x1 or y0 >= y1:
        raise ValueError(f"The face box {box} lies outside the picture of {width}×{height} px.")
    return x0, y0, x1, y1


def _place(low: int, high: int, side: int, length: int) -> int:
    """Start of an interval of `side` centred on low..high, moved to lie within 0..length, or to overrun it evenly."""
    if side > length:
        return (length - side) // 2
    return min(max((low + high - side) // 2, 0), length - side)
