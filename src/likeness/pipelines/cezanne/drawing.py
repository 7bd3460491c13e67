"""Draw requested pictures with a model; each is kept in the work folder and never drawn twice."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from likeness.datasets import BaseModel, ImageSet, WorkFolder, digest_of, package_digest
from likeness.drawing.drawer import Drawer
from likeness.drawing.pictures import Settings
from likeness.drawing.table import draw_table
from likeness.pipelines.cezanne.options import DrawingOptions


def draw_pictures(
    drawer: Drawer,
    digest: str,
    requests: pd.DataFrame,
    options: DrawingOptions,
    work_folder: str,
) -> ImageSet:
    """Draw the requested pictures, or take them from the work folder.

    Args:
        drawer: draws; opened only when a picture is missing.
        digest: names the model's weights.
        requests: one row a picture: name (of its file, without ending), prompt, seed, guidance_scale, model (what it is
            called), and anything else the manifest should say.
        options: how they are drawn.
        work_folder: the root of unfinished work.

    Returns:
        One picture a row, with the request's columns and steps and negative_prompt; withheld too where the
        safety checker looked.

    Raises:
        ModelError: the model or its safety checker cannot be read.
        ValueError: there are fewer GPUs than processes.
        WorkerError: several processes could not draw all.
    """
    settings = options.model_dump(include={"steps", "negative_prompt", "resolution", "safety_checker"})
    work = WorkFolder(work_folder, "paintings", digest_of(digest, settings, package_digest("likeness.diffusion")))
    table = requests.assign(
        file=[_file_name(row) for row in requests.to_dict(orient="records")],
        steps=options.steps,
        negative_prompt=options.negative_prompt,
    ).drop(columns="name")
    return draw_table(
        drawer,
        table,
        Settings(
            options.steps,
            options.negative_prompt,
            options.resolution,
            options.batch_size,
            options.acceleration,
            options.safety_checker,
        ),
        work,
        processes=options.processes,
    )


def no_pictures(work_folder: str, columns: Sequence[str] = ()) -> ImageSet:
    """An image set without pictures."""
    work = WorkFolder(work_folder, "painting_sets", "none")
    return ImageSet(str(work.path), pd.DataFrame(columns=["file", "sha256", "width", "height", *columns]))


def model_name(base_model: BaseModel) -> str:
    """What people call a base model: its folder or its hub id."""
    return base_model.name


def _file_name(request: Mapping[Hashable, Any]) -> str:
    """The picture's name, with what makes it besides the settings: no other is ever taken for it."""
    made_by = digest_of(request["prompt"], request["seed"], float(request["guidance_scale"]))
    return f"{request['name']}-{made_by[:8]}.png"
