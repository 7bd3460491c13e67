import re
from collections import Counter

import pytest

from likeness.synthetic.captions.styles import MEDIA, PHOTO, in_manner, in_medium
from likeness.synthetic.captions.wording import saying
from likeness.synthetic.painter import LEARNED_STYLE, STYLES

WORDS = {
    "watercolour": r"watercolou?r|Turner",
    "oil": r"\boil\b|Rembrandt",
    "impressionist": r"impressionis[mt]|Monet",
    "pencil": r"pencil|Leonardo",
    "woodcut": r"woodcut|Hokusai",
}


def test_every_style_but_the_photograph_has_words():
    assert set(MEDIA) == set(STYLES) - {PHOTO} == set(WORDS)
    assert LEARNED_STYLE.name not in MEDIA


@pytest.mark.parametrize("style", MEDIA)
def test_a_style_is_said_exactly_when_its_words_are(style, rng):
    captions = [in_medium(saying("a tree", "tree"), style, rng, genre="landscape") for _ in range(300)]
    for caption in captions:
        named = {name for name, words in WORDS.items() if re.search(words, caption.text)}
        assert named == ({style} if "style" in caption.said else set())
        assert "a tree" in caption.text
        assert "tree" in caption.said
        assert re.search(r"paint|draw|print|sketch|woodcut|picture|watercolou?r", caption.text)
    said = Counter("style" in caption.said for caption in captions)
    assert 10 < said[False] < 60
    assert len({caption.text for caption in captions}) >= 9


def test_watercolours_are_spelled_both_ways(rng):
    texts = [in_medium(saying("a tree"), "watercolour", rng).text for _ in range(200)]
    assert any(text == "a watercolor painting of a tree" for text in texts)
    assert any(text == "a watercolour painting of a tree" for text in texts)
    assert any(text == "painting of a tree in the style of watercolour" for text in texts)


def test_a_painting_can_be_named_without_its_subject(rng):
    texts = {in_manner(saying(""), "impressionist", rng, genre="landscape").text for _ in range(100)}
    assert {"landscape painting in the style of Monet", "painting in the style of impressionism"} <= texts


def test_colours_are_not_asked_of_a_pencil(rng):
    car = saying("a red car in winter", "car", "season")
    assert in_medium(car, "pencil", rng).said - {"style"} == {"season"}
    assert in_medium(car, "oil", rng).said - {"style"} == {"car", "season"}
