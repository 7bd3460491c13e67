"""Draw requested pictures with a model; each is kept in the work folder and never drawn twice."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from tqdm import tqdm

from likeness.datasets import (
    BaseModel,
    Checkpoint,
    ImageSet,
    WorkFolder,
    digest_of,
    measure_picture,
    package_digest,
    save_picture,
)
from likeness.diffusion.model import open_model
from likeness.diffusion.sampling import generate
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
        One picture a row, with the request's columns and model, steps, guidance_scale and negative_prompt.

    Raises:
        ModelError: the model cannot be read.
    """
    # What makes one picture: neither how many there are nor what it is drawn together with.
    settings = options.model_dump(include={"steps", "guidance_scale", "negative_prompt", "resolution"})
    key = digest_of(reference.digest, settings, package_digest("likeness.diffusion"))
    work = WorkFolder(work_folder, "pictures", key)
    table = requests.assign(
        file=[_file_name(row) for row in requests.to_dict(orient="records")],
        model=name,
        **{setting: settings[setting] for setting in ("steps", "guidance_scale", "negative_prompt")},
    )
    missing = table[[not work.has(file) for file in table["file"]]]
    if len(missing):
        model = open_model(reference)
        pictures = generate(
            model,
            missing["prompt"].tolist(),
            missing["seed"].tolist(),
            steps=options.steps,
            guidance_scale=options.guidance_scale,
            height=options.resolution,
            width=options.resolution,
            batch_size=options.batch_size,
            negative_prompt=options.negative_prompt,
        )
        bar = tqdm(
            pictures,
            f"drawing with {name}",
            len(table),
            initial=len(table) - len(missing),
            unit="picture",
            disable=None,
        )
        columns = ["prompt", "seed", "model", "steps", "guidance_scale", "negative_prompt"]
        values = missing[["file", *columns]].itertuples(index=False, name=None)
        for (file, *made_by), picture in zip(values, bar, strict=True):
            save_picture(work.file(file), picture, dict(zip(columns, made_by, strict=True)) | {"sampler": "DPM++ 2M"})
    measured = [{"file": file, **measure_picture(work.file(file))} for file in table["file"]]
    manifest = pd.concat([pd.DataFrame(measured), table.drop(columns="file").reset_index(drop=True)], axis=1)
    return ImageSet(str(work.path), manifest)


def no_pictures(work_folder: str) -> ImageSet:
    """Return an image set without pictures, where a model is skipped."""
    work = WorkFolder(work_folder, "pictures", "none")
    return ImageSet(str(work.path), pd.DataFrame(columns=["file", "sha256", "width", "height"]))


def _file_name(request: Mapping[Hashable, Any]) -> str:
    place = (
        f"age_{request['age']}_picture_{request['picture']}" if "age" in request else f"picture_{request['picture']}"
    )
    return f"{place}-{digest_of(request['prompt'], request['seed'])[:8]}.png"
