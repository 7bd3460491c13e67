"""What the model, the probe and the files have to say about an edit before anything is drawn."""

from __future__ import annotations

from dataclasses import replace

from likeness.datasets import UnreadablePictureError, open_picture
from likeness.diffusion.editing import check_edit, edit_pictures
from likeness.diffusion.model import DiffusionModel
from likeness.metrics.probe import Probe
from likeness.pipelines.prompt_edit.controls import controlled
from likeness.pipelines.prompt_edit.options import SamplingOptions
from likeness.pipelines.prompt_edit.plan import Check, PlannedEdit, PlannedSource, located
from likeness.pipelines.prompt_edit.requests import EditError
from likeness.pipelines.prompt_edit.schedulers import open_scheduler


def checker(model: DiffusionModel, resolution: int, sampling: SamplingOptions, probe: Probe | None) -> Check:
    """Return what refuses an edit that cannot be made or read.

    Args:
        model: that is to make it.
        resolution: px a side of the pictures.
        sampling: the parameters that all edits share; refused here when they are wrong.
        probe: that is to read what was asked; None: anything may be asked.

    Raises:
        EditError: the scheduler is unknown or not deterministic, or another parameter is out of range.
    """
    try:
        edit_pictures(
            model,
            "",
            [],
            sampling.seeds,
            steps=sampling.steps,
            guidance_scale=sampling.guidance_scale,
            resolution=resolution,
            scheduler=open_scheduler(model, sampling.scheduler),
            batch_size=sampling.batch_size,
        )
    except ValueError as error:
        raise EditError(f"prompt_edit.sampling: {error}") from error

    def check(source: PlannedSource, edit: PlannedEdit) -> None:
        if source.photo:
            _opened("photo", source.photo)
        if edit.blend and edit.blend.mask:
            _check_mask(edit.blend.mask, resolution)
        made = controlled(source, edit)
        try:
            check_edit(model, source.prompt, made, resolution=resolution)
            for word in edit.sweep_weights:
                check_edit(model, source.prompt, replace(made, word_weights={word: 1.0}), resolution=resolution)
        except ValueError as error:
            raise EditError(str(error)) from error
        if probe:
            _check_asks(edit, probe)

    return check


def _check_mask(path: str, side: int) -> None:
    width, height = _opened("mask", path)
    if (width, height) != (side, side):
        raise EditError(
            f"the mask {path} has {width} × {height} pixels, the pictures have {side} × {side}: scale one to the other"
        )


def _opened(what: str, path: str) -> tuple[int, int]:
    try:
        return open_picture(located(path)).size
    except UnreadablePictureError as error:
        raise EditError(f"the {what} {path} cannot be opened: {error.reason}") from error


def _check_asks(edit: PlannedEdit, probe: Probe) -> None:
    readable = {attribute.name: attribute for attribute in probe.design.attributes}
    for name, asked in edit.asks.items():
        if name not in readable:
            raise EditError(f"asks: the probe reads no {name!r}, only {', '.join(readable)}")
        values = readable[name].values
        if readable[name].kind == "number":
            if not isinstance(asked, tuple):
                raise EditError(f"asks: {name} is a number: give its range, such as [{values[0]:g}, {values[-1]:g}]")
        elif asked not in values:
            raise EditError(f"asks: {name} is never {asked!r}, but one of {', '.join(map(repr, values))}")
