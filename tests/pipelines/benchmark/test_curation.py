import numpy as np
import pytest
from PIL import Image

from likeness.metrics.ssim import SsimOptions, pairwise_ssim, stack_pictures
from likeness.pipelines.benchmark.curation import our_matrix, skimage_pairs, ssim_case, verification_case, verify_pairs
from likeness.pipelines.benchmark.options import CurationBenchmarkOptions

from .conftest import assert_recomputable

OPTIONS = CurationBenchmarkOptions(photos=10, subset=3, size=128)


@pytest.mark.parametrize("cut", [{}, {"expand_percentage": 0, "align": True}])
def test_both_ways_of_verification_agree(pictures, cut):
    options = OPTIONS.model_copy(update=cut)
    pairs = [(0, 1), (0, 2), (2, 1)]
    ours = our_matrix(pictures, options)
    reference = verify_pairs(pictures, pairs, options.recogniser, options)
    np.testing.assert_allclose([ours[pair] for pair in pairs], reference, atol=1.1e-6)
    assert 0 < reference[0] < 0.1
    assert np.isnan(reference[1:]).all()


def test_both_ways_of_ssim_agree(pictures):
    grey = stack_pictures(map(Image.fromarray, pictures), SsimOptions(size=128))
    reference = skimage_pairs(grey, [(0, 1), (1, 2)], SsimOptions())
    ours = pairwise_ssim(grey)
    np.testing.assert_allclose([ours[0, 1], ours[1, 2]], reference, atol=1e-6)


@pytest.mark.parametrize("case", [verification_case, ssim_case])
def test_a_row_can_be_recomputed_from_its_columns(case, pictures):
    row = case(pictures, [0, 1, 2], OPTIONS)
    assert (row["photos"], row["pairs"]) == (10, 45)
    assert (row["our_photos"], row["reference_pairs"], row["picture_px"]) == (3, 3, 128)
    assert_recomputable(row)
    assert row["largest_difference"] <= 2e-6


def test_ssim_is_much_quicker_than_scikit_image(rng):
    noise = rng.integers(0, 256, (20, 512, 512, 3), dtype=np.uint8)
    rows = [ssim_case(noise, [0, 1, 2], CurationBenchmarkOptions(photos=122)) for _ in range(5)]
    # The quickest round of each side, as other tests run beside this one. Idle, two cores: 30 to 60 times.
    ours, reference = (min(row[side] for row in rows) for side in ("our_seconds", "reference_seconds"))
    assert reference / ours > 10
