from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from deepface.modules import detection, modeling
from PIL import Image

from likeness.faces.detection import Detector, detect, detect_each
from likeness.faces.weights import FaceModelError


def test_faces_are_those_of_deepface(astronaut, bgr):
    [found] = detect(astronaut)
    [expected] = detection.extract_faces(bgr(astronaut), detector_backend="dlib")
    area = expected["facial_area"]
    assert found.box == (area["x"], area["y"], area["w"], area["h"])
    assert found.confidence == expected["confidence"]
    np.testing.assert_array_equal(found.pixels, expected["face"])


@pytest.mark.parametrize("align", [True, False])
def test_widened_faces_are_those_of_deepface_in_the_detectors_own_box(astronaut, framed, bgr, align):
    picture = framed(astronaut)
    [found] = detect(picture, Detector("dlib", 25, align))
    [expected] = detection.extract_faces(bgr(picture), detector_backend="dlib", expand_percentage=25, align=align)
    np.testing.assert_array_equal(found.pixels, expected["face"])
    [narrow] = detect(picture, Detector("dlib", 0, align))
    np.testing.assert_allclose(found.box, narrow.box, atol=1)
    assert found.pixels.shape[0] == pytest.approx(1.25 * narrow.pixels.shape[0], abs=2)


def test_a_box_cannot_be_narrowed():
    with pytest.raises(ValueError, match="expand_percentage is -5; expected 0 or more"):
        Detector(expand_percentage=-5)


def test_a_picture_without_a_face_gives_none(no_face):
    assert detect(no_face) == []


def test_two_faces(two_faces):
    centres = sorted(x + w / 2 for x, _, w, _ in (face.box for face in detect(two_faces)))
    assert len(centres) == 2
    assert centres[0] < 256 < centres[1]


def test_other_modes_are_taken_as_rgb(astronaut):
    assert len(detect(astronaut.convert("L"))) == 1


def test_a_large_picture_is_shrunk_and_its_boxes_are_in_its_own_pixels(astronaut):
    [expected] = detect(astronaut)
    [found] = detect(astronaut.resize((1024, 1024), Image.Resampling.LANCZOS), longest_side=256)
    assert found.pixels.shape[0] < 200
    np.testing.assert_allclose(np.array(found.box) / 4, expected.box, atol=8)
    [kept] = detect(astronaut, longest_side=256)
    assert kept.box == expected.box


def test_opencv_detects_too(astronaut):
    assert len(detect(astronaut, Detector("opencv"))) == 1


def test_an_unknown_detector_is_refused_before_any_picture(astronaut):
    with pytest.raises(FaceModelError, match="haar"):
        detect(astronaut, Detector("haar"))
    with pytest.raises(FaceModelError, match="haar"):
        next(detect_each([("a.png", astronaut)], Detector("haar")))


def test_many_pictures_keep_their_order_and_say_why_there_is_no_face(astronaut, no_face):
    pictures = [(f"{index}.png", picture) for index, picture in enumerate([astronaut, no_face] * 5)]
    found = list(detect_each(pictures))
    assert [one.file for one in found] == [file for file, _ in pictures]
    assert [len(one.faces) for one in found] == [1, 0] * 5
    assert {one.reason for one in found} == {"", "no face found by dlib"}
    [alone] = detect(astronaut)
    for one in found[::2]:
        np.testing.assert_array_equal(one.faces[0].pixels, alone.pixels)


def test_a_picture_the_detector_fails_on_is_set_aside(astronaut):
    empty = Image.new("RGB", (0, 0))
    bad, good = detect_each([("empty", empty), ("face", astronaut)])
    assert bad.faces == ()
    assert bad.reason.startswith("detection by dlib failed")
    assert len(good.faces) == 1


def test_pictures_are_read_only_a_little_ahead(no_face):
    read = []

    def pictures():
        for index in range(100):
            read.append(index)
            yield str(index), no_face.resize((40, 40))

    next(detect_each(pictures()))
    assert len(read) < 100


def test_threads_do_not_share_detectors(astronaut):
    detect(astronaut)
    both_run = Barrier(2)

    def detector(_):
        both_run.wait()
        return id(modeling.build_model("face_detector", "opencv"))

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(detector, range(2)))) == 2
