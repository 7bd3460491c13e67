"""From planned edits to what attention control takes: the edit itself, and its two controls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from likeness.datasets import open_picture
from likeness.diffusion.editing import Blend, Edit
from likeness.pipelines.prompt_edit.plan import PlannedEdit, PlannedSource, located
from likeness.pipelines.prompt_edit.requests import BlendRequest, EditError
from likeness.pipelines.prompt_edit.words import contains

_OTHERS = "default_"  # what a share for each word calls that of all other words


def controlled(source: PlannedSource, edit: PlannedEdit) -> Edit:
    """Return the edit with attention control.

    Raises:
        EditError: a word of the blend is in neither prompt.
    """
    return Edit(
        prompt=edit.prompt,
        cross_replace=edit.cross_replace,
        self_replace=edit.self_replace,
        word_weights=edit.weights,
        blend=_blend(source.prompt, edit.prompt, edit.blend) if edit.blend else None,
        kind=edit.pairing,
    )


def uncontrolled(edit: PlannedEdit) -> Edit:
    """Return the edited prompt drawn from the same noise, without any control."""
    return Edit(prompt=edit.prompt, cross_replace=0.0, self_replace=0.0)


def unchanged(source: PlannedSource, edit: PlannedEdit) -> Edit:
    """Return the source's own prompt under the edit's control, which must give the source."""
    cross = edit.cross_replace
    if isinstance(cross, Mapping):
        cross = cross.get(_OTHERS, 1.0)
    return Edit(prompt=source.prompt, cross_replace=cross, self_replace=edit.self_replace)


def _blend(source: str, target: str, blend: BlendRequest) -> Blend:
    for word in (*blend.words, *blend.subtract):
        if not contains(source, word) and not contains(target, word):
            raise EditError(f"the blend's word {word!r} is in neither prompt")
    mask = np.asarray(open_picture(located(blend.mask)).convert("L"), np.float32) / 255 if blend.mask else None
    assert blend.start is not None  # the plan fills both in
    assert blend.threshold is not None
    return Blend(
        source_words=tuple(word for word in blend.words if contains(source, word)),
        target_words=tuple(word for word in blend.words if contains(target, word)),
        subtract_words=blend.subtract,
        start=blend.start,
        threshold=blend.threshold,
        mask=mask,
    )
