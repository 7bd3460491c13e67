import pandas as pd
import pytest

from likeness.metrics.ssim import SsimOptions
from likeness.pipelines.avatar import near_duplicates
from likeness.pipelines.avatar.curation import measure_similarity
from likeness.pipelines.avatar.near_duplicates import similar_pairs
from likeness.pipelines.avatar.options import CurationOptions, VerificationOptions
from likeness.pipelines.avatar.panel import panel
from likeness.pipelines.avatar.similarity import SimilarityMatrices, Views

OPTIONS = SsimOptions(size=48)
VERIFICATION = VerificationOptions(ssim=OPTIONS)


def all_pairs(photos, work):
    return measure_similarity(photos, VERIFICATION, CurationOptions(), work)


def test_every_similar_pair_is_found_and_nothing_stays_in_the_work_folder(pictures, tmp_path):
    photos, work = pictures("photos", 12), tmp_path / "work"
    matrix = SimilarityMatrices(OPTIONS, str(work / "ssim")).within(Views(photos, OPTIONS))
    limit = float(matrix.to_numpy()[0, 1:].max()) - 1e-3
    found = similar_pairs(Views(photos, OPTIONS), limit, OPTIONS, str(work / "empty"), seed=0)
    pairs = all_pairs(photos, str(work / "ssim"))
    pd.testing.assert_frame_equal(found, pairs[pairs["ssim"] > limit][found.columns].reset_index(drop=True))
    assert 0 < len(found) < len(pairs)
    assert list((work / "empty").iterdir()) == []


@pytest.mark.parametrize(("limit", "grey", "size"), [(0.01, False, 11), (0.3, True, 24), (1.0, True, 24)])
def test_blocks_and_colours_change_nothing(pictures, tmp_path, monkeypatch, limit, grey, size):
    """Also where the last block is short, where no pair is ruled out, and where none is similar."""
    monkeypatch.setattr(near_duplicates, "_SCREENED", 5)
    monkeypatch.setattr(near_duplicates, "_COMPARED", 3)
    options, photos = SsimOptions(size=size, grey=grey), pictures("photos", 12)
    every = measure_similarity(photos, VerificationOptions(ssim=options), CurationOptions(), str(tmp_path))
    found = similar_pairs(Views(photos, options), limit, options, str(tmp_path), seed=0)
    expected = every[every["ssim"] > limit][found.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)
    assert (len(found) == 0) == (limit == 1)


@pytest.mark.parametrize("count", [0, 1])
def test_without_pairs_there_are_none(pictures, tmp_path, count):
    photos = pictures("photos", 2)
    few = photos.select(photos.manifest["file"][:count])
    assert similar_pairs(Views(few, OPTIONS), 0.9, OPTIONS, str(tmp_path), seed=0).empty


def test_very_many_photographs_give_all_pairs_of_some_and_every_near_duplicate(pictures, tmp_path):
    photos, work = pictures("photos", 12), str(tmp_path)
    every = all_pairs(photos, work)
    limit = float(every["ssim"].quantile(0.8))
    few = measure_similarity(photos, VERIFICATION, CurationOptions(all_pairs_photos=5, near_duplicate_ssim=limit), work)
    shown = panel(photos.manifest["file"].tolist(), 5, VERIFICATION.seed)
    wanted = (every["ssim"] > limit) | (every["photo_a"].isin(shown) & every["photo_b"].isin(shown))
    order = ["photo_a", "photo_b"]
    expected = every[wanted].sort_values(order, ignore_index=True)
    assert 10 < len(expected) < len(every)
    pd.testing.assert_frame_equal(few.sort_values(order, ignore_index=True), expected)


def test_a_panel_is_everything_or_drawn_in_order():
    files = [f"{place:02}" for place in range(40)]
    assert panel(files, 40, 0) == files
    drawn = panel(files, 10, 0)
    assert len(set(drawn)) == 10
    assert drawn == sorted(drawn) == panel(files, 10, 0) != panel(files, 10, 1)
