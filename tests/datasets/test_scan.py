import os

import fsspec
import pytest
from PIL import Image, ImageFile

from likeness.datasets import scan as scan_module
from likeness.datasets.scan import duplicate_of, picture_files, scan

local = fsspec.filesystem("file")


def reasons(folder, **options):
    _, rejected = scan(local, str(folder), picture_files(local, str(folder)), **options)
    return dict(zip(rejected["file"], rejected["reason"], strict=True))


def test_files_are_found_at_any_depth_in_order(album):
    (album / ".hidden.png").write_bytes(b"")
    (album / ".cache").mkdir()
    (album / ".cache" / "a.png").write_bytes(b"")
    (album / "manifest.csv").write_text("file\n")
    (album / "manifest.json").write_text("{}")
    (album / "child" / "manifest.csv").write_text("this one is a file like any other")
    assert picture_files(local, str(album)) == ["b.png", "child/a.jpg", "child/c.png", "child/manifest.csv"]


def test_good_pictures_are_measured_upright(album):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (50, 20)).save(album / "turned.jpg", exif=exif)
    pictures, rejected = scan(local, str(album), ["child/a.jpg", "turned.jpg", "b.png"])
    assert pictures["file"].tolist() == ["child/a.jpg", "turned.jpg", "b.png"]
    assert pictures[["width", "height"]].to_numpy().tolist() == [[40, 60], [20, 50], [48, 32]]
    assert pictures["sha256"].str.len().eq(64).all()
    assert list(rejected.columns) == ["file", "reason"]
    assert rejected.empty


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "webp", "tif"])
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_file_is_set_aside(tmp_path, photograph, suffix, kept):
    photograph(0, 400, 300).save(tmp_path / f"a.{suffix}")
    content = (tmp_path / f"a.{suffix}").read_bytes()
    assert reasons(tmp_path) == {}
    (tmp_path / f"a.{suffix}").write_bytes(content[: round(len(content) * kept)])
    assert list(reasons(tmp_path)) == [f"a.{suffix}"]
    if suffix in ("jpg", "png"):
        assert "truncated" in reasons(tmp_path)[f"a.{suffix}"]


def test_other_bad_files_are_set_aside_with_the_reason(album, photograph):
    (album / "notes.txt").write_text("not a picture")
    (album / "empty.png").write_bytes(b"")
    Image.new("RGB", (1, 1)).save(album / "dot.png")
    Image.new("RGB", (400, 15)).save(album / "strip.png")
    Image.new("RGB", (16, 16)).save(album / "small.png")
    (album / "z.png").write_bytes((album / "b.png").read_bytes())
    png = bytearray((album / "child" / "c.png").read_bytes())
    png[60] ^= 0xFF
    (album / "broken.png").write_bytes(png)
    found = reasons(album)
    assert found.pop("broken.png").startswith("broken picture data")
    assert found == {
        "notes.txt": "not a picture, or a format that cannot be read (save it as JPEG or PNG)",
        "empty.png": "empty file",
        "dot.png": "1x1 pixels: smaller than 16 on a side",
        "strip.png": "400x15 pixels: smaller than 16 on a side",
        "z.png": "duplicate of b.png",
    }
    assert {name: duplicate_of(reason) for name, reason in found.items() if duplicate_of(reason)} == {"z.png": "b.png"}
    assert "small.png" in reasons(album, minimum_side=17)


def test_a_file_that_is_not_there_is_set_aside(album):
    pictures, rejected = scan(local, str(album), ["gone.png", "b.png"])
    assert pictures["file"].tolist() == ["b.png"]
    assert rejected.to_dict("list") == {"file": ["gone.png"], "reason": ["no such file in the folder"]}


def test_a_file_is_decoded_once_until_it_changes(album, monkeypatch):
    decoded = []
    load = ImageFile.ImageFile.load
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: decoded.append(image) or load(image))
    scan_module._examine.cache_clear()
    scan(local, str(album), picture_files(local, str(album)))
    first = len(decoded)
    assert first >= 3
    scan(local, str(album), picture_files(local, str(album)))
    assert len(decoded) == first
    before, _ = scan(local, str(album), ["b.png"])
    Image.new("RGB", (48, 32), "red").save(album / "b.png")
    os.utime(album / "b.png", (1, 1))
    after, _ = scan(local, str(album), ["b.png"])
    assert len(decoded) > first
    assert before["sha256"].tolist() != after["sha256"].tolist()


def test_a_folder_in_memory(album, memory):
    memory.put(str(album), "/album", recursive=True)
    here, _ = scan(local, str(album), picture_files(local, str(album)))
    there, _ = scan(memory, "/album", picture_files(memory, "/album"))
    assert there.equals(here)
