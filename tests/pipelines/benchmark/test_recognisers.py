import numpy as np
import pytest
from PIL import Image

from likeness.faces.recogniser import embed_pictures
from likeness.faces.weights import FaceModelError
from likeness.pipelines.benchmark.options import RecogniserBenchmarkOptions
from likeness.pipelines.benchmark.passes import DETECTIONS, counted_passes
from likeness.pipelines.benchmark.random_recognisers import can_be_random, random_recognisers
from likeness.pipelines.benchmark.recognisers import TOTAL, recognisers_table

from .conftest import assert_recomputable

SMALL = ("Dlib", "DeepID", "SFace")  # of the random ones the quickest


def embeddings(pictures, recogniser):
    images = [(str(place), Image.fromarray(picture)) for place, picture in enumerate(pictures[:2])]
    return np.stack(embed_pictures(images, [recogniser], allow_download=True)["embedding"].tolist())


def test_random_networks_follow_the_seed_and_are_forgotten(pictures):
    made = []
    for seed in (0, 0, 1):
        with random_recognisers(["DeepID"], seed):
            made.append(embeddings(pictures, "DeepID"))
    assert made[0].shape == (2, 160)
    np.testing.assert_array_equal(made[0], made[1])
    assert np.abs(made[0] - made[2]).max() > 1e-3
    with pytest.raises(FaceModelError, match="DeepID needs the weight file"):
        embed_pictures([], ["DeepID"])
    from deepface.modules import modeling

    assert modeling.cached_models["facial_recognition"]["DeepID"] is None


def test_only_networks_that_are_written_out_can_be_random():
    assert [can_be_random(name) for name in ("VGG-Face", "Dlib", "SFace", "Buffalo_L")] == [True, False, False, False]


def test_every_face_and_every_search_is_counted_and_only_inside(pictures):
    from deepface.modules import modeling

    embeddings(pictures, "Dlib")
    with counted_passes(["Dlib"], "dlib") as count:
        embeddings(pictures, "Dlib")
        assert count == {DETECTIONS: 2, "Dlib": 2}
        modeling.build_model("facial_recognition", "Dlib").forward(np.zeros((3, 150, 150, 3)))
    embeddings(pictures, "Dlib")
    assert count == {DETECTIONS: 2, "Dlib": 5}


def test_both_ways_agree_and_rows_can_be_recomputed(pictures):
    options = RecogniserBenchmarkOptions(photos=10, size=128, recognisers=SMALL)
    table = recognisers_table(pictures, [0, 1, 2], options).set_index("recogniser")
    assert table.index.tolist() == [*SMALL, TOTAL]
    assert table["weights"].tolist()[:2] == ["published", "random"]
    assert table.loc["SFace", "note"].startswith("left out")
    assert table.loc["SFace"].drop(["note"]).isna().all()
    assert table.loc[TOTAL, "note"] == "without SFace"
    figures = table.drop(index="SFace")
    # Ours looks at every picture once, whatever the number of recognisers, and embeds its two faces by each.
    assert figures["our_detections_measured"].tolist() == [3, 3, 3]
    assert figures["our_forwards_measured"].tolist() == [2, 2, 4]
    # The usual way: three pairs, in each of which both are searched; of two, one has a face.
    assert figures["reference_detections_measured"].tolist() == [6, 6, 12]
    assert figures["reference_forwards_measured"].tolist() == [4, 4, 8]
    assert (figures["largest_difference"] <= 2e-6).all()
    for _, row in figures.iterrows():
        assert_recomputable(dict(row))
    assert figures.loc[TOTAL, "reference_detections"] == 12 * 45 / 3
