import pytest

from likeness.pipelines.prompt_edit.requests import Asked, BlendRequest, EditError, read_requests


def read(*entries):
    return list(read_requests(list(entries)))


def problem(entry):
    [(_, message)] = read(entry)
    return message


def test_a_prompt_and_an_edit_are_enough():
    [asked] = read({"prompt": "a red car", "edit": "a blue car"})
    assert (asked.source.prompt, asked.edit.edit) == ("a red car", "a blue car")
    assert asked.source.seeds is asked.edit.kind is asked.edit.scope is asked.edit.blend is None


def test_several_edits_of_one_source():
    first, second = read({"prompt": "a car", "seeds": [3], "edits": ["a red car", {"weights": {"car": 0}}]})
    assert first.source == second.source
    assert first.source.seeds == (3,)
    assert first.edit.edit == "a red car"
    assert second.edit.weights == {"car": 0}


def test_a_single_entry_needs_no_list():
    [asked] = read_requests({"prompt": "a", "edit": "b"})
    assert isinstance(asked, Asked)


def test_words_of_the_blend_can_stand_alone():
    [asked] = read({"prompt": "a car", "edit": "a bus", "blend": ["car", "bus"], "region": "car"})
    assert asked.edit.blend == BlendRequest(words=("car", "bus"))
    assert asked.edit.region == ("car",)
    assert read({"prompt": "a", "edit": "b", "blend": True})[0].edit.blend is True


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("a car", "expected a mapping"),
        ({"edit": "a bus"}, "prompt is missing"),
        ({"prompt": " ", "edit": "a bus"}, "prompt: the prompt is empty"),
        ({"prompt": "a car", "edti": "a bus"}, "unknown key 'edti', did you mean 'edit'?"),
        ({"promt": "a car", "edit": "a bus"}, "unknown key 'promt'"),
        ({"prompt": "a car", "edits": []}, "`edits` is empty"),
        ({"prompt": "a car", "edits": ["a bus"], "blend": True}, "unknown key 'blend'"),
        ({"prompt": "a car", "edits": [7]}, "expected a prompt or a mapping, got 7"),
        ({"prompt": "a car", "edit": "a bus", "self_replace": 2}, "self_replace: .*less than or equal to 1"),
        ({"prompt": "a car", "edit": "a bus", "cross_replace": {"bus": 2}}, "between 0 and 1"),
        ({"prompt": "a car", "edit": "a bus", "seeds": [-1]}, "seeds.0: .*greater than or equal to 0"),
        ({"prompt": "a car", "edit": "a bus", "kind": "swap"}, "kind: .*'replace' or 'refine'"),
        ({"prompt": "a car", "edit": "a bus", "blend": {"mask": "m.png", "words": ["car"]}}, "mask or words, not both"),
        ({"prompt": "a car", "photo": "car.jpg", "seeds": [1], "edit": "a bus"}, "a photo has no seeds"),
    ],
)
def test_mistakes_are_named(entry, message):
    with pytest.raises(EditError, match=message):
        raise EditError(problem(entry))


def test_a_mistake_in_one_edit_leaves_the_others():
    first, second, third = read(
        {"prompt": "a car", "edits": ["a bus", {"edit": "a van", "name": "van", "colour": "red"}]},
        {"prompt": "a tree", "edit": "an oak"},
    )
    assert isinstance(first, Asked)
    assert second[0] == "entry 1, edit 2 ('van')"
    assert "unknown key 'colour'" in second[1]
    assert third.place == "entry 2 ('an oak')"


@pytest.mark.parametrize("entries", [None, [], "a car"])
def test_edits_must_be_a_list(entries):
    with pytest.raises(EditError, match="expected a list of entries"):
        list(read_requests(entries))
