from dataclasses import replace

import pytest

from likeness.synthetic.captions.landscapes import landscape_caption
from likeness.synthetic.captions.studies import studied
from likeness.synthetic.landscapes.landscape import Landscape

SUNSET = Landscape(1, "hills", "summer", "sunset", "clear", "green", "pine", sun=True, fantasy=True)
HILL = Landscape(2, "hills", "summer", "noon", "clear", "green", figure="boy")
STREET = Landscape(3, "street", "summer", "noon", "clear", "green", house=True, car="yellow", car_kind="plain")
MOUNTAIN = Landscape(4, "mountains", "summer", "noon", "clear", "dry", "pine")
DISTANCE = "tree in the foreground and a red sun setting in the distance"


@pytest.mark.parametrize(
    ("landscape", "style", "prompt", "said"),
    [
        (
            SUNSET,
            "photo",
            f"A fantasy landscape with a pine {DISTANCE}, trending on artstation",
            {"fantasy", "tree", "sun", "hour"},
        ),
        (
            replace(SUNSET, tree="banyan"),
            "photo",
            f"A fantasy landscape with a banyan {DISTANCE}, trending on artstation",
            {"fantasy", "tree", "sun", "hour"},
        ),
        (
            replace(SUNSET, season="winter"),
            "photo",
            f"A fantasy landscape with a pine {DISTANCE}, trending on artstation in winter",
            {"fantasy", "tree", "sun", "hour", "season"},
        ),
        (replace(SUNSET, fantasy=False), "photo", f"A landscape with a pine {DISTANCE}", {"tree", "sun", "hour"}),
        (
            HILL,
            "photo",
            "A young boy playing in a field, on a hill overlooking a green valley",
            {"figure", "kind", "ground"},
        ),
        (
            replace(HILL, figure="man", ground="dry"),
            "photo",
            "A young man playing in a field, on a hill overlooking a dry valley",
            {"figure", "kind", "ground"},
        ),
        (
            HILL,
            "watercolour",
            "a watercolor painting of A young boy playing in a field, on a hill overlooking a green valley",
            {"style", "figure", "kind", "ground"},
        ),
        (STREET, "photo", "yellow car", {"car"}),
        (replace(STREET, car_kind="sports"), "photo", "yellow sport car", {"car", "car_kind"}),
        (replace(STREET, car_kind="old"), "photo", "old yellow car", {"car", "car_kind"}),
        (replace(STREET, car="red"), "photo", "red car", {"car"}),
        (STREET, "photo", "yellow car in Manhattan", {"car", "kind"}),
        (
            replace(STREET, car="red", car_kind="sports"),
            "photo",
            "a red sports car in Manhattan",
            {"car", "car_kind", "kind"},
        ),
        (MOUNTAIN, "oil", "painting of Mont Saint Victoire", {"kind"}),
        (MOUNTAIN, "oil", "painting of the Provence", set()),
    ],
)
def test_the_studies_prompts_are_captions_of_what_shows_them(landscape, style, prompt, said, rng):
    captions = {caption.text: caption for caption in (landscape_caption(landscape, style, rng) for _ in range(1000))}
    assert prompt in captions
    assert captions[prompt].said == said


@pytest.mark.parametrize(
    "landscape",
    [
        replace(SUNSET, hour="night", sun=False),
        replace(SUNSET, sun=False),
        replace(SUNSET, tree=""),
        replace(HILL, kind="sea"),
        replace(HILL, fantasy=True),
        replace(MOUNTAIN, season="winter"),
        replace(MOUNTAIN, tree="banyan"),
    ],
)
def test_other_landscapes_are_not_called_so(landscape, rng):
    words = ("setting in the distance", "overlooking", "Provence", "Victoire", "car")
    assert not any(word in scene.text for _ in range(50) for scene in studied(landscape, rng) for word in words)


def test_a_valley_has_the_adjective_that_one_sees(rng):
    texts = {
        season: {
            scene.text.removeprefix("A young boy playing in a field, on a hill overlooking ")
            for _ in range(50)
            for scene in studied(replace(HILL, season=season, tree="bare"), rng)
        }
        for season in ("winter", "autumn", "summer")
    }
    assert texts["winter"] == {"a valley", "a snowy valley"}
    assert texts["autumn"] == {"a valley"}
    assert texts["summer"] == {"a green valley", "a green valley in summer"}
