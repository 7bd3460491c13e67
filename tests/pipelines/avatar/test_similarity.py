import numpy as np
import pytest
from skimage.metrics import structural_similarity

from likeness.metrics.ssim import SsimOptions, stack_pictures
from likeness.pipelines.avatar import similarity
from likeness.pipelines.avatar.similarity import SimilarityMatrices, Views

OPTIONS = SsimOptions(size=24)


@pytest.fixture
def compared(monkeypatch):
    """How many pairs were computed, call by call."""
    calls = []
    compute = similarity.pairwise_ssim

    def counted(a, b, options):
        calls.append(len(a) * len(b))
        return compute(a, b, options)

    monkeypatch.setattr(similarity, "pairwise_ssim", counted)
    return calls


def test_the_matrix_is_scikit_images(pictures, tmp_path):
    photos = pictures("photos", 5)
    matrix = SimilarityMatrices(OPTIONS, str(tmp_path / "work")).within(Views(photos, OPTIONS))
    stack = stack_pictures([image for _, image in photos], OPTIONS)
    settings = {"gaussian_weights": True, "use_sample_covariance": False, "data_range": 255}
    assert matrix.index.tolist() == matrix.columns.tolist() == photos.manifest["file"].tolist()
    for i in range(5):
        for j in range(5):
            expected = structural_similarity(stack[i], stack[j], **settings)
            assert matrix.iloc[i, j] == pytest.approx(expected, abs=1e-5)


def test_pairs_known_from_an_earlier_run_are_not_computed(pictures, tmp_path, compared):
    photos, portraits = pictures("photos", 20), pictures("portraits", 3, seed=1)
    work = str(tmp_path / "work")
    within = SimilarityMatrices(OPTIONS, work).within(Views(photos, OPTIONS))
    between = SimilarityMatrices(OPTIONS, work).between(Views(portraits, OPTIONS), Views(photos, OPTIONS))
    compared.clear()
    again = SimilarityMatrices(OPTIONS, work)
    assert again.within(Views(photos, OPTIONS)).equals(within)
    assert again.between(Views(portraits, OPTIONS), Views(photos, OPTIONS)).equals(between)
    some = photos.manifest["file"].tolist()[3:9]
    assert again.within(Views(photos.select(some), OPTIONS)).equals(within.loc[some, some])
    assert compared == []


def test_one_more_photo_costs_only_its_own_pairs(pictures, tmp_path, compared):
    photos = pictures("photos", 20)
    files = photos.manifest["file"].tolist()
    matrices = SimilarityMatrices(OPTIONS, str(tmp_path / "work"))
    matrices.within(Views(photos.select(files[:7] + files[8:]), OPTIONS))
    compared.clear()
    matrix = matrices.within(Views(photos, OPTIONS))
    assert sum(compared) == 19
    assert np.isfinite(matrix.to_numpy()).all()
    assert matrix.equals(matrix.T)


def test_other_settings_are_another_matter(pictures, tmp_path, compared):
    photos, work = pictures("photos", 3), str(tmp_path / "work")
    SimilarityMatrices(OPTIONS, work).within(Views(photos, OPTIONS))
    compared.clear()
    other = SsimOptions(size=24, sigma=1.0)
    SimilarityMatrices(other, work).within(Views(photos, other))
    assert sum(compared) > 0


def test_a_crop_is_another_view_than_the_whole(pictures, tmp_path):
    photos = pictures("photos", 2, size=64)
    files = photos.manifest["file"].tolist()
    cropped = Views(photos, OPTIONS, {files[0]: (8, 8, 16, 16)}, margin=0.5)
    whole = Views(photos, OPTIONS)
    assert not set(cropped.keys) & set(whole.keys)
    assert cropped.stack.shape == whole.stack.shape == (2, 24, 24)
    matrix = SimilarityMatrices(OPTIONS, str(tmp_path / "work")).between(whole, cropped)
    assert matrix.iloc[0, 0] < 1
    assert matrix.iloc[1, 1] == pytest.approx(1, abs=1e-6)  # a square picture without a face is cropped to itself


def test_no_pictures_make_an_empty_matrix(pictures, tmp_path):
    photos = pictures("photos", 2)
    none = photos.select([])
    matrices = SimilarityMatrices(OPTIONS, str(tmp_path / "work"))
    assert matrices.within(Views(none, OPTIONS)).shape == (0, 0)
    assert matrices.between(Views(photos, OPTIONS), Views(none, OPTIONS)).shape == (2, 0)
