import pandas as pd

from likeness.pipelines.pocket.scores.held_out import groups_of


def test_paintings_are_a_group_of_their_own():
    shown = pd.DataFrame(
        {"world": ["portrait", "landscape", "portrait", "landscape"], "style": ["photo", "photo", "oil", None]}
    )
    assert groups_of(shown).tolist() == ["portraits", "landscapes", "paintings", "landscapes"]


def test_pictures_of_no_world_are_pictures():
    assert groups_of(pd.DataFrame({"colour": ["red", "blue"]})).tolist() == ["pictures"] * 2
