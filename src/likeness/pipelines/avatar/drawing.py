"""Draw requested pictures with a model; each is kept in the work folder and never drawn twice."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from likeness.datasets import (
    BaseModel,
    Checkpoint,
    ImageSet,
    WorkFolder,
    digest_of,
    package_digest,
)
from likeness.drawing.drawer import Drawer
from likeness.drawing.pictures import Settings
from likeness.drawing.table import draw_table
from likeness.personalise.embedding_files import DIFFUSERS_FILE
from likeness.pipelines.avatar.options import SamplingOptions


def draw_pictures(
    reference: BaseModel | Checkpoint,
    name: str,
    requests: pd.DataFrame,
    options: SamplingOptions,
    work_folder: str,
) -> ImageSet:
    """Draw the requested pictures, or take them from the work folder.

    Args:
        reference: the model; opened only when a picture is missing.
        name: of the model, for the pictures' text and the manifest.
        requests: one row a picture: prompt, seed, and anything else the manifest should say.
        options: how the model draws.
        work_folder: the root of unfinished work.

    Returns:
        One picture a row, with the request's columns and model, steps, guidance_scale and negative_prompt; withheld too
        where the safety checker looked.

    Raises:
        ModelError: the model or its safety checker cannot be read.
        ValueError: there are fewer GPUs than processes.
        WorkerError: several processes could not draw all.
    """
    # What makes one picture: neither how many there are nor what it is drawn together with.
    settings = options.model_dump(
        include={"steps", "guidance_scale", "negative_prompt", "resolution", "safety_checker"}
    )
    key = digest_of(reference.digest, settings, package_digest("likeness.diffusion"))
    work = WorkFolder(work_folder, "pictures", key)
    table = requests.assign(
        file=[_file_name(row) for row in requests.to_dict(orient="records")],
        model=name,
        **{setting: settings[setting] for setting in ("steps", "guidance_scale", "negative_prompt")},
    )
    return draw_table(
        _drawer(reference),
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
        title=f"drawing with {name}",
    )


def no_pictures(work_folder: str) -> ImageSet:
    """Return an image set without pictures, where a model is skipped."""
    work = WorkFolder(work_folder, "pictures", "none")
    return ImageSet(str(work.path), pd.DataFrame(columns=["file", "sha256", "width", "height"]))


def _drawer(reference: BaseModel | Checkpoint) -> Drawer:
    """What draws; a checkpoint that is a learned word is put into its base model."""
    if isinstance(reference, Checkpoint) and DIFFUSERS_FILE in reference.files():
        return Drawer(reference, reference.path / DIFFUSERS_FILE)
    return Drawer(reference)


def _file_name(request: Mapping[Hashable, Any]) -> str:
    place = (
        f"age_{request['age']}_picture_{request['picture']}" if "age" in request else f"picture_{request['picture']}"
    )
    return f"{place}-{digest_of(request['prompt'], request['seed'])[:8]}.png"
