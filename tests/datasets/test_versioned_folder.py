"""What both kinds of versioned folder share, shown on image sets."""

import copy
import os
import shutil
import signal
import subprocess
import sys

import fsspec
import pytest
from kedro.io import DataCatalog, DatasetError, Version
from kedro.io.core import VersionNotFoundError

from likeness.datasets import versioned_folder
from likeness.datasets.image_set import ImageSet
from likeness.datasets.image_set_dataset import ImageSetDataset
from likeness.datasets.staging import unfinished_path
from likeness.datasets.versioned_folder import Contents, Source, VersionedFolderDataset, link_or_copy

OLD, NEW = "2026-01-01T00.00.00.000Z", "2026-01-02T00.00.00.000Z"

KILLED = """
import os, signal, sys
from kedro.io import Version
from likeness.datasets import ImageSet, ImageSetDataset
linked = []
link = os.link
def link_twice(*paths):
    linked.append(paths)
    if len(linked) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    link(*paths)
os.link = link_twice
album, target, version = sys.argv[1:]
ImageSetDataset(target, version=Version(None, version)).save(ImageSet.from_folder(album))
"""


class TextDataset(VersionedFolderDataset[dict[str, str]]):
    """The smallest versioned folder: texts by name, and what fails on the way."""

    manifest_name = "names.txt"

    def _contents(self, data: dict[str, str]) -> Contents:
        for name, text in data.items():
            if text == "fail":
                raise RuntimeError("stopped midway")
            yield name, text.encode()
        yield self.manifest_name, "\n".join(data).encode()

    def _read(self, folder: str) -> dict[str, str]:
        names = self._fs.cat_file(f"{folder}/{self.manifest_name}").decode().split("\n")
        return {name: self._fs.cat_file(f"{folder}/{name}").decode() for name in names}


@pytest.fixture(params=["local", "memory"])
def filepath(request, tmp_path, memory):
    return str(tmp_path / "data" / "texts") if request.param == "local" else "memory:///data/texts"


def dataset(filepath, save=None, load=None):
    return TextDataset(filepath, version=Version(load, save))


def everything(filepath):
    fs, path = fsspec.core.url_to_fs(filepath)
    return (name[len(path) :] for name in fs.find(path))


def test_a_version_is_the_whole_folder_under_the_run_s_timestamp(filepath):
    texts = dataset(filepath, OLD)
    assert not texts.exists()
    texts.save({"a": "1", "deep/b": "2"})
    assert texts.exists()
    assert texts.load() == {"a": "1", "deep/b": "2"}
    assert sorted(everything(filepath)) == [f"/{OLD}/texts/{name}" for name in ("a", "deep/b", "names.txt")]


def test_the_latest_version_is_loaded_and_an_earlier_one_when_asked_for(filepath):
    dataset(filepath, NEW).save({"a": "new"})
    with pytest.warns(UserWarning, match="did not match load version"):
        dataset(filepath, OLD).save({"a": "old"})
    texts = dataset(filepath)
    assert texts.load() == {"a": "new"}
    assert texts.list_versions(full_path=False) == [NEW, OLD]
    assert dataset(filepath, load=OLD).load() == {"a": "old"}


def test_a_version_is_never_written_over(filepath):
    dataset(filepath, OLD).save({"a": "1"})
    with pytest.raises(DatasetError, match="must not exist"):
        dataset(filepath, OLD).save({"a": "2"})
    assert dataset(filepath).load() == {"a": "1"}


def test_a_save_that_fails_midway_leaves_no_version(filepath):
    dataset(filepath, OLD).save({"a": "1"})
    with pytest.raises(DatasetError, match="stopped midway"):
        dataset(filepath, NEW).save({"a": "2", "b": "fail"})
    assert dataset(filepath).load() == {"a": "1"}
    assert dataset(filepath).list_versions(full_path=False) == [OLD]
    assert not dataset(filepath, load=NEW).exists()
    dataset(filepath, NEW).save({"b": "3"})
    assert dataset(filepath).load() == {"b": "3"}, "what was left of the first try must not mix in"
    assert f"/{NEW}/texts/a" not in everything(filepath)


def test_a_first_save_that_fails_midway_does_not_exist(filepath):
    with pytest.raises(DatasetError, match="stopped midway"):
        dataset(filepath, NEW).save({"a": "2", "b": "fail"})
    assert not dataset(filepath).exists()
    with pytest.raises(VersionNotFoundError):
        dataset(filepath).load()


def test_an_unfinished_version_that_is_asked_for_is_an_error_naming_the_finished(filepath):
    dataset(filepath, OLD).save({"a": "1"})
    fs, path = fsspec.core.url_to_fs(filepath)
    fs.makedirs(f"{path}/{NEW}/texts")
    fs.pipe_file(f"{path}/{NEW}/texts/a", b"2")
    assert dataset(filepath).load() == {"a": "1"}
    with pytest.raises(DatasetError, match=f"Version {NEW} .* never finished. Finished versions: {OLD}"):
        dataset(filepath, load=NEW).load()


def test_a_path_with_the_signs_of_patterns(tmp_path):
    texts = dataset(str(tmp_path / "[my] data*" / "te?ts"), OLD)
    texts.save({"a": "1"})
    assert dataset(str(tmp_path / "[my] data*" / "te?ts")).load() == {"a": "1"}


