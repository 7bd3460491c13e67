import numpy as np
import pandas as pd
import pytest

from likeness.pipelines.avatar.options import CurationOptions
from likeness.pipelines.avatar.pairs import pairs_within
from likeness.pipelines.avatar.subsets import (
    age_groups,
    choose_subsets,
    near_duplicates,
    summarise_subsets,
)

FILES = ["c1", "c2", "c3", "a1", "a2", "a3", "a4", "none"]


def pairs_of(matrix, value):
    first, second, values = pairs_within(pd.DataFrame(matrix, index=FILES, columns=FILES))
    return pd.DataFrame({"photo_a": first, "photo_b": second, value: values})


def shares_of(verified, files):
    places = [FILES.index(file) for file in files]
    own = verified[np.ix_(places, places)]
    return pd.Series((own.sum(axis=1) - own.diagonal()) / max(len(files) - 1, 1), index=files)


VERIFIED = np.zeros((8, 8))
VERIFIED[:3, :3] = 1
VERIFIED[3:7, 3:7] = 1
VERIFIED[5, :] = VERIFIED[:, 5] = 0
VERIFICATION = pairs_of(VERIFIED, "verified").astype({"verified": bool})


@pytest.fixture
def curation():
    """Three child photos that know each other, four adult ones of which a3 is a stranger and a4 repeats a1."""
    ssim = np.full((8, 8), 0.3)
    ssim[3, 6] = ssim[6, 3] = 0.95
    return {
        "manifest": pd.DataFrame({"file": FILES, "age_years": [2, 7, 17.9, 18, 30, 40, 50, 60]}),
        "reasons": pd.Series([""] * 7 + ["no face found"], index=FILES),
        "recognised_share": lambda files: shares_of(VERIFIED, files),
        "photo_ssim": pairs_of(ssim, "ssim"),
    }


def members(subsets, name):
    return subsets.loc[subsets["subset"] == name, "file"].tolist()


def test_the_six_subsets(curation):
    subsets, aside = choose_subsets(**curation, options=CurationOptions())
    assert members(subsets, "child_01") == members(subsets, "child_02") == ["c1", "c2", "c3"]
    assert members(subsets, "adult_01") == ["a1", "a2", "a3", "a4"]
    assert members(subsets, "adult_02") == ["a1", "a2"]
    assert members(subsets, "all_01") == FILES[:-1]
    assert members(subsets, "all_02") == ["c1", "c2", "c3", "a1", "a2"]
    assert subsets["group"].tolist()[:3] == ["child"] * 3
    reasons = {file: (scope, reason) for file, scope, reason in aside.itertuples(index=False)}
    assert reasons == {
        "none": ("every subset", "no face found"),
        "a3": ("curated subsets", "recognised in 0% of the other adult photos"),
        "a4": ("curated subsets", "nearly the same picture as a1"),
    }


def test_a_looser_share_keeps_the_stranger(curation):
    subsets, _ = choose_subsets(**curation, options=CurationOptions(verified_share=0))
    assert members(subsets, "adult_02") == ["a1", "a2", "a3"]


def test_no_child_photos_leave_the_child_subsets_empty(curation):
    curation["manifest"]["age_years"] = 40.0
    subsets, _ = choose_subsets(**curation, options=CurationOptions())
    assert members(subsets, "child_01") == members(subsets, "child_02") == []
    assert members(subsets, "all_01") == members(subsets, "adult_01") == FILES[:-1]
    summary = summarise_subsets(subsets, curation["photo_ssim"], VERIFICATION).set_index("subset")
    assert summary.loc["child_01", "photos"] == 0
    assert np.isnan(summary.loc["child_01", "ssim"])


def test_no_usable_photo_at_all(curation):
    curation["reasons"] = pd.Series("no face found", index=FILES)
    subsets, aside = choose_subsets(**curation, options=CurationOptions())
    assert subsets.empty
    assert list(subsets.columns) == ["subset", "file", "group", "age_years"]
    assert len(aside) == 8


def test_the_summary_means_over_pairs(curation):
    subsets, _ = choose_subsets(**curation, options=CurationOptions())
    summary = summarise_subsets(subsets, curation["photo_ssim"], VERIFICATION).set_index("subset")
    assert summary.loc["adult_01", "photos"] == 4
    assert summary.loc["adult_01", "ssim"] == pytest.approx((5 * 0.3 + 0.95) / 6)
    assert summary.loc["adult_01", "verified"] == pytest.approx(3 / 6)


def test_group_comes_from_the_metadata_then_from_years():
    manifest = pd.DataFrame(
        {"file": list("abcde"), "group": ["Child ", "adult", "", None, "holiday"], "age_years": [40, 3, 3, None, 17]}
    )
    assert age_groups(manifest, 18).tolist() == ["child", "adult", "child", "adult", "child"]


def test_photos_of_unknown_age_count_as_adult():
    assert age_groups(pd.DataFrame({"file": ["a", "b"]}), 18).tolist() == ["adult", "adult"]


def similar(values, files):
    first, second, ssim = pairs_within(pd.DataFrame(values, index=files, columns=files))
    return pd.DataFrame({"photo_a": first, "photo_b": second, "ssim": ssim})


def test_a_near_duplicate_of_a_dropped_photo_stays():
    files = ["a", "b", "c"]
    pairs = similar([[1, 0.95, 0.5], [0.95, 1, 0.95], [0.5, 0.95, 1]], files)
    assert near_duplicates(files, pairs, 0.9) == {"b": "a"}
    assert near_duplicates(files, pairs, 0.95) == {}
    # The order of the photographs decides, not that of the pairs; of photographs left out nothing repeats.
    assert near_duplicates(["c", "b", "a"], pairs[::-1], 0.9) == {"b": "c"}
    assert near_duplicates(["b", "c"], pairs, 0.9) == {"c": "b"}


def test_kept_photos_never_resemble_each_other():
    values = np.random.default_rng(1).random((30, 30))
    values = np.maximum(values, values.T)
    files = [str(index) for index in range(30)]
    dropped = near_duplicates(files, similar(values, files), 0.8)
    kept = [place for place, file in enumerate(files) if file not in dropped]
    assert all(values[a, b] <= 0.8 for a in kept for b in kept if a != b)
    for file, twin in dropped.items():
        assert int(twin) == min(place for place in kept if values[int(file), place] > 0.8)
