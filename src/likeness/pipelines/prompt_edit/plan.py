"""Edits with everything decided: what a person left out is filled in, and what cannot be done is set aside."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pandas as pd
from kedro.utils import find_kedro_project
from pydantic import Field

from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions
from likeness.pipelines.prompt_edit.requests import (
    Asked,
    BlendRequest,
    EditError,
    EditRequest,
    Request,
    Scope,
    Share,
    SourceRequest,
    read_requests,
)
from likeness.pipelines.prompt_edit.words import Change, changes, contains, describe, words_of

logger = logging.getLogger(__name__)

# Words that say nothing about where in the picture something is.
_SMALL_WORDS = frozenset(words_of("a an and at by for from his her in into its of on or the their to with"))


class PlannedEdit(Request):
    """An edit as it is drawn and scored."""

    name: str
    prompt: str
    kind: str = Field(description="replace, refine or reweight; the first two also with weights: replace + reweight")
    pairing: Literal["replace", "refine"] | None = Field(
        description="as a person wrote it; none: told from the prompts"
    )
    scope: Scope
    region: tuple[str, ...] = Field(description="words of the source whose attention is the scoring mask")
    shown: tuple[str, ...] = Field(description="words of the source whose attention the sheet shows")
    weights: dict[str, float]
    cross_replace: Share
    self_replace: float
    blend: BlendRequest | None
    asks: dict[str, str | bool | tuple[float, float]]
    sweep_weights: dict[str, tuple[float, ...]]
    sweep_schedules: bool


class PlannedSource(Request):
    """A source with its edits."""

    name: str
    prompt: str
    photo: str | None
    seeds: tuple[int, ...]
    edits: tuple[PlannedEdit, ...]


class Plan(Request):
    """Everything that is drawn and scored."""

    resolution: int = Field(description="px a side of all pictures")
    sources: tuple[PlannedSource, ...]

    def part(self, *, photos: bool) -> Plan:
        """Only the edits of photographs, or only those of generated pictures."""
        own = tuple(source for source in self.sources if bool(source.photo) == photos)
        return self.model_copy(update={"sources": own})


Check = Callable[[PlannedSource, PlannedEdit], None]


def plan_edits(
    entries: object, resolution: int, sampling: SamplingOptions, control: ControlOptions, check: Check
) -> tuple[Plan, pd.DataFrame]:
    """Read the edits, fill in what was left out, and set aside what cannot be made.

    Args:
        entries: as a person wrote them.
        resolution: px a side of all pictures.
        sampling: the seeds of sources that name none.
        control: the control of edits that do not say.
        check: raises EditError for what the model cannot do.

    Returns:
        The plan; and `edits_set_aside`: edit (where it stands and its name), reason.

    Raises:
        EditError: there is no list of edits, or none of them can be made.
    """
    planned: dict[SourceRequest, list[PlannedEdit]] = {}
    names: set[str] = set()
    aside = []
    for asked in read_requests(entries):
        if not isinstance(asked, Asked):
            aside.append(asked)
            continue
        try:
            edit = _planned(asked, control, names)
            check(_source("", asked.source, (), sampling), edit)
        except EditError as error:
            aside.append((asked.place, str(error)))
            continue
        names.add(edit.name)
        planned.setdefault(asked.source, []).append(edit)
    for place, reason in aside:
        logger.warning("edits, %s, is set aside: %s", place, reason)
    if not planned:
        raise EditError(f"edits: none can be made. {aside[0][0]}: {aside[0][1]}")
    sources = [
        _source(f"source {number}", source, tuple(edits), sampling)
        for number, (source, edits) in enumerate(planned.items(), start=1)
    ]
    return Plan(resolution=resolution, sources=tuple(sources)), pd.DataFrame(aside, columns=["edit", "reason"])


def located(path: str) -> Path:
    """A file as given, or from the project's folder."""
    given = Path(path).expanduser()
    project = find_kedro_project(Path.cwd())
    return given if given.exists() or given.is_absolute() or not project else Path(project) / given


