import pytest
from pydantic import ValidationError

from likeness.cleaning.options import CleaningOptions


def test_shares_add_up_and_a_test_split_is_made_only_where_asked_for():
    assert CleaningOptions().shares == {"train": 0.8, "validation": 0.2}
    shares = CleaningOptions(test_share=0.25, validation_share=0.25).shares
    assert shares == {"train": 0.5, "validation": 0.25, "test": 0.25}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"validation_share": 0.6, "test_share": 0.4}, "validation_share"),
        ({"fit": "stretch"}, "fit"),
        ({"size": 8}, "size"),
        ({"classes": ("0",)}, "classes"),
        ({"folds": 1}, "folds"),
        ({"sise": 256}, "sise"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, named):
    with pytest.raises(ValidationError, match=named):
        CleaningOptions(**changes)
