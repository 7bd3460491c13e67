import itertools

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from likeness.cleaning.grouping import groups, near_pairs
from likeness.cleaning.hashing import thumbnail


def found(pictures, **changes):
    settings = {"bits": 12, "part_bits": 8, "mirrored": True, **changes}
    return near_pairs(list(pictures), [thumbnail(picture) for picture in pictures.values()], **settings)


def test_copies_are_found_and_told_from_cuts(scene):
    one = scene(1, 160, 160)
    pictures = {
        "one": one,
        "other": scene(2, 160, 160),
        "small": one.resize((80, 80)),
        "cut": one.crop((0, 0, 140, 140)),
        "mirrored": ImageOps.mirror(one),
    }
    pairs = found(pictures)
    near = {(row.file_a, row.file_b): row for row in pairs.itertuples()}
    assert {pair for pair in near if "one" in pair} == {("one", "small"), ("one", "cut"), ("one", "mirrored")}
    assert not any("other" in pair for pair in near)
    assert near["one", "small"].same_picture
    assert not near["one", "cut"].same_picture
    assert near["one", "mirrored"].bits == 0
    whole = found(pictures, part_bits=None)
    assert list(zip(whole["file_a"], whole["file_b"], strict=True)) == [("one", "small")]
    upright = found(pictures, mirrored=False)
    assert "mirrored" not in {*upright["file_a"], *upright["file_b"]}


def test_no_pictures_have_no_pairs(scene):
    assert list(found({}).columns) == ["file_a", "file_b", "bits", "same_picture"]
    assert found({}).empty
    assert found({"one": scene(0)}).empty


def test_near_duplicates_of_near_duplicates_share_a_group():
    files = ["e", "d", "c", "b", "a"]
    assert groups(files, [("d", "b"), ("e", "d"), ("c", "a")]).to_dict() == {
        "e": "b",
        "d": "b",
        "b": "b",
        "c": "a",
        "a": "a",
    }
    assert groups(files, []).to_dict() == {file: file for file in files}
    assert groups([], []).empty


@given(st.permutations(list("abcdef")), st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_a_group_is_all_that_hangs_together_in_any_order(files, pairs):
    grouped = groups(files, pairs)
    assert grouped.to_dict() == groups(sorted(files), [pair[::-1] for pair in reversed(pairs)]).to_dict()
    assert all(grouped[a] == grouped[b] for a, b in pairs)
    joined = {file: {file} for file in files}
    for _ in files:
        for a, b in pairs:
            joined[a] = joined[b] = joined[a] | joined[b]
            for file in joined[a]:
                joined[file] = joined[a]
    for a, b in itertools.combinations(files, 2):
        assert (grouped[a] == grouped[b]) == (b in joined[a])
    assert all(name == min(joined[file]) for file, name in grouped.items())


def test_known_near_duplicates_among_real_paintings_are_found(shared_data):
    folder = shared_data("paintings_train")
    known = [("0/20", "0/21"), ("0/20", "1/57"), ("0/77", "1/67"), ("0/63", "0/7"), ("0/42", "1/23"), ("0/11", "0/82")]
    files = sorted({f"{name}.jpeg" for pair in known for name in pair} | {"0/1.jpeg", "4/10.jpeg", "2/3.jpeg"})
    pairs = found({file: Image.open(folder / file) for file in files})
    grouped = groups(files, zip(pairs["file_a"], pairs["file_b"], strict=True))
    assert all(grouped[f"{a}.jpeg"] == grouped[f"{b}.jpeg"] for a, b in known)
    assert grouped.nunique() == 5 + 3
