"""Captions of portraits: free composition of who, age, attributes, expression, place and medium."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.captions.ages import age_templates, child_word, fill_in
from likeness.synthetic.captions.styles import PHOTO, in_medium
from likeness.synthetic.captions.wording import Caption, joined, listed, one, saying, shuffled, with_article
from likeness.synthetic.hair_colour import greyness
from likeness.synthetic.places import PLACES
from likeness.synthetic.sitting import Sitting

_OPENINGS = (
    saying("a photo of", "style"),
    saying("A coloful photo of", "style"),  # the study's own spelling
    saying("a colorful photo of", "style"),
    saying("a colourful photograph of", "style"),
    saying("a close up photo of", "style"),
    saying("a portrait of"),
)
_TAIL = "expressive face, highly detailed, sharp focus, natural bright light"
_HAIRSTYLES = {
    "short": "short hair",
    "long": "long hair",
    "curly": "curly hair",
    "bob": "a bob",
    "fringe": "a fringe",
    "ponytail": "a ponytail",
    "crew cut": "a crew cut",
    "side parting": "a side parting",
    "swept back": "swept back hair",
}
_CHILD, _ADULT = 3.8, 18
"""Ages in years from which somebody is a boy or a girl, a man or a woman."""
_GREYS = ("gray hair", "grey hair")
_BRIEF, _PLACE_FIRST, _AGELESS = 0.12, 0.2, 0.06
"""Shares of the captions that say little: who it is, and at most one thing more; that say the place before the looks;
and, of those without a name, that leave the age out."""


def portrait_caption(sitting: Sitting, style: str, rng: np.random.Generator) -> Caption:
    """Describe a portrait; what is left unsaid changes from call to call.

    Args:
        sitting: Who is seen, and how; a name is said in most captions, now and then instead of the age.
        style: A key of the painter's ``STYLES``.
        rng: Chooses what is said and how.
    """
    who = _who(sitting, rng)
    brief = rng.random() < _BRIEF or who.said == {"sex"}
    traits = shuffled(rng, _traits(sitting, who, rng))[: int(rng.integers(2)) if brief else None]
    looks = joined([saying("with"), listed(traits)]) if traits else saying("")
    place = saying(PLACES[sitting.shot.place].phrase, "place") if rng.random() < (0.2 if brief else 0.6) else saying("")
    if traits and " with " in who.text:
        who = joined([joined([who, listed(traits)], ", "), place])
    else:
        who = joined([who, place, looks] if rng.random() < _PLACE_FIRST else [who, looks, place])
    if style != PHOTO:
        return in_medium(who, style, rng, genre="portrait")
    if brief and rng.random() < 0.5:
        return who
    text = joined([one(rng, _OPENINGS), who])
    return joined([text, saying(_TAIL)], ", ") if not brief and rng.random() < 0.5 else text


def _who(sitting: Sitting, rng: np.random.Generator) -> Caption:
    """The person with name, age or both, or by a word that only tells the sex, as a class is asked for."""
    age, sex = _age(sitting, rng), saying(sitting.person.sex, "sex")
    if sitting.name and rng.random() < 0.85:
        named = joined([saying(sitting.name), saying("person") if rng.random() < 0.25 else sex])
        return joined([named, age], " as ") if rng.random() < 0.9 else named
    if sitting.shot.age_years >= _CHILD and rng.random() < _AGELESS:
        adult = sitting.shot.age_years >= _ADULT
        return saying(with_article(sitting.person.sex if adult else child_word(sitting.person)), "sex")
    return joined([saying("a"), joined([sex, age], " as ")]) if rng.random() < 0.25 else age


def _age(sitting: Sitting, rng: np.random.Generator) -> Caption:
    """The age in words, the study's own more than half of the time."""
    templates = age_templates(sitting.shot.age_years)
    template = templates[0] if rng.random() < 0.55 else one(rng, templates)
    said = {"age_years"} | ({"sex"} if "{" in template else set())
    if "gray hair" in template and sitting.hair == "grey":
        said.add("hair")
    return Caption(fill_in(template, sitting.person), frozenset(said))


def _traits(sitting: Sitting, who: Caption, rng: np.random.Generator) -> list[Caption]:
    """What to mention of the sitter's looks."""
    person, shot, age = sitting.person, sitting.shot, sitting.shot.age_years
    beard = sitting.beard if sitting.beard == "stubble" else f"a {sitting.beard}"
    traits = [
        (0.35, saying(f"{person.eyes} eyes", "eyes")),
        (0.40, saying(f"{person.skin} skin", "skin")),
        (0.75, saying(shot.expression, "expression")),
        (0.9 if shot.glasses else 0.0, saying("glasses", "glasses")),
        (0.9 if sitting.beard else 0.0, saying(beard, "beard")),
        (0.5 if person.freckles > 0 and 5 < age < 60 else 0.0, saying("freckles")),
    ]
    hair = _hair(sitting, rng)
    if hair.text and "hair" not in who.text:
        traits.append((0.65, hair))
    return [trait for chance, trait in traits if rng.random() < chance]


def _hair(sitting: Sitting, rng: np.random.Generator) -> Caption:
    """The hair's colour, its style or both; nothing while it is neither its own colour nor grey."""
    age = sitting.shot.age_years
    style = saying(_HAIRSTYLES[sitting.hair_style], "hair_style") if sitting.hair_style else saying("")
    if sitting.hair == "grey":
        colour = saying(one(rng, _GREYS), "hair")
    elif greyness(sitting.person, age) < 0.4 and age > 1:
        colour = saying(f"{sitting.hair} hair", "hair")
    else:
        colour = saying("")
    if colour.text and style.text.endswith(" hair") and rng.random() < 0.3:
        return joined([saying(style.text.removesuffix(" hair"), *style.said), colour])
    worded = [words for words in (colour, colour, style) if words.text]
    return one(rng, worded) if worded else saying("")
