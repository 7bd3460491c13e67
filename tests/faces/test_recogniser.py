import numpy as np
import pytest
from deepface.modules import representation

from likeness.faces import recogniser
from likeness.faces.detection import Detector
from likeness.faces.recogniser import EMBEDDING_COLUMNS, Recogniser, embed_pictures
from likeness.faces.weights import FaceModelError


@pytest.mark.parametrize("cut", [{}, {"expand_percentage": 25, "align": False}])
def test_embeddings_are_those_of_deepface(two_faces, framed, bgr, cut):
    picture = framed(two_faces) if cut else two_faces
    faces = Recogniser("Dlib", Detector("dlib", **cut)).faces(picture)
    expected = representation.represent(
        bgr(picture), model_name="Dlib", detector_backend="dlib", enforce_detection=True, **cut
    )
    assert len(faces) == len(expected) == 2
    for face, other in zip(faces, expected, strict=True):
        assert face.embedding.shape == (128,)
        np.testing.assert_allclose(face.embedding, other["embedding"], rtol=0, atol=1e-6)


def test_no_face_no_embedding(no_face):
    assert Recogniser("Dlib").faces(no_face) == []


def test_the_table_has_a_row_a_face(two_faces, no_face):
    table = embed_pictures([("two.png", two_faces), ("none.png", no_face)], ["Dlib"])
    assert tuple(table.columns) == EMBEDDING_COLUMNS
    assert table["file"].tolist() == ["two.png", "two.png", "none.png"]
    assert set(zip(table["detector"], table["expand_percentage"], table["align"], strict=True)) == {("dlib", 0, True)}
    assert table["face"].tolist() == [0, 1, -1]
    assert table["faces"].tolist() == [2, 2, 0]
    assert table["reason"].tolist() == ["", "", "no face found by dlib"]
    first, second = Recogniser("Dlib").faces(two_faces)
    assert table["embedding"].tolist()[:2] == [first.embedding.tolist(), second.embedding.tolist()]
    assert tuple(table.loc[0, ["x", "y", "w", "h"]]) == first.box
    assert table.loc[2, ["embedding", "x", "confidence"]].isna().all()


def test_faces_are_found_once_for_all_recognisers(astronaut, monkeypatch):
    seen = []
    detect_each = recogniser.detect_each

    def counted(images, *args, **options):
        for found in detect_each(images, *args, **options):
            seen.append(found.file)
            yield found

    monkeypatch.setattr(recogniser, "detect_each", counted)
    table = embed_pictures([("a.png", astronaut)], ["Dlib", "Dlib"])
    assert seen == ["a.png"]
    assert len(table) == 2


def test_a_table_of_nothing_has_its_columns():
    table = embed_pictures([], ["Dlib"])
    assert tuple(table.columns) == EMBEDDING_COLUMNS
    assert table.empty


def test_an_unknown_recogniser_is_refused_before_any_picture(astronaut):
    with pytest.raises(FaceModelError, match="'Nobody' is unknown"):
        embed_pictures([("a.png", astronaut)], ["Dlib", "Nobody"])
    with pytest.raises(FaceModelError, match="'Nobody' is unknown"):
        Recogniser("Nobody")
