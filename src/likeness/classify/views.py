"""Views: the square pieces of a picture, large and small, that a network sees in its place.

Brushwork is small and composition is large, so a picture is judged by pieces of several sizes together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, field_validator

from likeness.classify.detail import DetailOptions, at_random_detail, without_finest_detail


class ViewOptions(BaseModel):
    """How pictures are cut into views, for training and for judging."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    versions: int = Field(6, ge=1, description="versions of a training picture, each with its own detail level")
    views_per_version: int = Field(4, ge=1, description="random views of each version that the network is trained on")
    finest_side: int | None = Field(
        256,
        ge=16,
        description="pictures are first reduced to this shorter side in px, for training and for judging: "
        "finer detail tells who scanned them; none: all detail is seen",
    )
    smallest_view: float = Field(0.4, gt=0, le=1, description="side of the smallest random view, of the shorter side")
    flip: bool = Field(True, description="mirror half of the training views; judge every view mirrored as well")
    lighting: float = Field(
        0.1, ge=0, lt=1, description="largest change of a training view's contrast and brightness, of full scale"
    )
    judged_grids: tuple[int, ...] = Field(
        (1, 2, 3), min_length=1, description="views a side of the grids that a picture is judged by"
    )
    detail: DetailOptions = Field(default_factory=DetailOptions, description="detail levels of the training pictures")

    @field_validator("judged_grids")
    @classmethod
    def _positive(cls, grids: tuple[int, ...]) -> tuple[int, ...]:
        if min(grids) < 1:
            raise ValueError(f"judged_grids {grids}: expected whole numbers of at least 1")
        return grids

    @property
    def judged_views(self) -> int:
        """How many views `judging_views` cuts of a picture, mirrored ones too."""
        return sum(grid**2 for grid in self.judged_grids) * (2 if self.flip else 1)


def training_views(
    versions: Sequence[Image.Image], side: int, options: ViewOptions, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Cut random views of a picture, each version of it first brought to a detail level of its own.

    Args:
        versions: `options.versions` RGB pictures of the same painting, such as before and after a decoder.
        side: of the views in px.
        options: how they are cut and changed.
        generator: everything random is drawn from it.

    Returns:
        (versions · views_per_version, side, side, 3), version by version.
    """
    views = []
    for version in versions:
        seen = without_finest_detail(at_random_detail(version, options.detail, generator), options.finest_side)
        views += [_random_view(seen, side, options, generator) for _ in range(options.views_per_version)]
    return np.stack(views)


def judging_views(image: Image.Image, side: int, options: ViewOptions) -> NDArray[np.uint8]:
    """Cut the views that a picture is judged by: grids that cover it, and then all of them mirrored if so asked.

    Args:
        image: an RGB picture.
        side: of the views in px.
        options: which grids, and whether mirrored.

    Returns:
        (judged_views, side, side, 3).
    """
    seen = without_finest_detail(image, options.finest_side)
    views = [_cut(seen, box, side) for grid in options.judged_grids for box in grid_boxes(seen.size, grid)]
    stack = np.stack(views)
    return np.concatenate([stack, stack[:, :, ::-1]]) if options.flip else stack


def grid_boxes(size: tuple[int, int], grid: int) -> list[tuple[float, float, float, float]]:
    """Place grid × grid square views evenly over a picture, row by row, the outer ones at its edges.

    Args:
        size: width and height in px.
        grid: views a side.

    Returns:
        Left, top, right and bottom of each in px. A single view is centred.
    """
    view = min(size) * view_share(grid)
    starts = [
        [(length - view) / 2] if grid == 1 else [(length - view) * place / (grid - 1) for place in range(grid)]
        for length in size
    ]
    return [(left, top, left + view, top + view) for top in starts[1] for left in starts[0]]


def view_share(grid: int) -> float:
    """Side of a grid's views as a share of the picture's shorter side: 1, .625, .417 …, so that they overlap."""
    return 1.0 if grid == 1 else 1.25 / grid


def _random_view(
    image: Image.Image, side: int, options: ViewOptions, generator: np.random.Generator
) -> NDArray[np.uint8]:
    share = np.exp(generator.uniform(np.log(options.smallest_view), 0.0))
    view = share * min(image.size)
    left, top = (generator.uniform(0, length - view) for length in image.size)
    mirrored = generator.random() < 0.5
    contrast, brightness = generator.uniform(-options.lighting, options.lighting, 2)
    pixels = _cut(image, (left, top, left + view, top + view), side)
    if options.flip and mirrored:
        pixels = pixels[:, ::-1]
    if options.lighting:
        lit = (pixels.astype(np.float32) - 127.5) * (1 + contrast) + 127.5 * (1 + brightness)
        pixels = np.clip(np.rint(lit), 0, 255).astype(np.uint8)
    return pixels


def _cut(image: Image.Image, box: tuple[float, float, float, float], side: int) -> NDArray[np.uint8]:
    bounds = (max(0.0, box[0]), max(0.0, box[1]), min(float(image.width), box[2]), min(float(image.height), box[3]))
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC, box=bounds), dtype=np.uint8)
