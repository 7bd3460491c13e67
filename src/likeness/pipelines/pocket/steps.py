"""Work folders of the steps, what they read of the rendered pictures, and the pictures kept to look at."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from likeness.datasets import Checkpoint, ImageSet, WorkFolder, digest_of, save_picture
from likeness.metrics.attributes import with_none
from likeness.pipelines.pocket.options import PictureOptions
from likeness.pocket.sharding import read_attributes, read_captions, read_pictures

# The column by which attributes apply or do not.
WORLD = "world"
PORTRAIT = "portrait"


def step_folder(work_folder: str, step: str, *made_from: object) -> WorkFolder:
    """The work folder of a step, by what it is made from."""
    return WorkFolder(work_folder, step, digest_of(*made_from))


def shards(images: Checkpoint, part: str) -> list[int]:
    """Numbers of the shards of one part of the pictures: training or held_out."""
    numbers = images.made_from[f"{part}_shards"]
    assert isinstance(numbers, list)
    return numbers


def attribute_table(images: Checkpoint, part: str) -> pd.DataFrame:
    """What the pictures of one part show, one row a picture; a cell is missing where it means nothing in its world."""
    return with_none(read_attributes(images.path, shards(images, part)), WORLD)


def portraits(attributes: pd.DataFrame) -> NDArray[np.bool_]:
    """Which pictures of an attribute table are portraits, (n,); none where the renderer knows no worlds."""
    if WORLD not in attributes:
        return np.zeros(len(attributes), dtype=bool)
    return (attributes[WORLD] == PORTRAIT).to_numpy(dtype=bool)


def save_preview(shards_folder: Path, work: WorkFolder, options: PictureOptions) -> ImageSet:
    """Save the first held-out pictures as files, with their captions and attributes as metadata.

    Args:
        shards_folder: where the shards are.
        work: where the files go.
        options: how many, and what made them.
    """
    shards = options.held_out_shards[: -(-options.preview // options.shard)]
    captions = read_captions(shards_folder, shards)[: options.preview]
    table = read_attributes(shards_folder, shards).iloc[: options.preview]
    table.insert(0, "file", [f"{index:05d}.png" for index in range(len(captions))])
    table.insert(1, "caption", [texts[0] for texts in captions])
    pictures = read_pictures(shards_folder, shards)[: options.preview]
    for name, pixels, caption in zip(table["file"], pictures, table["caption"], strict=True):
        if not work.has(name):
            made_by = {"prompt": caption, "seed": options.seed, "model": options.renderer}
            save_picture(work.file(name), Image.fromarray(pixels), made_by)
    return ImageSet.from_folder(work.path, table, files=table["file"])
