import numpy as np
import pytest

from likeness.datasets import Checkpoint
from likeness.diffusion.sampling import generate
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores import drawing
from likeness.pipelines.pocket.scores.drawing import Artist

OPTIONS = ReportOptions(steps=2, batch_size=2)


@pytest.fixture
def artist(tiny_model, tmp_path):
    return Artist.of(Checkpoint(tiny_model, {}), OPTIONS, str(tmp_path))


def test_pictures_are_those_of_the_model(artist):
    drawn = artist.draw(["a man", "a woman", "a man"], [0, 0, 1], "test")
    prompts, guidance = ["a man", "a woman", "a man"], OPTIONS.guidance_scale
    expected = generate(artist.model, prompts, [0, 0, 1], steps=2, guidance_scale=guidance, batch_size=2)
    assert np.array_equal(drawn, np.stack([np.asarray(picture) for picture in expected]))
    assert artist.draw([], [], "test").shape == (0, 64, 64, 3)


def test_a_stopped_drawing_goes_on(artist, monkeypatch):
    monkeypatch.setattr(drawing, "BATCHES_A_FILE", 1)
    prompts, seeds = ["a man"] * 6, list(range(6))
    whole = artist.draw(prompts, seeds, "test")
    files = sorted(artist.work.path.glob("*.npy"))
    assert len(files) == 3
    files[1].unlink()
    kept = {file: file.stat().st_mtime_ns for file in (files[0], files[2])}
    assert np.array_equal(artist.draw(prompts, seeds, "test"), whole)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept


def test_another_way_of_drawing_has_a_folder_of_its_own(artist, tiny_model, tmp_path):
    other = Artist.of(Checkpoint(tiny_model, {}), OPTIONS.model_copy(update={"steps": 3}), str(tmp_path))
    assert other.work.path != artist.work.path
    same = Artist.of(Checkpoint(tiny_model, {}), OPTIONS.model_copy(update={"prompts": 3}), str(tmp_path))
    assert same.work.path == artist.work.path
