import json

import numpy as np
import pytest
from kedro.io import DatasetError, Version

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint, CheckpointDataset
from likeness.datasets.digest import digest_of

VERSION = "2026-01-01T00.00.00.000Z"


@pytest.fixture
def checkpoint(tmp_path):
    folder = tmp_path / "work" / "adult_01"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "config.json").write_text("{}")
    (folder / "unet" / "weights.safetensors").write_bytes(b"weights")
    (folder / ".part-leftover").write_bytes(b"half")
    made_from = {"base_model": BaseModel("a/b"), "parameters": {"steps": np.int64(3)}, "losses": [0.5, 0.25]}
    return Checkpoint(folder, made_from)


def versioned(filepath, downloads=None):
    return CheckpointDataset(filepath, version=Version(None, VERSION), download_folder=downloads)


@pytest.mark.parametrize("place", ["local", "memory"])
def test_a_checkpoint_comes_back_as_a_local_folder(checkpoint, tmp_path, memory, place):
    models = versioned(tmp_path / "m" if place == "local" else "memory:///data/m", tmp_path / "downloads")
    assert not models.exists()
    models.save(checkpoint)
    back = models.load()
    assert back.made_from == {
        "base_model": {"source": "a/b", "revision": None, "tokenizer": None},
        "parameters": {"steps": 3},
        "losses": [0.5, 0.25],
    }
    assert (back.path / "unet" / "weights.safetensors").read_bytes() == b"weights"
    assert not (back.path / ".part-leftover").exists()
    assert json.loads(models.preview()) == back.made_from


def test_a_checkpoint_elsewhere_is_fetched_once(checkpoint, tmp_path, memory, monkeypatch):
    models = versioned("memory:///data/m", tmp_path / "downloads")
    models.save(checkpoint)
    fetched = []
    get_file = type(memory).get_file
    monkeypatch.setattr(
        type(memory), "get_file", lambda fs, *paths, **more: fetched.append(paths) or get_file(fs, *paths, **more)
    )
    assert models.load().path == models.load().path
    assert len(fetched) == 2


def test_the_digest_is_over_the_files_and_what_they_were_made_from(checkpoint, tmp_path):
    models = versioned(tmp_path / "m")
    models.save(checkpoint)
    before = checkpoint.digest
    assert models.load().digest == before
    assert digest_of(checkpoint) == digest_of(models.load())
    assert Checkpoint(checkpoint.path, {**checkpoint.made_from, "losses": [1.0]}).digest != before
    (checkpoint.path / "shard.npy").write_bytes(b"pictures")
    with_shard = checkpoint.digest
    (checkpoint.path / "shard.npy").write_bytes(b"Pictures")
    assert len({before, with_shard, checkpoint.digest}) == 3


def test_saving_leaves_the_version_alone_when_the_work_goes_on(checkpoint, tmp_path):
    models = versioned(tmp_path / "m")
    models.save(checkpoint)
    new = checkpoint.path / "unet" / "new"
    new.write_bytes(b"trained further")
    new.replace(checkpoint.path / "unet" / "weights.safetensors")
    assert (models.load().path / "unet" / "weights.safetensors").read_bytes() == b"weights"


def test_a_checkpoint_without_files_or_with_odd_facts_is_refused(checkpoint, tmp_path):
    models = versioned(tmp_path / "m")
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(DatasetError, match=f"{folder.name} is not there or empty"):
            models.save(Checkpoint(folder, {}))
    with pytest.raises(DatasetError, match="made_from of m cannot be stored: object"):
        models.save(Checkpoint(checkpoint.path, {"model": object()}))
    assert not models.exists()


def test_a_damaged_checkpoint_is_an_error_that_says_what_to_do(checkpoint, tmp_path):
    models = versioned(tmp_path / "m")
    models.save(checkpoint)
    folder = models.load().path
    manifest = (folder / "checkpoint.json").read_text()
    (folder / "unet" / "weights.safetensors").unlink()
    with pytest.raises(DatasetError, match=r"damaged: unet/weights\.safetensors is gone or not 7 bytes"):
        models.load()
    (folder / "unet" / "weights.safetensors").write_bytes(b"w")
    with pytest.raises(DatasetError, match="not 7 bytes"):
        models.load()
    (folder / "checkpoint.json").write_text(manifest.replace('"format": 1', '"format": 2'))
    with pytest.raises(DatasetError, match="format 2 is not known, expected 1"):
        models.load()
    (folder / "checkpoint.json").write_text("{")
    with pytest.raises(DatasetError, match=r"checkpoint\.json cannot be read"):
        models.load()


def test_a_folder_that_is_no_checkpoint_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"no checkpoint in .*m: it has no checkpoint\.json"):
        CheckpointDataset(tmp_path / "m").load()


def test_without_versions_a_new_checkpoint_replaces_the_old(checkpoint, tmp_path):
    models = CheckpointDataset(tmp_path / "m")
    models.save(checkpoint)
    models.save(Checkpoint(models.load().path, {"second": True}))
    assert models.load().made_from == {"second": True}
    assert (models.load().path / "unet" / "config.json").read_text() == "{}"
