import pytest

from likeness.pipelines.prompt_edit.words import changes, describe, words_of

BOY = "A young boy playing in a field, on a hill overlooking a green valley"


def test_words_are_split_at_blanks_and_punctuation():
    assert words_of('  the "old"  man,smiling (at  Cézanne).') == ["the", "old", "man", "smiling", "at", "Cézanne"]


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (BOY.replace("boy", "girl"), "boy → girl"),
        ("a watercolor painting of " + BOY, "+ a watercolor painting of"),
        (BOY.replace(" green", ""), "− green"),
        (BOY + " in winter", "+ in winter"),
        (BOY.replace("boy", "old man") + "!", "boy → old man"),
        (BOY.lower(), ""),
    ],
)
def test_what_changes(target, name):
    assert describe(changes(BOY, target), {}) == name


def test_weights_are_part_of_the_name():
    assert describe(changes("a car", "a bus"), {"bus": -1.5}) == "car → bus, bus × -1.5"
    assert describe([], {"car": 0}) == "car × 0"
