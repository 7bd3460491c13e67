import logging
import shutil

import pytest

from likeness.cleaning import CleaningOptions, clean
from likeness.datasets import ImageSet
from likeness.pipelines.cezanne.judged import clean_judged

from .conftest import save_textures

OPTIONS = CleaningOptions(size=48, near_duplicate_bits=0, near_duplicate_part_bits=None, folds=None)


@pytest.fixture
def training(textures, tmp_path):
    return clean(textures, OPTIONS, str(tmp_path / "work"))[0]


def test_folders_are_sets_and_those_called_as_a_class_are_known(training, tmp_path):
    folder = tmp_path / "judge"
    save_textures(folder / "0", 16, 2, seed=50)
    save_textures(folder / "mine", 8, 1, seed=51)
    judged = clean_judged(ImageSet.from_folder(folder), training, OPTIONS, str(tmp_path / "work"))
    assert judged.manifest["set"].tolist() == ["0", "0", "mine"]
    assert judged.manifest["class"].tolist() == ["0", "0", ""]
    assert judged.manifest["source"].tolist() == ["0/00.png", "0/01.png", "mine/00.png"]
    image = judged.open("mine/00.png")
    assert image.size == (48, 48)
    assert image.getpixel((0, 0)) == (image.getpixel((0, 0))[0],) * 3


def test_a_flat_folder_is_one_set(training, tmp_path):
    save_textures(tmp_path / "judge", 8, 2, seed=52)
    judged = clean_judged(ImageSet.from_folder(tmp_path / "judge"), training, OPTIONS, str(tmp_path / "work"))
    assert judged.manifest["set"].tolist() == ["judge"] * 2
    assert judged.manifest["class"].tolist() == ["", ""]


def test_what_was_set_aside_stays_known_and_training_pictures_are_named(training, textures, tmp_path, caplog):
    folder = tmp_path / "judge"
    save_textures(folder, 8, 1, seed=53)
    shutil.copy(f"{textures.root}/4/00.png", folder / "seen.png")
    (folder / "bad.png").write_bytes(b"no picture")
    with caplog.at_level(logging.WARNING, "likeness"):
        judged = clean_judged(ImageSet.from_folder(folder), training, OPTIONS, str(tmp_path / "work"))
    assert judged.rejected["file"].tolist() == ["bad.png"]
    assert len(judged) == 2
    assert "1 of the judged pictures are training pictures: seen.png" in caplog.text


def test_a_set_without_a_picture_is_refused(training, tmp_path):
    save_textures(tmp_path / "judge", 8, 1, seed=54)
    empty = ImageSet.from_folder(tmp_path / "judge").select([])
    with pytest.raises(ValueError, match="judge: no picture in"):
        clean_judged(empty, training, OPTIONS, str(tmp_path / "work"))
