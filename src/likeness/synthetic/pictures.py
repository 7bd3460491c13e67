"""The pocket model's training pictures: portraits and landscapes, photographed or painted, with captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.synthetic.attributes import attributes
from likeness.synthetic.captions import caption
from likeness.synthetic.landscapes.render import render_landscape
from likeness.synthetic.painter import STYLES, paint
from likeness.synthetic.portrait import render
from likeness.synthetic.sitting import Sitting
from likeness.synthetic.subjects import Picture, draw_picture

CAPTIONS = 4
"""Alternative captions of a picture."""

_SUPERSAMPLING = 1.5
_TRAINING, _EVALUATION = 18, 19
"""Streams of randomness beside the one that decides what a picture shows."""


@dataclass(frozen=True)
class Prompt:
    """A caption to be drawn from, with what it asks for.

    Attributes:
        text: The prompt.
        said: Names of the attributes that it says, at least one.
        asked: Their values.
        index: Of the synthetic picture that it is a caption of.
    """

    text: str
    said: frozenset[str]
    asked: Mapping[str, object]
    index: int


def render_batch(
    indices: Sequence[int], *, seed: int, size: int = 256
) -> tuple[NDArray[np.uint8], list[list[str]], pd.DataFrame]:
    """Training pictures by index.

    Args:
        indices: Which pictures; each depends on its index and the seed alone.
        seed: Of the whole set.
        size: Pixels a side.

    Returns:
        Pictures (n, size, size, 3) uint8, their alternative captions, and their attributes (see
        ``likeness.synthetic.attributes``), one row a picture.
    """
    pictures, captions, rows = [], [], []
    for index in indices:
        picture = draw_picture(index, seed)
        rng = np.random.default_rng([seed, index, _TRAINING])
        pictures.append(render_picture(picture, size))
        captions.append([caption(picture.subject, picture.style, rng).text for _ in range(CAPTIONS)])
        rows.append({"index": index, **attributes(picture.subject, picture.style)})
    return np.stack(pictures), captions, pd.DataFrame(rows)


def render_picture(picture: Picture, size: int) -> NDArray[np.uint8]:
    """Photograph or paint what a picture shows, (size, size, 3) uint8 sRGB."""
    subject = picture.subject
    if isinstance(subject, Sitting):
        photograph = render(subject.person, subject.shot, size, supersampling=_SUPERSAMPLING)
    else:
        photograph = render_landscape(subject, size, supersampling=_SUPERSAMPLING)
    return paint(photograph, STYLES[picture.style], picture.brush)


def evaluation_captions(indices: Sequence[int], *, seed: int) -> list[Prompt]:
    """One caption a picture, to ask a model for what it says; nothing is rendered.

    Args:
        indices: Of pictures that no model was trained on. Their captions here are none of those in ``render_batch``'s
            stream.
        seed: Of the whole set.

    Returns:
        Prompts in the order of the indices; each says something that can be read back.
    """
    prompts = []
    for index in indices:
        picture = draw_picture(index, seed)
        rng = np.random.default_rng([seed, index, _EVALUATION])
        words = caption(picture.subject, picture.style, rng)
        while not words.said:
            words = caption(picture.subject, picture.style, rng)
        shown = attributes(picture.subject, picture.style)
        prompts.append(Prompt(words.text, words.said, {name: shown[name] for name in sorted(words.said)}, index))
    return prompts
