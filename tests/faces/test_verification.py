import numpy as np
import pandas as pd
import pytest
from deepface.modules import verification
from deepface.modules.exceptions import FaceNotDetected
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from likeness.faces.detection import Detector
from likeness.faces.recogniser import embed_pictures
from likeness.faces.verification import METRICS, distances, picture_distances, published_threshold


def embeddings(faces, recogniser="Dlib"):
    rows = [
        {"file": file, "recogniser": recogniser, "detector": "dlib", "faces": len(found), "embedding": one}
        for file, found in faces.items()
        for one in (found or [None])
    ]
    return pd.DataFrame(rows).astype({"embedding": object})


def test_distances_worked_by_hand():
    a, b = np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[4.0, 3.0], [0.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(distances(a, b, "cosine"), [[0.04, 0.2, 0], [0.2, 1, 0.4]], atol=1e-6)
    expected = np.sqrt([[2, 13, 0], [18, 5, 20]])
    np.testing.assert_allclose(distances(a, b, "euclidean"), expected, atol=1e-6)
    np.testing.assert_allclose(distances(a, b, "euclidean_l2"), np.sqrt([[0.08, 0.4, 0], [0.4, 2, 0.8]]), atol=1e-6)


@pytest.mark.parametrize("metric", METRICS)
def test_a_face_is_at_no_distance_from_itself(metric, rng):
    # Without DeepFace's rounding to six decimals the last digits of a cosine would remain.
    vectors = rng.normal(size=(50, 128))
    assert (np.diag(distances(vectors, vectors, metric)) == 0.0).all()


@pytest.mark.parametrize("metric", METRICS)
@given(
    vectors=hnp.arrays(
        np.float64, st.tuples(st.integers(2, 5), st.just(7)), elements=st.floats(-3, 3).filter(lambda x: abs(x) > 1e-3)
    )
)
def test_distances_are_those_of_deepface(metric, vectors):
    ours = distances(vectors, vectors, metric)
    theirs = [[verification.find_distance(a, b, metric) for b in vectors] for a in vectors]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1.5e-6)
    np.testing.assert_array_equal(ours, ours.T)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match=r"'manhattan' is unknown; expected one of cosine, euclidean"):
        distances(np.ones((1, 2)), np.ones((1, 2)), "manhattan")
    with pytest.raises(ValueError, match="length 2 and 3"):
        distances(np.ones((1, 2)), np.ones((1, 3)), "cosine")
    with pytest.raises(ValueError, match="several recognisers cannot be compared: Dlib, SFace"):
        picture_distances(embeddings({"a": [[1.0]]}), embeddings({"a": [[1.0]]}, "SFace"), "cosine")


def test_a_pair_of_pictures_is_as_near_as_its_nearest_faces():
    a = embeddings({"crowd": [[0.0, 0.0], [5.0, 0.0]], "empty": [], "one": [[0.0, 1.0]]})
    b = embeddings({"far": [[9.0, 0.0], [5.0, 3.0]], "nobody": []})
    table = picture_distances(a, b, "euclidean")
    assert table.index.tolist() == ["crowd", "empty", "one"]
    assert table.columns.tolist() == ["far", "nobody"]
    np.testing.assert_allclose(table["far"], [3.0, np.nan, np.sqrt(29)], atol=1e-6)
    assert table["nobody"].isna().all()


def test_rows_of_one_file_need_not_lie_together():
    a = embeddings({"x": [[0.0, 0.0], [4.0, 0.0]], "y": [[9.0, 0.0]]})
    mixed = a.iloc[[0, 2, 1]]
    expected = picture_distances(a, a, "euclidean")
    pd.testing.assert_frame_equal(picture_distances(mixed, mixed, "euclidean"), expected)


def test_pictures_without_any_face_have_no_distances():
    table = picture_distances(embeddings({"a": [], "b": []}), embeddings({"c": [[1.0]]}), "cosine")
    assert table.shape == (2, 1)
    assert table.isna().all(axis=None)


@pytest.fixture(scope="session")
def gallery(astronaut, dark_astronaut, stretched_astronaut, two_faces):
    names = ("astronaut", "dark", "stretched", "two")
    return dict(zip(names, (astronaut, dark_astronaut, stretched_astronaut, two_faces), strict=True))


def assert_equal_to_verify(
    bgr,
    pictures,
    pairs,
    detector,
    metrics=METRICS,
):
    table = embed_pictures(pictures.items(), ["Dlib"], detector, longest_side=None)
    assert table["faces"].max() == 2
    for metric in metrics:
        matrix = picture_distances(table, table, metric)
        for a, b in pairs:
            try:
                verdict = verification.verify(
                    bgr(pictures[a]),
                    bgr(pictures[b]),
                    model_name="Dlib",
                    detector_backend=detector.name,
                    distance_metric=metric,
                    expand_percentage=detector.expand_percentage,
                    align=detector.align,
                )
            except ValueError as error:
                assert isinstance(error.__cause__, FaceNotDetected)  # noqa: PT017
                assert np.isnan(matrix.loc[a, b])
                continue
            assert matrix.loc[a, b] == pytest.approx(verdict["distance"], abs=1.1e-6), (a, b, metric)
            assert (matrix.loc[a, b] <= published_threshold("Dlib", metric)) == verdict["verified"]


@pytest.mark.parametrize("detector", [Detector(), Detector("dlib", 25, align=False)])
def test_the_matrix_is_what_verify_gives_pair_by_pair(gallery, framed, bgr, detector):
    small = {name: picture.reduce(2) if name == "astronaut" else picture for name, picture in gallery.items()}
    if not detector.align:
        small = {name: framed(picture) for name, picture in small.items()}
    assert_equal_to_verify(bgr, small, [("astronaut", "dark"), ("stretched", "two"), ("dark", "two")], detector)


def test_verify_accepts_a_bystander_and_so_does_the_matrix(gallery):
    table = embed_pictures(gallery.items(), ["Dlib"])
    matrix = picture_distances(table, table, "cosine")
    assert matrix.loc["two", "stretched"] == pytest.approx(0.0, abs=0.02)
    assert matrix.loc["two", "dark"] == pytest.approx(0.0, abs=0.02)


def test_the_matrix_is_what_verify_gives_on_photographs(shared_data, bgr):
    files = sorted(shared_data("astronauts").glob("*.jpg"))[:3]
    first, second, third = (Image.open(file).convert("RGB").resize((224, 256)) for file in files)
    both = Image.new("RGB", (448, 256))
    both.paste(first, (0, 0))
    both.paste(second, (224, 0))
    pictures = {"first": first, "third": third, "both": both}
    for detector in (Detector(), Detector("dlib", 25, align=False), Detector("opencv")):
        assert_equal_to_verify(bgr, pictures, [("first", "both"), ("third", "both")], detector, ("cosine",))


def test_published_thresholds_are_deepfaces():
    assert published_threshold("Dlib", "cosine") == 0.07
    assert published_threshold("VGG-Face", "cosine") == 0.68
    with pytest.raises(ValueError, match="no threshold for recogniser 'Dlib' and metric 'manhattan'"):
        published_threshold("Dlib", "manhattan")
    with pytest.raises(ValueError, match="'Nobody'"):
        published_threshold("Nobody", "cosine")
