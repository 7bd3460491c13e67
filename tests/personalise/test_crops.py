import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from likeness.personalise.crops import crop_square, face_crop, face_in_crop


def coordinates(width, height):
    """A picture whose red is x and whose green is y."""
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([x, y, 0 * x], axis=2).astype(np.uint8))


@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    corner=st.tuples(st.integers(-50, 299), st.integers(-50, 299)),
    extent=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    margin=st.floats(0, 3),
)
def test_the_face_is_never_cut_off(size, corner, extent, margin):
    (width, height), (x, y), (w, h) = size, corner, extent
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
    if x0 >= x1 or y0 >= y1:
        with pytest.raises(ValueError, match="outside the picture"):
            crop_square(size, (x, y, w, h), margin)
        return
    left, top, side = crop_square(size, (x, y, w, h), margin)
    assert left <= x0
    assert top <= y0
    assert left + side >= x1
    assert top + side >= y1
    # Only a face larger than the picture's shorter side makes the square overrun the picture.
    if max(x1 - x0, y1 - y0) <= min(size):
        assert left >= 0
        assert top >= 0
        assert left + side <= width
        assert top + side <= height


def test_the_margin_is_taken_on_each_side():
    assert crop_square((200, 200), (90, 80, 20, 40), 0.5) == (60, 60, 80)


def test_the_square_moves_to_stay_inside():
    assert crop_square((200, 100), (180, 0, 20, 20), 1.0) == (140, 0, 60)


def test_the_margin_shrinks_in_a_narrow_picture():
    assert crop_square((200, 50), (100, 10, 20, 20), 2.0) == (85, 0, 50)


def test_without_a_box_the_middle_is_taken():
    crop = np.asarray(face_crop(coordinates(100, 60), None, resolution=60, margin=0.3))
    assert crop.shape == (60, 60, 3)
    assert crop[0, :, 0].tolist() == list(range(20, 80))
    assert crop[:, 0, 1].tolist() == list(range(60))


@pytest.mark.parametrize("box", [(90, 40, 20, 20), (0, 0, 30, 40), (-10, 20, 40, 30), (150, 60, 60, 60)])
def test_the_face_is_where_the_crop_shows_it(box):
    picture = np.zeros((120, 200, 3), np.uint8)
    x, y, width, height = box
    picture[max(y, 0) : y + height, max(x, 0) : x + width] = 255
    crop = np.asarray(face_crop(Image.fromarray(picture), box, resolution=100, margin=0.4))[..., 0] > 127
    rows, columns = np.flatnonzero(crop.any(1)), np.flatnonzero(crop.any(0))
    shown = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    assert shown == pytest.approx([100 * share for share in face_in_crop((200, 120), box, 0.4)], abs=1.01)


def test_the_crop_is_scaled_to_the_resolution():
    crop = np.asarray(face_crop(coordinates(200, 200), (100, 100, 20, 20), resolution=120, margin=1.0))
    assert crop.shape == (120, 120, 3)
    assert crop[60, 60].tolist() == pytest.approx([110, 110, 0], abs=1)


def test_a_picture_too_small_for_the_face_is_reflected():
    # The face is 8 wide in a picture 4 high: two rows are missing above and two below.
    crop = np.asarray(face_crop(coordinates(8, 4), (0, 0, 8, 4), resolution=8, margin=0))
    assert crop[:, 0, 1].tolist() == [1, 0, 0, 1, 2, 3, 3, 2]
    assert crop[0, :, 0].tolist() == list(range(8))


def test_a_single_pixel_still_gives_a_picture():
    crop = face_crop(Image.new("RGB", (1, 1), "red"), (0, 0, 1, 1), resolution=16, margin=1.0)
    assert crop.getpixel((8, 8)) == (255, 0, 0)


@pytest.mark.parametrize("wrong", [{"resolution": 0}, {"margin": -0.1}])
def test_arguments_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match=r"resolution .* margin"):
        face_crop(Image.new("RGB", (8, 8)), None, **({"resolution": 8, "margin": 0.0} | wrong))