def test_a_complete_folder_that_has_not_its_name_yet_is_no_version(tmp_path):
    """As when the process is killed between the manifest and the rename."""
    dataset(str(tmp_path / "texts"), OLD).save({"a": "1"})
    staged = unfinished_path(tmp_path / "texts" / NEW)
    shutil.copytree(tmp_path / "texts" / OLD, staged)
    assert dataset(str(tmp_path / "texts")).list_versions(full_path=False) == [OLD]


def test_file_systems_that_remember_listings_are_told_to_look_again(memory, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(type(memory), "invalidate_cache", lambda fs, path=None: told.append(path))
    texts = dataset("memory:///data/texts", OLD)
    texts.save({"a": "1"})
    assert told == ["/data/texts"]
    texts.release()
    assert told == ["/data/texts"] * 2


@pytest.mark.parametrize("name", ["../a", "/etc/a", ""])
def test_no_file_is_stored_outside_the_folder(filepath, name):
    with pytest.raises(DatasetError, match="must stay inside its folder"):
        dataset(filepath, OLD).save({name: "1"})
    assert list(everything(filepath)) == []


def test_what_was_stored_before_survives_a_failed_save_without_versions(tmp_path):
    texts = TextDataset(tmp_path / "texts")
    texts.save({"a": "1"})
    texts.save({"b": "2"})
    assert texts.load() == {"b": "2"}
    with pytest.raises(DatasetError, match="stopped midway"):
        texts.save({"c": "3", "d": "fail"})
    assert texts.load() == {"b": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["texts"]


def test_other_people_s_files_are_never_replaced(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="holds files that were not saved by this project"):
        TextDataset(tmp_path / "texts").save({"a": "1"})
    assert (tmp_path / "texts" / "mine.txt").read_text() == "mine"


def test_elsewhere_only_versions_are_saved(memory):
    with pytest.raises(DatasetError, match="set 'versioned: true'"):
        TextDataset("memory:///data/texts").save({"a": "1"})


def test_a_killed_save_leaves_nothing_that_exists_or_is_latest(album, tmp_path):
    target = tmp_path / "data" / "photos"
    ImageSetDataset(target, version=Version(None, OLD)).save(ImageSet.from_folder(album))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(album), str(target), NEW],
        env={**os.environ, "PYTHONPATH": "src"},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    left = [path for path in target.rglob("*") if path.is_file() and OLD not in path.parts]
    assert len(left) == 2, "the process was to die after storing two pictures"
    photos = ImageSetDataset(target, version=Version(None, None))
    assert photos.list_versions(full_path=False) == [OLD]
    assert len(photos.load()) == 3
    assert not ImageSetDataset(target, version=Version(NEW, None)).exists()
    ImageSetDataset(target, version=Version(None, NEW)).save(ImageSet.from_folder(album))
    assert sorted(path.name for path in target.iterdir()) == [OLD, NEW], "what was left is swept at the next save"


def test_a_catalog_entry_is_versioned_by_the_run(album, tmp_path):
    catalog = DataCatalog.from_config(
        {
            "photos": {
                "type": "likeness.datasets.ImageSetDataset",
                "filepath": str(tmp_path / "photos"),
                "versioned": True,
                "metadata": {"kedro-viz": {"layer": "primary"}},
            }
        },
        save_version=NEW,
    )
    catalog.save("photos", ImageSet.from_folder(album))
    assert (tmp_path / "photos" / NEW / "photos" / "manifest.json").is_file()
    assert len(catalog.load("photos")) == 3
    assert catalog["photos"].metadata == {"kedro-viz": {"layer": "primary"}}
    assert NEW in str(catalog["photos"])


def test_a_copied_dataset_looks_at_its_own_version(tmp_path):
    dataset(str(tmp_path / "texts"), OLD).save({"a": "1"})
    copied = copy.deepcopy(dataset(str(tmp_path / "texts")))
    assert copied.exists()
    assert copied.load() == {"a": "1"}


def test_files_are_linked_on_one_disk_and_copied_else(tmp_path, memory, monkeypatch):
    local = fsspec.filesystem("file")
    (tmp_path / "a").write_text("text")
    (tmp_path / "pointer").symlink_to(tmp_path / "a")

    def target(name):
        return Source(local, str(tmp_path / name))

    link_or_copy(target("pointer"), target("linked"))
    assert (tmp_path / "linked").stat().st_ino == (tmp_path / "a").stat().st_ino
    assert not (tmp_path / "linked").is_symlink()
    link_or_copy(target("a"), Source(memory, "/a"))
    link_or_copy(Source(memory, "/a"), target("back"))

    def refused(*paths):
        raise OSError("another disk")

    monkeypatch.setattr(versioned_folder.os, "link", refused)
    link_or_copy(target("a"), target("copied"))
    for name in ("back", "copied"):
        assert (tmp_path / name).read_text() == "text"
        assert (tmp_path / name).stat().st_ino != (tmp_path / "a").stat().st_ino
    monkeypatch.undo()
    with pytest.raises(FileNotFoundError):
        link_or_copy(target("gone"), target("nothing"))


def test_a_picture_lost_before_it_is_stored_is_named(album, tmp_path, photograph):
    images = ImageSet.from_folder(album)
    (album / "child" / "a.jpg").unlink()
    photos = ImageSetDataset(tmp_path / "photos", version=Version(None, OLD))
    with pytest.raises(DatasetError, match=r"child/a\.jpg is gone: it was to be stored in .*photos"):
        photos.save(images)
    assert not photos.exists()
