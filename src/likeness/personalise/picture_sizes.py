"""What SDXL is told of the sizes of its training pictures."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor

from likeness.personalise.crops import crop_square


def size_conditions(pictures: Sequence[Image.Image], resolution: int) -> Tensor:
    """Of pictures whose middle squares are trained on (Podell et al. 2023, arXiv 2307.01952, section 2.2).

    A picture scaled up to the resolution is known to be a small one, and one whose sides are cut off to be a part: the
    model draws neither blurred nor cut pictures when it is asked for large whole ones.

    Args:
        pictures: n pictures as they are given, of any size and shape.
        resolution: side in px that their squares are scaled to.

    Returns:
        float32 (n, 6), in px: height and width as given; top and left of the square in the picture scaled until its
        shorter side is the resolution; the resolution twice.
    """
    rows = []
    for picture in pictures:
        left, top, side = crop_square(picture.size, None, 0)
        corner = (round(offset * resolution / side) for offset in (top, left))
        rows.append([picture.height, picture.width, *corner, resolution, resolution])
    return torch.tensor(rows, dtype=torch.float32).reshape(-1, 6)
