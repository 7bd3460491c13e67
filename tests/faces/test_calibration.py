import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from likeness.faces.calibration import (
    acceptance,
    accepted,
    calibrate_threshold,
    compare_recognisers,
    split_in_halves,
)


def mean_only(pairs, **_):
    """A stand-in for an interval: the mean without the diagonal of symmetric pairs, and no width."""
    values = np.array(pairs)
    if _.get("symmetric"):
        np.fill_diagonal(values, np.nan)
    mean = float(np.nanmean(values))
    return mean, mean, mean


def test_the_threshold_accepts_exactly_the_allowed_share():
    distances = np.arange(1, 201) / 200  # .005 … 1
    threshold = calibrate_threshold(distances.reshape(20, 10), 0.01)
    assert (distances <= threshold).sum() == 2
    # The largest such threshold: it ends just below the third.
    assert threshold == pytest.approx(0.015)
    assert threshold < 0.015


def test_ties_are_not_accepted_beyond_the_share():
    threshold = calibrate_threshold(np.array([0.1, 0.2, 0.2, 0.2, 0.9]), 0.4)
    assert 0.1 <= threshold < 0.2


@given(
    distances=hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 2)),
    share=st.floats(0, 0.99),
)
def test_never_more_than_the_share_is_accepted(distances, share):
    threshold = calibrate_threshold(distances, share)
    assert (distances <= threshold).mean() <= share + 1e-12
    assert (distances <= np.nextafter(threshold, np.inf)).sum() > np.floor(share * len(distances))


def test_calibration_needs_distances_and_a_share():
    with pytest.raises(ValueError, match="needs impostors"):
        calibrate_threshold(np.full((2, 2), np.nan), 0.01)
    with pytest.raises(ValueError, match="false_acceptance is 1"):
        calibrate_threshold(np.array([0.1]), 1.0)


def test_halves_are_disjoint_complete_and_seeded():
    files = [f"{index:02}.png" for index in range(15)]
    first, second = split_in_halves(files, seed=3)
    assert len(first) == 8
    assert sorted(first + second) == files
    assert first == sorted(first)
    assert split_in_halves(files, seed=3) == (first, second)
    assert split_in_halves(files, seed=4) != (first, second)
    assert split_in_halves([], seed=0) == ([], [])


def test_a_pair_at_the_threshold_is_accepted_and_one_without_a_face_is_neither():
    np.testing.assert_array_equal(accepted(np.array([0.07, 0.0700001, np.nan]), 0.07), [1, 0, np.nan])


def test_acceptance_tells_the_bootstrap_what_the_pictures_are():
    told = []

    def bootstrap(pairs, **options):
        told.append(options)
        return mean_only(pairs, **options)

    distances = np.array([[0.0, 0.1, 0.9], [0.1, 0.0, 0.9], [0.9, 0.9, 0.0]])
    assert acceptance(distances, 0.5, bootstrap, symmetric=True).mean == pytest.approx(1 / 3)
    assert acceptance(distances, 0.5, bootstrap).mean == pytest.approx(5 / 9)
    assert told == [{"symmetric": True}, {"columns": True}]


def table(vectors, recogniser, prefix):
    rows = [
        {
            "file": f"{prefix}{index:03}",
            "recogniser": recogniser,
            "detector": "dlib",
            "expand_percentage": 25,
            "align": False,
            "faces": 0 if np.isnan(vector[0]) else 1,
            "embedding": None if np.isnan(vector[0]) else vector.tolist(),
        }
        for index, vector in enumerate(vectors)
    ]
    return pd.DataFrame(rows).astype({"embedding": object})


def people(spread, recogniser, seed=0):
    """A sitter's embeddings around one point, and others' all around; two of each without a face."""
    generator = np.random.default_rng(seed)
    centre = generator.normal(size=16)
    sitter = centre + spread * generator.normal(size=(40, 16))
    others = generator.normal(size=(60, 16))
    sitter[:2] = others[:2] = np.nan
    return table(sitter, recogniser, "s"), table(others, recogniser, "i")


@pytest.fixture(scope="module")
def comparison():
    poor, good = people(0.9, "SFace"), people(0.3, "Dlib")
    return compare_recognisers(
        pd.concat([poor[0], good[0]]),
        pd.concat([poor[1], good[1]]),
        false_acceptance=0.01,
        seed=0,
        bootstrap=mean_only,
    )


def test_the_comparison_has_a_row_a_recogniser_and_metric(comparison):
    assert len(comparison) == 6
    first = comparison.iloc[0]
    assert (first["detector"], first["expand_percentage"], first["align"]) == ("dlib", 25, False)
    assert (first["photos"], first["photos_with_face"], first["evaluation_photos"]) == (40, 38, 19)
    assert (first["impostors"], first["impostors_with_face"], first["evaluation_impostors"]) == (60, 58, 29)
    assert comparison.set_index(["recogniser", "metric"]).loc[("Dlib", "cosine"), "threshold_published"] == 0.07


def test_the_better_recogniser_is_chosen(comparison):
    [chosen] = comparison.index[comparison["chosen"]]
    assert comparison.loc[chosen, "recogniser"] == "Dlib"
    assert comparison.loc[chosen, "true_acceptance_calibrated"] == comparison["true_acceptance_calibrated"].max()
    assert comparison.loc[chosen, "true_acceptance_calibrated"] > 0.95
    assert comparison["false_acceptance_calibrated"].max() < 0.06


def test_the_published_threshold_may_fit_badly(comparison):
    cosine = comparison.set_index(["recogniser", "metric"]).loc[("Dlib", "cosine")]
    assert cosine["true_acceptance_published"] < cosine["true_acceptance_calibrated"]


def test_rates_are_of_photos_that_calibration_has_not_seen():
    sitter, others = people(0.3, "Dlib")

    def compared(own, strangers):
        result = compare_recognisers(
            own, strangers, false_acceptance=0.01, seed=0, bootstrap=mean_only, metrics=["cosine"]
        )
        return result.iloc[0]

    def moved(people_table, files, vector):
        changed = people_table.copy()
        inside = changed["file"].isin(files)
        changed.loc[inside, "embedding"] = changed.loc[inside, "embedding"].map(lambda _: vector)
        return changed

    before = compared(sitter, others)
    own_calibration, _ = split_in_halves([f"s{index:03}" for index in range(2, 40)], seed=0)
    other_calibration, _ = split_in_halves([f"i{index:03}" for index in range(2, 60)], seed=0)
    # Strangers of the calibration half become the sitter's doubles: the threshold falls.
    doubles = compared(sitter, moved(others, other_calibration, sitter["embedding"].iloc[5]))
    assert doubles["threshold_calibrated"] < before["threshold_calibrated"]
    # The sitter's photos of the calibration half become nobody's.
    odd = compared(moved(sitter, own_calibration, np.linspace(-9, 9, 16).tolist()), others)
    for after in (doubles, odd):
        for kind in ("true", "false"):
            assert after[f"{kind}_acceptance_published"] == before[f"{kind}_acceptance_published"]


def test_without_any_impostors_face_there_is_no_threshold():
    sitter, _ = people(0.3, "Dlib")
    nobody = table(np.full((4, 16), np.nan), "Dlib", "i")
    with pytest.raises(ValueError, match="needs impostors"):
        compare_recognisers(sitter, nobody, false_acceptance=0.01, seed=0, bootstrap=mean_only)
