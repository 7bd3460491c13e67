"""Whether the model draws what a prompt says, and only what it says is asked for."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.datasets import Checkpoint
from likeness.metrics.probe import Probe, read
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.agreement import agreement, compare
from likeness.pipelines.pocket.scores.held_out import HeldOut
from likeness.pipelines.pocket.scores.table import Score
from likeness.pipelines.pocket.steps import shards


class Caption(Protocol):
    """A caption of a picture: its text, and the attributes (columns of the table) that the text says."""

    @property
    def text(self) -> str:
        """The prompt."""

    @property
    def said(self) -> frozenset[str] | tuple[str, ...]:
        """Names of the attributes."""


CaptionWriter = Callable[..., Sequence[Caption]]


@dataclass(frozen=True)
class Prompts:
    """Captions of the first held-out pictures, one each, as prompts.

    Attributes:
        texts: n prompts.
        said: the attributes that each says.
        shown: the attributes of their pictures, n rows; what a prompt does not say is missing.
    """

    texts: list[str]
    said: list[frozenset[str]]
    shown: pd.DataFrame

    def __len__(self) -> int:
        return len(self.texts)

    def seeds(self, first: int) -> list[int]:
        """A seed of its own for each prompt."""
        return list(range(first, first + len(self)))

    def says(self, attribute: str) -> NDArray[np.bool_]:
        """Which prompts say an attribute, (n,)."""
        return np.array([attribute in names for names in self.said], dtype=bool)


def load_caption_writer(name: str) -> CaptionWriter:
    """Import what writes captions.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        writer: CaptionWriter = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"Parameter captions: {name!r} cannot be imported ({error}). Expected module:function."
        ) from error
    return writer


def held_out_prompts(images: Checkpoint, held_out: HeldOut, options: ReportOptions) -> Prompts:
    """Caption the first held-out pictures anew: as many as `prompts` says, or as there are."""
    made_with = images.made_from["options"]
    assert isinstance(made_with, dict)
    size = made_with["pictures"]
    indices = [number * size + place for number in shards(images, "held_out") for place in range(size)]
    indices = indices[: options.prompts]
    captions = load_caption_writer(options.captions)(indices, seed=made_with["seed"])
    said = [frozenset(caption.said) for caption in captions]
    shown = held_out.shown[: len(indices)]
    return Prompts([caption.text for caption in captions], said, shown.where(_said_cells(said, shown)))


def obedience_scores(
    prompts: Prompts, drawn: NDArray[np.uint8], held_out: HeldOut, probe: Probe, options: ReportOptions
) -> Iterator[Score]:
    """Yield how often the probe reads back what prompts say: in drawn pictures, in the pictures they are captions of.

    Args:
        prompts: n prompts.
        drawn: a picture of each, (n, size, size, 3).
        held_out: the pictures that the prompts are captions of come first.
        probe: what reads.
        options: how near a number must be, and how intervals are made.
    """
    attributes = probe.design.attributes
    of_synthetic = held_out.read[: len(prompts)]
    yield from compare(
        ("obedience_of_synthetic", agreement(of_synthetic, prompts.shown, attributes, options)),
        ("obedience", agreement(read(probe, drawn), prompts.shown, attributes, options)),
        "obedience_ratio",
        options,
    )


def _said_cells(said: Sequence[frozenset[str]], shown: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: [name in names for names in said] for name in shown.columns}, index=shown.index)
