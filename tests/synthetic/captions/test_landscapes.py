import re
from collections import Counter

import numpy as np
import pytest

from likeness.synthetic.captions.landscapes import landscape_caption
from likeness.synthetic.landscapes.landscape import Landscape, draw_landscape

# Independent of the module's own tables: words that only one value of an attribute explains.
WORDS = {
    "season": {
        "spring": r"\bspring(time)?\b",
        "summer": r"\bsummer\b",
        "autumn": r"\b(autumn|fall)\b",
        "winter": r"\b(winter|snow|snowy)\b",
    },
    "hour": {
        "dawn": r"dawn|sunrise|morning|rising",
        "noon": r"noon|daylight|by day|\bday\b",
        "sunset": r"sunset|evening|dusk|setting",
        "night": r"\bnight\b",
    },
    "weather": {
        "clear": r"\bclear\b",
        "cloudy": r"\bcloud(y|s)\b",
        "rain": r"\brain",
        "fog": r"\b(fog|foggy|misty?)\b",
    },
    "ground": {"green": r"\bgreen\b", "dry": r"\bdry\b", "flowers": r"flower", "wheat": r"wheat|golden"},
    "tree": {
        "pine": r"\bpine\b",
        "banyan": "banyan",
        "cypress": "cypress",
        "bare": r"\bbare\b|leafless",
        "oak": r"\boak\b",
    },
    "figure": {"boy": r"\bboy\b", "girl": r"\bgirl\b", "man": r"\bman\b", "woman": r"\bwoman\b"},
    "car": {colour: rf"\b{colour}( old| sports?)? car\b" for colour in ("yellow", "red", "blue", "white", "black")},
    "car_kind": {"old": r"\bold( \w+)? car\b", "sports": r"\bsports? car\b"},
    "house": {True: r"house|cottage"},
    "path": {True: r"\b(path|road)\b"},
    "sun": {True: r"\bsun\b"},
    "fantasy": {True: "fantasy"},
    "kind": {
        "hills": r"hills|hilly|\ba hill overlooking a (\w+ )?valley",
        "mountains": "mountain|Victoire",
        "plain": r"\bplain\b|open country",
        "river": "river",
        "lake": "lake",
        "sea": r"\bsea\b|seascape|coast",
        "village": "village",
        "street": "Manhattan|street|in the city",
    },
}


def many(count, style="photo"):
    rng = np.random.default_rng(0)
    drawn = [draw_landscape(rng) for _ in range(count)]
    return [(landscape, landscape_caption(landscape, style, rng)) for landscape in drawn]


@pytest.mark.parametrize("style", ["photo", "watercolour"])
def test_words_are_true_and_known_to_be_said(style):
    seen: Counter[tuple[str, object]] = Counter()
    for landscape, caption in many(2000, style):
        text = caption.text.replace("red sun", "sun")
        for attribute, words in WORDS.items():
            found = {value for value, pattern in words.items() if re.search(pattern, text)}
            expected = {getattr(landscape, attribute)} if attribute in caption.said else set()
            assert found == expected, (attribute, caption, landscape)
            seen.update((attribute, value) for value in found)
    assert set(seen) == {(attribute, value) for attribute, words in WORDS.items() for value in words}


def test_captions_are_tidy():
    for _, caption in many(1000) + many(500, "oil"):
        assert not re.search(
            r"\b(a|an|the) (a|an|the|in|on|at|by)\b|\bof (in|on|at|by)\b|  | ,|,,|\{|^ | $", caption.text
        )
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", caption.text)
        assert len(caption.text) < 180


def test_captions_vary_in_words_and_length(rng):
    landscape = Landscape(1, "lake", "autumn", "sunset", "fog", "green", "oak", house=True, path=True, figure="girl")
    captions = [landscape_caption(landscape, "photo", rng) for _ in range(500)]
    assert len({caption.text for caption in captions}) > 400
    sizes = Counter(len(caption.said - {"style"}) for caption in captions)
    assert min(sizes[size] for size in (1, 2, 3, 4)) > 40
    # what a caption begins with is not always the same thing
    openings = Counter(caption.text.split()[-1] for caption in captions)
    assert len(openings) > 15


def test_people_in_the_country_are_not_called_what_a_portrait_is():
    person = r"^((a|a young|a little) (boy|girl|man|woman)\b)(?! playing| outdoors)"
    for _, caption in many(2500):
        subject = re.sub(r"^(a|A) (photo|photograph|picture|view) of ", "", caption.text)
        assert not re.search(person, subject), caption


def test_short_captions_occur(rng):
    lake = Landscape(1, "lake", "winter", "noon", "cloudy", "green", "pine")
    street = Landscape(1, "street", "summer", "noon", "clear", "green", car="yellow", car_kind="plain")
    texts = {landscape_caption(lake, "photo", rng).text for _ in range(1500)}
    assert {"a pine tree in winter", "a pine tree", "a lake", "a landscape in winter", "a snowy landscape"} <= texts
    assert {"yellow car", "a yellow car", "a street"} <= {
        landscape_caption(street, "photo", rng).text for _ in range(500)
    }


def test_what_is_bare_of_words_is_a_photograph():
    for _, caption in many(1000):
        assert ("style" in caption.said) == bool(re.search(r"photo(graph)? of", caption.text))
        assert not re.search(r"paint|draw|print|sketch|woodcut", caption.text)


def test_landscape_paintings_may_say_their_style_alone():
    texts = [caption.text for _, caption in many(700, "impressionist") if caption.said == {"style"}]
    assert any(text.startswith("landscape painting in the style of ") for text in texts)
    assert any(text.startswith("a painting in the style of ") for text in texts)
