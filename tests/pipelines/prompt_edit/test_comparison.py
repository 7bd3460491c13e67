import numpy as np
import pandas as pd
import pytest

from likeness.pipelines.prompt_edit.comparison import COLUMNS, MEASURES, compare_variants
from likeness.pipelines.prompt_edit.options import ScoringOptions

OPTIONS = ScoringOptions(bootstrap_samples=200)


def scores(values):
    """Scores of (edit, scope) → {variant: background SSIM of every seed}, of one source an edit."""
    rows = [
        {"source": f"source of {edit}", "edit": edit, "kind": "replace", "scope": scope, "seed": seed}
        | {"variant": variant, "ssim": ssim, "background_ssim": ssim if scope == "local" else np.nan}
        for (edit, scope), variants in values.items()
        for variant, column in variants.items()
        for seed, ssim in enumerate(column)
    ]
    return pd.DataFrame(rows, columns=[*rows[0], *(name for name in MEASURES if name not in rows[0])])


TABLE = compare_variants(
    scores(
        {
            ("red", "local"): {"controlled": [0.9, 1.0], "uncontrolled": [0.6, 0.8], "unchanged": [1, 1]},
            ("old", "local"): {"controlled": [0.96, 0.96], "uncontrolled": [0.95, 0.97], "unchanged": [1, 1]},
            ("winter", "global"): {"controlled": [0.7, 0.7], "uncontrolled": [0.3, 0.5], "unchanged": [1, 1]},
        }
    ),
    OPTIONS,
).set_index(["edits", "measure"])


def test_groups_and_measures_that_have_values():
    assert list(TABLE.reset_index().columns[:2]) == ["edits", "measure"]
    assert set(COLUMNS) == set(TABLE.reset_index().columns)
    groups = ["all edits", "local edits", "global edits", "local edits that lose background", "red", "old", "winter"]
    assert list(dict.fromkeys(TABLE.index.get_level_values("edits"))) == groups
    assert set(TABLE.index.get_level_values("measure")) == {"ssim", "background_ssim"}
    assert ("winter", "background_ssim") not in TABLE.index


def test_means_of_variants_and_their_paired_difference():
    row = TABLE.loc[("red", "background_ssim")]
    assert row[["controlled", "uncontrolled", "difference", "unchanged"]].tolist() == pytest.approx(
        [0.95, 0.7, 0.25, 1]
    )
    assert row["pictures"] == 2
    # Differences 0.3 and 0.2: resampled pairs reach both and nothing beyond.
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((0.2, 0.3))
    assert TABLE.loc[("all edits", "ssim"), "controlled"] == pytest.approx((0.95 + 0.96 + 0.7) / 3)
    assert TABLE.loc[("all edits", "ssim"), "pictures"] == 6


def test_edits_that_lose_background_without_control():
    row = TABLE.loc[("local edits that lose background", "background_ssim")]
    assert (row["controlled"], row["uncontrolled"]) == pytest.approx((0.95, 0.7))


def test_kind_and_scope_are_named_where_all_agree():
    assert TABLE.loc[("red", "ssim"), ["kind", "scope"]].tolist() == ["replace", "local"]
    assert pd.isna(TABLE.loc[("all edits", "ssim"), "scope"])


def test_an_edit_withheld_in_one_variant_is_left_out_in_all():
    nan = np.nan
    red = {"controlled": [0.9, nan, 0.7, 0.5], "uncontrolled": [0.6, 0.1, nan, 0.2], "unchanged": [1, 1, 1, nan]}
    row = compare_variants(scores({("red", "global"): red}), OPTIONS).set_index("edits").loc["red"]
    assert row["pictures"] == 1
    assert row[["controlled", "uncontrolled", "difference"]].tolist() == pytest.approx([0.9, 0.6, 0.3])


def test_edits_of_one_source_picture_are_drawn_together():
    """Two equal edits of one source say no more about other pictures than one does."""
    one = {"controlled": [0.1, 0.5, 0.9], "uncontrolled": [0, 0, 0], "unchanged": [1, 1, 1]}
    table = scores({("a", "global"): one, ("b", "global"): one}).assign(source="the same")
    compared = compare_variants(table, OPTIONS).set_index("edits")
    assert compared.loc["all edits", "controlled_low"] == compared.loc["a", "controlled_low"]
