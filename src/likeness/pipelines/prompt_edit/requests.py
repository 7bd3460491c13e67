"""Edits as a person writes them: a list of sources, each with the edits asked of it.

The shortest entry is `{prompt: …, edit: …}`; every other key has a default. Each entry is read by itself, so that a
mistake in one is reported with its name and the others go on.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError, field_validator, model_validator

Kind = Literal["replace", "refine", "reweight"]
Scope = Literal["local", "global"]
Share = float | dict[str, float]


class Request(BaseModel):
    """A part of the edits: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Part = TypeVar("Part", bound=Request)


class BlendRequest(Request):
    """Where an edit may change the picture: LocalBlend of the paper, or a mask of one's own."""

    words: tuple[str, ...] = Field(
        (), description="words of either prompt whose attention may change; none: all that change"
    )
    subtract: tuple[str, ...] = Field((), description="words whose attention may not change")
    start: float | None = Field(None, ge=0, le=1, description="share of the steps before blending begins")
    threshold: float | None = Field(None, gt=0, lt=1, description="attention above which a place may change, 0..1")
    mask: str | None = Field(None, description="a picture instead of attention: white may change, black may not")

    @model_validator(mode="after")
    def _mask_or_words(self) -> BlendRequest:
        if self.mask and (self.words or self.subtract):
            raise ValueError("give a mask or words, not both")
        return self


class EditRequest(Request):
    """One edit of a source."""

    edit: str | None = Field(None, description="the edited prompt; none: the source's own, with other weights")
    name: str | None = Field(None, min_length=1, description="of the edit in tables and sheets; none: what changes")
    kind: Literal["replace", "refine"] | None = Field(
        None, description="replace: word by word; refine: words are added or taken away; none: told from the prompts"
    )
    scope: Scope | None = Field(
        None, description="local: a part of the picture; global: all of it; none: global where words are only added"
    )
    region: tuple[str, ...] = Field((), description="words of the source that show where a local edit takes place")
    weights: dict[str, float] = Field({}, description="factor on a word's attention: 0 silences, negative inverts")
    cross_replace: Share | None = Field(None, description="share of the steps with the source's cross-attention")
    self_replace: float | None = Field(None, ge=0, le=1, description="share of the steps with its self-attention")
    blend: bool | BlendRequest | None = Field(
        None, description="keep what lies outside; true: of the words that change"
    )
    asks: dict[str, str | bool | tuple[float, float]] = Field(
        {}, description="what the edited picture should show: a value of the probe's attribute, or a range of numbers"
    )
    sweep_weights: dict[str, tuple[float, ...]] = Field({}, description="a grid of pictures over a word's factors")
    sweep_schedules: bool = Field(False, description="a grid of pictures over both shares of steps")

    @field_validator("region", mode="before")
    @classmethod
    def _one_or_several(cls, words: object) -> object:
        return (words,) if isinstance(words, str) else words

    @field_validator("blend", mode="before")
    @classmethod
    def _words_alone(cls, blend: object) -> object:
        if isinstance(blend, str):
            return {"words": (blend,)}
        return {"words": blend} if isinstance(blend, list | tuple) else blend

    @field_validator("cross_replace")
    @classmethod
    def _shares(cls, share: Share | None) -> Share | None:
        values = share.values() if isinstance(share, dict) else [] if share is None else [share]
        if not all(0 <= value <= 1 for value in values):
            raise ValueError("shares of the steps lie between 0 and 1")
        return share


class SourceRequest(Request):
    """What is edited: the picture of a prompt, or a photograph with the prompt that describes it."""

    prompt: str = Field(description="the source prompt")
    photo: str | None = Field(None, description="a photograph instead of a generated picture")
    seeds: tuple[NonNegativeInt, ...] | None = Field(
        None, min_length=1, description="of the pictures; none: the parameters'"
    )

    @field_validator("prompt")
    @classmethod
    def _not_blank(cls, prompt: str) -> str:
        if not prompt.strip():
            raise ValueError("the prompt is empty")
        return prompt

    @model_validator(mode="after")
    def _photo_without_seeds(self) -> SourceRequest:
        if self.photo and self.seeds:
            raise ValueError("a photo has no seeds: leave out one of the two")
        return self


@dataclass(frozen=True)
class Asked:
    """One edit with its source, and where it stands in the file."""

    place: str
    source: SourceRequest
    edit: EditRequest


class EditError(ValueError):
    """An edit cannot be made; the message says why and what to do."""


def read_requests(entries: object) -> Iterator[Asked | tuple[str, str]]:
    """Read what a person wrote, entry by entry.

    Args:
        entries: as YAML gives them: a list of mappings.

    Yields:
        The edits in order; in place of one that cannot be read, where it stands and what is wrong with it.

    Raises:
        EditError: there is no list of entries.
    """
    if isinstance(entries, Mapping):
        entries = [entries]
    if not isinstance(entries, list) or not entries:
        raise EditError("edits: expected a list of entries such as `- {prompt: a red car, edit: a blue car}`")
    for number, entry in enumerate(entries, start=1):
        place = f"entry {number}"
        if not isinstance(entry, Mapping):
            yield place, f"expected a mapping with prompt and edit, got {entry!r}"
            continue
        yield from _read_entry(place, dict(entry))


def _read_entry(place: str, entry: Mapping[Any, Any]) -> Iterator[Asked | tuple[str, str]]:
    of_source = {key: value for key, value in entry.items() if key in SourceRequest.model_fields}
    of_edit = {key: value for key, value in entry.items() if key not in of_source and key != "edits"}
    several = "edits" in entry
    try:
        known = [*SourceRequest.model_fields, *(["edits"] if several else EditRequest.model_fields)]
        _refuse_unknown(of_edit, known)
        source = _parsed(SourceRequest, of_source)
        edits = entry["edits"] if several else [of_edit]
        if not isinstance(edits, list) or not edits:
            raise EditError("`edits` is empty: expected a list of edits")
    except EditError as error:
        yield _named(place, entry), str(error)
        return
    for number, edit in enumerate(edits, start=1):
        where = f"{place}, edit {number}" if several else place
        edit = {"edit": edit} if isinstance(edit, str) else edit
        if not isinstance(edit, Mapping):
            yield where, f"expected a prompt or a mapping, got {edit!r}"
            continue
        where = _named(where, edit)
        try:
            yield Asked(where, source, _parsed(EditRequest, edit))
        except EditError as error:
            yield where, str(error)


def _parsed(kind: type[Part], values: Mapping[Any, Any]) -> Part:
    _refuse_unknown(values, list(kind.model_fields))
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise EditError("; ".join(_problem(one) for one in error.errors())) from error


def _problem(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"])
    text = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        return f"{place} is missing"
    return f"{place}: {text}" if place else text


def _refuse_unknown(keys: Iterable[object], known: Sequence[str]) -> None:
    described = []
    for key in keys:
        if key not in known:
            likest = difflib.get_close_matches(str(key), known, n=1)
            described.append(f"unknown key {str(key)!r}" + (f", did you mean {likest[0]!r}?" if likest else ""))
    if described:
        raise EditError("; ".join(described) + f" (known: {', '.join(known)})")


def _named(place: str, values: Mapping[Any, Any]) -> str:
    """Where an edit stands, with its name or prompt, so that it is found again."""
    words = values.get("name") or values.get("edit") or values.get("prompt")
    return f"{place} ({str(words)[:60]!r})" if words else place
