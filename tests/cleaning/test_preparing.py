from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from likeness.cleaning import preparing
from likeness.cleaning.options import CleaningOptions
from likeness.cleaning.preparing import cleaned_names, prepare
from likeness.datasets import ImageSet

SMALL = CleaningOptions(size=32)


def test_names_end_in_png_and_never_meet():
    assert cleaned_names(["0/a.jpg", "0/b.tar.gif", "1/a.png"]) == {
        "0/a.jpg": "0/a.png",
        "0/b.tar.gif": "0/b.tar.png",
        "1/a.png": "1/a.png",
    }
    names = cleaned_names(["0/a.jpg", "0/a.png", "0/b.png"])
    assert names == {"0/a.jpg": "0/a.jpg.png", "0/a.png": "0/a.png.png", "0/b.png": "0/b.png"}


def test_every_kind_of_picture_comes_out_grey_and_square(gallery, scene, tmp_path):
    clear = scene(0)
    clear.putalpha(Image.new("L", clear.size, 0))
    deep = Image.fromarray(np.linspace(0, 65535, 4096).reshape(64, 64).astype(np.uint16))
    images = gallery(
        {
            "0/wide.jpg": scene(1, 96, 64),
            "0/grey.png": scene(2).convert("L"),
            "0/clear.png": clear,
            "1/deep.png": deep,
            "1/palette.gif": scene(3).convert("P"),
            "1/cmyk.tif": scene(4).convert("CMYK"),
        }
    )
    prepared = prepare(images, images.manifest["file"].tolist(), SMALL, str(tmp_path / "work"))
    changes = prepared.notes.set_index("file")["changes"]
    assert changes["0/wide.jpg"] == (
        "cropped to the middle 64x64 of 96x64; reduced to 0.50 of its size; colour taken away"
    )
    assert changes["0/grey.png"] == "reduced to 0.50 of its size"
    assert changes["0/clear.png"].startswith("transparency laid over white")
    assert changes["1/deep.png"].startswith("reduced to 8 bits a channel")
    assert changes["1/palette.gif"].startswith("palette resolved")
    assert changes["1/cmyk.tif"].startswith("converted from CMYK")
    assert set(prepared.notes["scale"]) == {0.5}
    for name in prepared.notes["cleaned"]:
        with Image.open(Path(prepared.root, name)) as cleaned:
            assert (cleaned.format, cleaned.mode, cleaned.size) == ("PNG", "L", (32, 32))
    with Image.open(Path(prepared.root, "0/clear.png")) as white:
        assert np.asarray(white).min() == 255
    with Image.open(Path(prepared.root, "1/deep.png")) as ramp:
        assert (np.diff(np.asarray(ramp).astype(int).mean(1)) > 0).all()


def test_a_picture_on_its_side_is_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter clockwise: its left edge becomes the top
    values = np.zeros((64, 64), np.uint8)
    values[:, :16] = 255
    Image.fromarray(values).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    images = ImageSet.from_folder(tmp_path)
    prepared = prepare(images, ["turned.jpg"], SMALL, str(tmp_path / "work"))
    with Image.open(Path(prepared.root, "turned.png")) as cleaned:
        rows = np.asarray(cleaned).mean(1)
    assert rows[:7].min() > 240
    assert rows[9:].max() < 15
    assert prepared.notes["changes"][0].startswith("turned upright (EXIF orientation 6)")


def test_colour_stays_where_it_is_asked_for(gallery, scene, tmp_path):
    images = gallery({"0/a.png": scene(0)})
    options = SMALL.model_copy(update={"greyscale": False, "size": 64})
    prepared = prepare(images, ["0/a.png"], options, str(tmp_path / "work"))
    with Image.open(Path(prepared.root, "0/a.png")) as cleaned:
        np.testing.assert_array_equal(cleaned, scene(0))
    assert prepared.notes["changes"][0] == ""


def test_a_file_that_broke_since_is_reported(gallery, two_classes, tmp_path):
    images = gallery(two_classes)
    Path(images.root, "0/2.png").write_bytes(b"no picture any more")
    Path(images.root, "1/3.png").unlink()
    prepared = prepare(images, images.manifest["file"].tolist(), SMALL, str(tmp_path / "work"))
    assert set(prepared.unreadable) == {"0/2.png", "1/3.png"}
    assert set(prepared.thumbnails) == set(prepared.notes["file"]) == set(two_classes) - set(prepared.unreadable)


def test_a_run_that_was_stopped_repeats_nothing(gallery, two_classes, tmp_path, monkeypatch):
    images, work = gallery(two_classes), str(tmp_path / "work")
    files = images.manifest["file"].tolist()
    begun = preparing.fit_square
    seen = []

    def stopping(picture, *form):
        if len(seen) == 3:
            raise KeyboardInterrupt
        seen.append(picture)
        return begun(picture, *form)

    monkeypatch.setattr(preparing, "fit_square", stopping)
    with pytest.raises(KeyboardInterrupt):
        prepare(images, files, SMALL, work)
    monkeypatch.setattr(preparing, "fit_square", lambda picture, *form: seen.append(picture) or begun(picture, *form))
    prepared = prepare(images, files, SMALL, work)
    assert len(seen) == len(files)
    again = prepare(images, files, SMALL, work)
    assert len(seen) == len(files)
    assert again.notes.equals(prepared.notes)
    for file in files:
        np.testing.assert_array_equal(again.thumbnails[file], prepared.thumbnails[file])
    assert prepare(images, files, CleaningOptions(size=48), work).root != prepared.root
    assert len(seen) == 2 * len(files)
