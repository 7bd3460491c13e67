import numpy as np
import pytest

from likeness.datasets import ImageSet
from likeness.metrics.ssim import SsimOptions, pairwise_ssim, stack_pictures
from likeness.pipelines.avatar.options import CurationOptions, VerificationOptions
from likeness.pipelines.benchmark.curation_size import draw_embeddings, draw_photos, quadratic_share
from likeness.pipelines.benchmark.nodes import benchmark_curation_size
from likeness.pipelines.benchmark.options import CurationSizeBenchmarkOptions

NODES = {
    *("read_photos", "measure_similarity", "compare_recognisers", "choose_verifier", "verify_photos"),
    *("choose_reference", "choose_subsets", "draw_photo_sheet"),
}


def test_every_step_of_curation_is_measured_at_every_size():
    verification = VerificationOptions(ssim=SsimOptions(size=32), bootstrap_samples=20)
    options = CurationSizeBenchmarkOptions(sizes=(6, 9, 14), side=40, impostors=4)
    table = benchmark_curation_size(verification, CurationOptions(all_pairs_photos=8), options)
    parts = table.groupby("photos")["part"].agg(set)
    assert parts.to_dict() == dict.fromkeys((6, 9, 14), NODES | {"all"})
    assert (table["seconds"] > 0).all()
    assert (table["peak_megabytes"] >= 0).all()
    assert table["quadratic_share"].between(0, 1).all()
    assert table.loc[table["photos"] == 9, "pictures_megabytes"].unique() == pytest.approx(9 * 32 * 32 / 1e6)
    for _, size in table.groupby("photos"):
        whole, own = size[size["part"] == "all"].iloc[0], size[size["part"] != "all"]
        assert whole["seconds"] == pytest.approx(own["seconds"].sum())
        assert whole["peak_megabytes"] == own["peak_megabytes"].max()


def test_the_quadratic_share_is_that_of_the_square():
    sizes = [10, 100, 1000]
    np.testing.assert_allclose(
        quadratic_share(sizes, [1 + 0.1 * n + 0.01 * n * n for n in sizes]),
        [1 / 3, 100 / 111, 10000 / 10101],
        rtol=1e-6,
    )
    np.testing.assert_allclose(quadratic_share(sizes, [2.0 * n for n in sizes]), 0, atol=1e-9)
    assert np.isnan(quadratic_share([1, 2], [1.0, 2.0])).all()


def test_the_photographs_differ_but_for_a_repeated_one(tmp_path, rng):
    draw_photos(tmp_path, 100, 48, rng)
    photos = ImageSet.from_folder(tmp_path)
    assert len(photos) == 100
    ssim = pairwise_ssim(stack_pictures((image for _, image in photos), SsimOptions(size=48)))
    assert [*zip(*np.nonzero(np.triu(ssim, k=1) > 0.9), strict=True)] == [(98, 99)]


def test_faces_of_one_person_are_nearer_than_those_of_others(rng):
    table = draw_embeddings([str(place) for place in range(6)], 3, "impostor", rng)
    points = np.stack(table["embedding"].tolist())
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    same = np.equal.outer(np.arange(6) % 3, np.arange(6) % 3)
    assert apart[same].max() < apart[~same].min()
    assert table["set"].unique() == ["impostor"]
