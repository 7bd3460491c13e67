"""What may happen to pictures before they are judged once more, to see whether the verdict hangs on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from likeness.classify.detail import at_detail_level
from likeness.datasets import digest_of

# Name of the pictures that nothing happened to.
AS_THEY_ARE = "as_they_are"


@dataclass(frozen=True)
class Change:
    """A change of pictures, such as a generator's encoder and decoder, one after the other.

    Attributes:
        apply: from an RGB picture to another, which need not have its size.
        digest: names what it does: results are kept under it, so it changes with the generator's weights.
    """

    apply: Callable[[Image.Image], Image.Image]
    digest: str


def detail_change(side: int, quality: int) -> Change:
    """Bring pictures to one detail level: shorter side in px, JPEG quality 1..100; see `at_detail_level`."""
    return Change(
        lambda image: at_detail_level(image, side, quality), digest_of("likeness.classify.detail", side, quality)
    )
