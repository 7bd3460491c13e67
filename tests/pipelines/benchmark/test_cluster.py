"""The whole benchmark at its smallest: real processes, a tiny model."""

import numpy as np
import pytest
from PIL import Image
from skimage import data

from likeness.datasets import BaseModel, ImageSet
from likeness.pipelines.benchmark import cluster as measured
from likeness.pipelines.benchmark.nodes import benchmark_cluster
from likeness.pipelines.benchmark.options import ClusterBenchmarkOptions

SMALL = ClusterBenchmarkOptions(models=2, photos=1, steps=2, batch_size=1, portraits=1, sampling_steps=1)


@pytest.fixture
def photos(tmp_path):
    for number in range(2):
        Image.fromarray(data.astronaut()).rotate(20 * number).resize((64, 64)).save(tmp_path / f"{number}.png")
    return ImageSet.from_folder(str(tmp_path))


def test_two_processes_do_what_one_does(tiny_model, photos, tmp_path):
    started, seconds, losses = measured.run_case(
        measured.Case(2, 1), BaseModel(str(tiny_model)), photos, SMALL, tmp_path / "made"
    )
    alone = [measured.tune_one(BaseModel(str(tiny_model)), photos, SMALL, str(tmp_path), model=m)[1] for m in (0, 1)]
    assert started > 0
    assert seconds > 0
    np.testing.assert_allclose(losses, np.concatenate([table["loss"] for table in alone]), rtol=1e-3)
    assert len(list((tmp_path / "made").glob("portraits_*/*/*/0.png"))) == 2


def test_ratios_are_of_one_process_and_thread(photos, tiny_model, monkeypatch):
    took = {(1, 1): 30.0, (2, 1): 15.0, (1, 2): 20.0}
    monkeypatch.setattr(
        measured, "run_case", lambda case, *_: (5.0, took[case.processes, case.threads], np.array([2.0, case.threads]))
    )
    table = benchmark_cluster(BaseModel(str(tiny_model)), photos, SMALL)
    assert table[["processes", "threads"]].to_numpy().tolist() == [[1, 1], [2, 1], [1, 2]]
    assert table["ratio"].tolist() == [1, 2, 1.5]
    assert table["largest_difference"].tolist() == [0, 0, 1]
    with pytest.raises(ValueError, match="no picture to learn from"):
        benchmark_cluster(BaseModel(str(tiny_model)), photos.select([]), SMALL)


def test_models_learn_from_photographs_of_their_own(photos, tiny_model, tmp_path):
    pipeline, catalog = measured.work_of(SMALL, BaseModel(str(tiny_model)), photos, tmp_path / "made")
    assert {node.name for node in pipeline.nodes} == {"tune_0", "tune_1", "draw_0", "draw_1"}
    assert pipeline.inputs() == {"base_model", "photos", "options", "work"}
    first, second = (
        measured.tune_one(catalog.load("base_model"), photos, SMALL, str(tmp_path / "work"), model=number)[0]
        for number in range(2)
    )
    assert first.digest != second.digest
    assert len(measured.draw_with(first, SMALL, str(tmp_path / "work"))) == 1
