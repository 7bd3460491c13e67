import hashlib
import io
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from likeness.datasets.picture import UnreadablePictureError, measure_picture, open_picture, save_picture


def test_rgb_comes_back_as_it_is(tmp_path, photograph):
    original = photograph()
    original.save(tmp_path / "a.png")
    opened = open_picture(tmp_path / "a.png")
    assert opened.mode == "RGB"
    np.testing.assert_array_equal(opened, original)
    np.testing.assert_array_equal(open_picture(str(tmp_path / "a.png")), original)
    with (tmp_path / "a.png").open("rb") as file:
        np.testing.assert_array_equal(open_picture(file), original)


@pytest.mark.parametrize(("dtype", "suffix"), [("<u2", "png"), ("<u2", "tif"), (">u2", "tif"), ("<u2", "pgm")])
def test_sixteen_bits_become_eight_by_rounding(tmp_path, dtype, suffix):
    values = np.array([[0, 128, 129, 257 * 77], [257 * 200 + 129, 40000, 65406, 65535]], dtype=dtype)
    file = tmp_path / f"deep.{suffix}"
    if suffix == "pgm":
        file.write_bytes(b"P5 4 2 65535\n" + values.astype(">u2").tobytes())
    else:
        mode = "I;16B" if dtype == ">u2" else "I;16"
        Image.frombytes(mode, (4, 2), values.tobytes()).save(file)
    expected = np.array([[0, 0, 1, 77], [201, 156, 254, 255]])
    opened = np.asarray(open_picture(file))
    for channel in range(3):
        np.testing.assert_array_equal(opened[..., channel], expected)


def test_sixteen_bit_colour(tmp_path):
    """A PNG of 16 bits a channel, which Pillow reads but cannot write."""
    import zlib

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    row = b"\0" + np.array([257 * 10, 257 * 20, 65535, 0, 257, 257 * 128], dtype=">u2").tobytes()
    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")
    opened = open_picture(io.BytesIO(png))
    assert [opened.getpixel((0, 0)), opened.getpixel((1, 0))] == [(10, 20, 255), (0, 1, 128)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([[0.0, 0.5, 1.0]], [0, 128, 255]),
        ([[0.0, 99.6, 300.0]], [0, 100, 255]),
        ([[0.0, 1.0, 1.6]], [0, 1, 2]),
        ([[float("nan"), 0.2, -1.0]], [0, 51, 0]),
    ],
)
def test_floats_are_read_as_shares_or_as_grey_levels(tmp_path, values, expected):
    Image.fromarray(np.array(values, dtype=np.float32)).save(tmp_path / "a.tif")
    assert [pixel[0] for pixel in np.asarray(open_picture(tmp_path / "a.tif"))[0]] == expected


def test_small_32_bit_integers_are_grey_levels(tmp_path):
    Image.fromarray(np.array([[0, 7, 255]], dtype=np.int32)).save(tmp_path / "a.tif")
    assert [pixel[0] for pixel in np.asarray(open_picture(tmp_path / "a.tif"))[0]] == [0, 7, 255]


def test_cmyk(tmp_path):
    ink = np.zeros((16, 32, 4), np.uint8)
    ink[:, :16] = (0, 255, 255, 0)  # magenta and yellow: red
    ink[:, 16:] = (255, 0, 0, 51)  # cyan and a fifth of black
    for suffix in ("jpg", "tif"):
        Image.fromarray(ink, "CMYK").save(tmp_path / f"a.{suffix}", quality=95)
        opened = np.asarray(open_picture(tmp_path / f"a.{suffix}")).astype(int)
        np.testing.assert_allclose(opened[8, 4], (255, 0, 0), atol=4)
        np.testing.assert_allclose(opened[8, 28], (0, 204, 204), atol=4)


