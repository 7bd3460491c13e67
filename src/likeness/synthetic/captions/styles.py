"""How a caption says the style of a picture: before its subject, after it, or as a manner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.synthetic.captions.wording import Caption, joined, one, saying, with_article

PHOTO = "photo"


@dataclass(frozen=True)
class Medium:
    """The words for a style.

    Attributes:
        names: What a picture in it is called, without article.
        general: What it is called together with other styles.
        manners: What it can be in the style of.
        unseen: Attributes that a picture in it does not show, so that nobody can be asked for them.
    """

    names: tuple[str, ...]
    general: str
    manners: tuple[str, ...]
    unseen: frozenset[str] = frozenset()


MEDIA = {
    "watercolour": Medium(
        ("watercolour", "watercolor", "watercolor painting", "watercolour painting"),
        "painting",
        ("watercolour", "watercolor", "Turner"),
    ),
    "oil": Medium(("oil painting", "oil painting on canvas"), "painting", ("an oil painting", "Rembrandt")),
    "impressionist": Medium(
        ("impressionist painting", "impressionist picture"),
        "painting",
        ("impressionism", "the impressionists", "Monet"),
    ),
    "pencil": Medium(
        ("pencil drawing", "pencil sketch"),
        "drawing",
        ("a pencil drawing", "Leonardo"),
        unseen=frozenset({"hair", "eyes", "car", "ground"}),
    ),
    "woodcut": Medium(("woodcut", "woodcut print"), "print", ("a woodcut", "Hokusai")),
}
"""Every style of the painter, but for the photograph."""

_SAY_BEFORE, _SAY_AFTER, _SAY_MANNER = 0.62, 0.14, 0.14
"""Shares of the painted pictures' captions; the rest only says that something is a painting, a drawing or a print."""
_WITHOUT_ARTICLE = 0.35


def in_medium(subject: Caption, style: str, rng: np.random.Generator, *, genre: str = "") -> Caption:
    """Say that a subject is painted.

    A caption of a painting always says so, because what says nothing is a photograph.

    Args:
        subject: What is painted; without words, the picture is named alone.
        style: A key of ``MEDIA``.
        rng: Chooses how it is said.
        genre: Said now and then before a painting, such as landscape or portrait; or nothing.
    """
    medium, chance = MEDIA[style], rng.random()
    subject = Caption(subject.text, subject.said - medium.unseen)
    if chance < _SAY_BEFORE:
        return joined([saying(_called(one(rng, medium.names), rng), "style"), subject], " of ")
    if chance < _SAY_BEFORE + _SAY_AFTER:
        return joined([subject, saying(one(rng, medium.names), "style")], ", ")
    if chance < _SAY_BEFORE + _SAY_AFTER + _SAY_MANNER:
        return in_manner(subject, style, rng, genre=genre)
    return joined([_general(medium, genre, rng), subject], " of ")


def in_manner(subject: Caption, style: str, rng: np.random.Generator, *, genre: str = "") -> Caption:
    """Say that a subject is painted in the style of something, as the learned style will be asked for."""
    medium = MEDIA[style]
    manner = saying(f"in the style of {one(rng, medium.manners)}", "style")
    return joined([joined([_general(medium, genre, rng), subject], " of "), manner])


def _general(medium: Medium, genre: str, rng: np.random.Generator) -> Caption:
    return saying(_called(f"{genre} {medium.general}" if genre and rng.random() < 0.5 else medium.general, rng))


def _called(name: str, rng: np.random.Generator) -> str:
    """A picture's name, mostly with its article."""
    return name if rng.random() < _WITHOUT_ARTICLE else with_article(name)
