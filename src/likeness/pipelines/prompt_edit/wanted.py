"""Which pictures are wanted of a plan: sources, edits and their controls; and sweeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from likeness.diffusion.editing import Edit
from likeness.pipelines.prompt_edit.comparison import CONTROLLED, UNCHANGED, UNCONTROLLED
from likeness.pipelines.prompt_edit.controls import controlled, unchanged, uncontrolled
from likeness.pipelines.prompt_edit.options import SweepOptions
from likeness.pipelines.prompt_edit.plan import Plan, PlannedEdit, PlannedSource
from likeness.pipelines.prompt_edit.words import shares_words

SOURCE, PHOTO, SWEEP = "source", "photo", "sweep"


@dataclass(frozen=True)
class Wanted:
    """A picture that is wanted.

    Attributes:
        edit: what makes it of its source; None: the source itself.
        columns: what the manifest and the picture's text say of it.
    """

    edit: Edit | None
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """The pictures that are wanted of a source at one seed, and the words of it whose attention is."""

    source: PlannedSource
    seed: int
    pictures: tuple[Wanted, ...]
    words: tuple[str, ...] = ()


def edits_wanted(plan: Plan) -> Iterator[Request]:
    """Yield every source and seed with its pictures: the source, then each edit controlled, uncontrolled, unchanged."""
    for source in plan.sources:
        words = dict.fromkeys(word for edit in source.edits for word in (*edit.shown, *edit.region))
        for seed in source.seeds:
            rows = [Wanted(None, _columns(source, None, seed, SOURCE))]
            if source.photo:
                rows.insert(0, Wanted(None, _columns(source, None, seed, PHOTO)))
            for edit in source.edits:
                variants = {
                    CONTROLLED: controlled(source, edit),
                    # Without weights, an edit of weights alone is the source.
                    UNCONTROLLED: None if edit.prompt == source.prompt else uncontrolled(edit),
                    UNCHANGED: unchanged(source, edit),
                }
                rows += [Wanted(made, _columns(source, edit, seed, name, made)) for name, made in variants.items()]
            yield Request(source, seed, tuple(rows), tuple(words))


def sweeps_wanted(plan: Plan, options: SweepOptions) -> Iterator[Request]:
    """Yield every source that an edit asks a sweep of, at its first seed, with the source and the sweep's pictures."""
    for source in plan.sources:
        seed = source.seeds[0]
        rows = [wanted for edit in source.edits for wanted in _sweep(source, edit, seed, options)]
        if rows:
            yield Request(source, seed, (Wanted(None, _columns(source, None, seed, SOURCE)), *rows))


def _sweep(source: PlannedSource, edit: PlannedEdit, seed: int, options: SweepOptions) -> Iterator[Wanted]:
    made = controlled(source, edit)
    for word, factors in edit.sweep_weights.items():
        # Of two factors on one word, only the one that is swept counts.
        others = {name: factor for name, factor in made.word_weights.items() if not shares_words(name, word)}
        for factor in dict.fromkeys(factors):
            changed = replace(made, word_weights={**others, word: factor})
            yield Wanted(changed, _columns(source, edit, seed, SWEEP, changed) | {"word": word, "weight": factor})
    shares = dict.fromkeys(options.shares if edit.sweep_schedules else ())
    for own in shares:
        for cross in shares:
            changed = replace(made, cross_replace=cross, self_replace=own)
            yield Wanted(changed, _columns(source, edit, seed, SWEEP, changed) | {"word": "", "weight": float("nan")})


def _columns(
    source: PlannedSource, edit: PlannedEdit | None, seed: int, variant: str, made: Edit | None = None
) -> dict[str, Any]:
    blend = made.blend if made else None
    return {
        "source": source.name,
        "edit": edit.name if edit else "",
        "kind": edit.kind if edit else "",
        "scope": edit.scope if edit else "",
        "variant": variant,
        "seed": seed,
        "prompt": made.prompt if made else source.prompt,
        "source_prompt": source.prompt,
        "photo": source.photo or "",
        "cross_replace": made.cross_replace if made else None,
        "self_replace": made.self_replace if made else None,
        "weights": dict(made.word_weights) if made else None,
        "blend": edit.blend.model_dump() if edit and edit.blend and blend else None,
    }
