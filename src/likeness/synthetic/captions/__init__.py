"""Captions: free composition of what a picture shows, in words that know what they say."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.captions.ages import AGE_GROUPS, AgeGroup, age_group, age_phrases
from likeness.synthetic.captions.landscapes import landscape_caption
from likeness.synthetic.captions.names import name_of
from likeness.synthetic.captions.portraits import portrait_caption
from likeness.synthetic.captions.wording import Caption
from likeness.synthetic.landscapes.landscape import Landscape
from likeness.synthetic.sitting import Sitting

__all__ = ["AGE_GROUPS", "AgeGroup", "Caption", "age_group", "age_phrases", "caption", "name_of"]


def caption(subject: Sitting | Landscape, style: str, rng: np.random.Generator) -> Caption:
    """Describe a picture; what is left unsaid changes from call to call.

    Args:
        subject: What it shows.
        style: How it is painted, a key of the painter's ``STYLES``.
        rng: Chooses what is said and how.
    """
    if isinstance(subject, Sitting):
        return portrait_caption(subject, style, rng)
    return landscape_caption(subject, style, rng)