def test_palette_with_and_without_a_transparent_colour(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([200, 10, 20, 30, 40, 50])
    image.putdata([0, 1])
    image.save(tmp_path / "a.png")
    image.save(tmp_path / "b.png", transparency=1)
    image.save(tmp_path / "c.gif", transparency=0)
    assert list(map(tuple, np.asarray(open_picture(tmp_path / "a.png"))[0])) == [(200, 10, 20), (30, 40, 50)]
    assert list(map(tuple, np.asarray(open_picture(tmp_path / "b.png"))[0])) == [(200, 10, 20), (255, 255, 255)]
    assert list(map(tuple, np.asarray(open_picture(tmp_path / "c.gif"))[0])) == [(255, 255, 255), (30, 40, 50)]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_over_white(tmp_path, mode):
    colour = (100, 0, 40) if mode == "RGBA" else (100,)
    image = Image.new(mode, (3, 1))
    image.putdata([(*colour, alpha) for alpha in (0, 51, 255)])
    image.save(tmp_path / "a.png")
    opened = open_picture(tmp_path / "a.png")
    blended = tuple(round(255 - (255 - level) * 0.2) for level in (colour if mode == "RGBA" else colour * 3))
    assert opened.getpixel((0, 0)) == (255, 255, 255)
    assert opened.getpixel((1, 0)) == blended
    assert opened.getpixel((2, 0)) == (colour if mode == "RGBA" else colour * 3)


def test_a_transparent_colour_of_rgb_is_laid_over_white(tmp_path):
    image = Image.new("RGB", (2, 1), (9, 8, 7))
    image.putpixel((1, 0), (1, 2, 3))
    image.save(tmp_path / "a.png", transparency=(1, 2, 3))
    assert [open_picture(tmp_path / "a.png").getpixel((x, 0)) for x in (0, 1)] == [(9, 8, 7), (255, 255, 255)]


def test_one_bit(tmp_path):
    image = Image.new("1", (2, 1))
    image.putpixel((1, 0), 255)
    image.save(tmp_path / "a.png")
    assert [open_picture(tmp_path / "a.png").getpixel((x, 0)) for x in (0, 1)] == [(0, 0, 0), (255, 255, 255)]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(tmp_path, orientation):
    """The picture is stored turned, and marked so that turning it back gives a red corner at the top left."""
    upright = Image.new("RGB", (32, 16), "blue")
    upright.paste("red", (0, 0, 8, 8))
    upright.paste("lime", (24, 0, 32, 8))
    turn_back = Image.Transpose
    undo = {
        1: None,
        2: turn_back.FLIP_LEFT_RIGHT,
        3: turn_back.ROTATE_180,
        4: turn_back.FLIP_TOP_BOTTOM,
        5: turn_back.TRANSPOSE,
        6: turn_back.ROTATE_90,
        7: turn_back.TRANSVERSE,
        8: turn_back.ROTATE_270,
    }[orientation]
    stored = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    for suffix in ("jpg", "png"):
        stored.save(
            tmp_path / f"a.{suffix}", exif=exif, **({"quality": 95, "subsampling": 0} if suffix == "jpg" else {})
        )
        opened = open_picture(tmp_path / f"a.{suffix}")
        assert opened.size == (32, 16)
        np.testing.assert_allclose(np.asarray(opened).astype(int)[4, [4, 28]], [(254, 0, 0), (0, 255, 0)], atol=6)
        assert not opened.getexif()
        assert not opened.info


def test_a_colour_profile_is_converted_to_srgb(tmp_path):
    image = Image.new("RGB", (4, 4), (200, 100, 50))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tmp_").replace(b"gXYZ", b"rXYZ").replace(b"tmp_", b"gXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "gRGB".encode("utf-16-be"))
    image.save(tmp_path / "same.png", icc_profile=srgb)
    image.save(tmp_path / "broken.png", icc_profile=b"no profile")
    image.save(tmp_path / "other.png", icc_profile=swapped)
    assert open_picture(tmp_path / "same.png").getpixel((0, 0)) == (200, 100, 50)
    assert open_picture(tmp_path / "broken.png").getpixel((0, 0)) == (200, 100, 50)
    np.testing.assert_allclose(open_picture(tmp_path / "other.png").getpixel((0, 0)), (100, 200, 50), atol=1)


def test_what_cannot_be_read_is_named_with_the_reason(tmp_path, photograph):
    photograph(0, 200, 200).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:-800])
    (tmp_path / "notes.txt").write_text("no picture")
    for name, reason in [("cut.jpg", "truncated"), ("notes.txt", "not a picture"), ("gone.png", "no such file")]:
        with pytest.raises(UnreadablePictureError, match=reason) as caught:
            open_picture(tmp_path / name)
        assert Path(caught.value.file).name == name
        assert name in str(caught.value)


def test_a_picture_of_too_many_pixels_is_refused(tmp_path, monkeypatch):
    Image.new("L", (100, 100)).save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(UnreadablePictureError, match="too many pixels"):
        open_picture(tmp_path / "a.png")


def test_a_generated_picture_says_how_it_was_made(tmp_path, photograph):
    made_by = {
        "prompt": "a photo of sks man, 30 years – smiling",
        "negative_prompt": "blurry",
        "steps": np.int64(10),
        "sampler": "DPM++ 2M",
        "guidance_scale": 7.5,
        "seed": 42,
        "model": "adult_01, LoRA",
        "subject": "sitter",
    }
    file = tmp_path / "new" / "a.png"
    save_picture(file, photograph(), made_by)
    with Image.open(file) as saved:
        text = saved.text
    assert text["parameters"] == (
        "a photo of sks man, 30 years – smiling\n"
        "Negative prompt: blurry\n"
        'Steps: 10, Sampler: DPM++ 2M, CFG scale: 7.5, Seed: 42, Size: 48x32, Model: "adult_01, LoRA"'
    )
    assert json.loads(text["likeness"]) == {**made_by, "steps": 10}
    assert text["Source"] == "generated"
    assert text["Software"].startswith("likeness-lab ")
    np.testing.assert_array_equal(open_picture(file), photograph())


def test_saving_the_same_picture_twice_gives_the_same_file(tmp_path, photograph):
    save_picture(tmp_path / "a.png", photograph(), {"seed": 1, "prompt": "x"})
    save_picture(tmp_path / "b.png", photograph(), {"prompt": "x", "seed": 1})
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    save_picture(tmp_path / "a.png", photograph(), {"seed": 2})
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_a_generated_picture_that_cannot_be_saved_leaves_nothing(tmp_path, photograph):
    with pytest.raises(ValueError, match=r"a\.jpg: .* end the name in \.png"):
        save_picture(tmp_path / "a.jpg", photograph(), {})
    with pytest.raises(TypeError, match="object"):
        save_picture(tmp_path / "a.png", photograph(), {"model": object()})
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(OSError, match=r"taken\.png"):
        save_picture(tmp_path / "taken.png", photograph(), {})
    assert [path.name for path in tmp_path.iterdir()] == ["taken.png"]


def test_a_file_is_measured(tmp_path):
    Image.new("RGB", (5, 3), "red").save(tmp_path / "a.png")
    digest = hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()
    assert measure_picture(tmp_path / "a.png") == {"sha256": digest, "width": 5, "height": 3}