def _source(
    name: str, source: SourceRequest, edits: tuple[PlannedEdit, ...], sampling: SamplingOptions
) -> PlannedSource:
    # A photograph is one picture, whatever the seed.
    seeds = dict.fromkeys((0,) if source.photo else source.seeds or sampling.seeds)
    return PlannedSource(name=name, prompt=source.prompt, photo=source.photo, seeds=tuple(seeds), edits=edits)


def _planned(asked: Asked, control: ControlOptions, names: set[str]) -> PlannedEdit:
    source, edit = asked.source.prompt, asked.edit
    target = source if edit.edit is None else edit.edit
    found = changes(source, target)
    same = target.lower().split() == source.lower().split()
    if not target.strip() or (same and not edit.weights):
        raise EditError("the edit is empty: it neither changes the prompt nor sets the weight of a word")
    kind = " + ".join([*([] if same else [_kind(source, target, edit)]), *(["reweight"] if edit.weights else [])])
    removed = _telling([word for change in found for word in change.removed])
    weighted = [word for word in edit.weights if contains(source, word)]
    scope: Scope = edit.scope or ("local" if removed or weighted or edit.region else "global")
    region = edit.region or tuple(removed or weighted)
    if absent := [word for word in edit.region if not contains(source, word)]:
        raise EditError(f"the region's word {absent[0]!r} is not in the source prompt")
    if scope == "local" and not region:
        raise EditError("a local edit that only adds words needs a region: words of the source that show where it is")
    if edit.name in names:
        raise EditError(f"another edit is called {edit.name!r} too: give it another name")
    cross, own = edit.cross_replace, edit.self_replace
    return PlannedEdit(
        name=edit.name or _unused(describe(found, edit.weights) or target, names),
        prompt=target,
        kind=kind,
        pairing=edit.kind,
        scope=scope,
        region=region if scope == "local" else (),
        shown=tuple(dict.fromkeys([*removed, *weighted, *edit.region])),
        weights=edit.weights,
        cross_replace=control.cross_replace if cross is None else cross,
        self_replace=control.self_replace if own is None else own,
        blend=_blend(edit, scope, region, found, control),
        asks=edit.asks,
        sweep_weights=edit.sweep_weights,
        sweep_schedules=edit.sweep_schedules,
    )


def _kind(source: str, target: str, edit: EditRequest) -> str:
    before, after = len(words_of(source)), len(words_of(target))
    if edit.kind == "replace" and before != after:
        raise EditError(
            f"replace needs prompts of as many words, and these have {before} and {after}: leave out `kind`, or refine"
        )
    return edit.kind or ("replace" if before == after else "refine")


def _telling(words: list[str]) -> list[str]:
    """Words that name something to be seen; all of them where none does."""
    return [word for word in words if word.lower() not in _SMALL_WORDS] or words


def _unused(name: str, names: set[str]) -> str:
    candidates = [name, *(f"{name} ({number})" for number in range(2, len(names) + 3))]
    return next(candidate for candidate in candidates if candidate not in names)


def _blend(
    edit: EditRequest, scope: Scope, region: tuple[str, ...], found: list[Change], control: ControlOptions
) -> BlendRequest | None:
    """The blend with its words and numbers; by default of the region and the words that are added."""
    asked = edit.blend
    if asked is None:
        asked = control.blend_local and scope == "local"
    if isinstance(asked, bool):
        if not asked:
            return None
        asked = BlendRequest()
    added = _telling([word for change in found for word in change.added])
    words = asked.words or (() if asked.mask else tuple(dict.fromkeys([*region, *added])))
    return asked.model_copy(
        update={
            "words": words,
            "start": control.blend_start if asked.start is None else asked.start,
            "threshold": control.blend_threshold if asked.threshold is None else asked.threshold,
        }
    )
