import io

import numpy as np
import pytest
from PIL import Image

from likeness.cleaning.fitting import Original, examine, fit_square, fitting_changes, is_coloured, scale_of


def saved(picture, form, **options):
    buffer = io.BytesIO()
    picture.save(buffer, format=form, **options)
    buffer.seek(0)
    return buffer


def three_stripes(width=90, height=30):
    """Black, grey and white, one beside the other."""
    values = np.repeat(np.array([0, 128, 255], np.uint8), width // 3)
    return Image.fromarray(np.broadcast_to(values, (height, width)).copy())


def test_crop_keeps_the_middle_square():
    assert set(np.unique(fit_square(three_stripes(), 30, "crop"))) == {128}
    assert set(np.unique(fit_square(three_stripes().transpose(Image.Transpose.ROTATE_90), 30, "crop"))) == {128}


def test_pad_adds_white_above_and_below():
    values = np.asarray(fit_square(three_stripes().convert("RGB"), 90, "pad"))
    assert values.shape == (90, 90, 3)
    assert (values[:30] == 255).all()
    assert (values[60:] == 255).all()
    assert (values[30:60, :28] == 0).all()


def test_squash_keeps_everything():
    values = np.asarray(fit_square(three_stripes(), 30, "squash"))
    assert [values[15, column] for column in (2, 15, 27)] == [0, 128, 255]


@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
@pytest.mark.parametrize("size", [32, 100])
def test_a_square_is_only_resized(fit, size):
    square = three_stripes(60, 60)
    expected = square.resize((size, size), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(fit_square(square, size, fit), expected)
    np.testing.assert_array_equal(fit_square(square, 60, fit), square)


def test_scale_and_words():
    assert scale_of(100, 200, 50, "crop") == 0.5
    assert scale_of(100, 200, 50, "pad") == 0.25
    assert scale_of(100, 200, 50, "squash") == 0.5
    assert fitting_changes(100, 200, 50, "crop") == (
        "cropped to the middle 100x100 of 100x200",
        "reduced to 0.50 of its size",
    )
    assert fitting_changes(100, 200, 300, "pad") == ("padded with white from 100x200", "enlarged 1.50 times")
    assert fitting_changes(200, 100, 100, "squash") == ("squashed from 200x100",)
    assert fitting_changes(512, 512, 512, "crop") == ()


def test_colour_is_seen_where_channels_differ():
    grey = three_stripes().convert("RGB")
    assert not is_coloured(grey)
    grey.putpixel((3, 4), (0, 0, 1))
    assert is_coloured(grey)


def test_a_plain_picture_is_opened_as_it_is():
    assert examine(saved(three_stripes().convert("RGB"), "JPEG")) == Original("JPEG", "RGB", ())


@pytest.mark.parametrize(
    ("mode", "form", "mode_read", "words"),
    [
        ("I;16", "PNG", "I;16", ["reduced to 8 bits a channel"]),
        ("P", "PNG", "P", ["palette resolved"]),
        ("CMYK", "TIFF", "CMYK", ["converted from CMYK"]),
        ("LA", "PNG", "LA", ["transparency laid over white"]),
        ("RGBA", "PNG", "RGBA", ["transparency laid over white"]),
        ("1", "PNG", "1", []),
    ],
)
def test_what_opening_changes_is_said(mode, form, mode_read, words):
    picture = three_stripes().convert(mode) if mode != "I;16" else Image.new("I;16", (20, 20), 300)
    assert examine(saved(picture, form)) == Original(form, mode_read, tuple(words))


def test_turning_profiles_and_frames_are_said():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert examine(saved(three_stripes(), "JPEG", exif=exif)).changes == ("turned upright (EXIF orientation 6)",)
    exif[0x0112] = 1
    assert examine(saved(three_stripes(), "JPEG", exif=exif)).changes == ()
    frames = [three_stripes(), three_stripes(60, 60).resize((90, 30))]
    several = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert examine(several).changes == ("first of 2 frames taken",)
    assert examine(saved(three_stripes(), "PNG", icc_profile=b"any")).changes == ("read with its colour profile",)
