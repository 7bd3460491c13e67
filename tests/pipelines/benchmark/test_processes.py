import json

import pytest
import torch

from likeness.pipelines.benchmark import training_worker
from likeness.pipelines.benchmark.nodes import benchmark_processes
from likeness.pipelines.benchmark.options import ProcessesBenchmarkOptions
from likeness.pipelines.benchmark.processes import JOB, RESULT, processes_table

OPTIONS = ProcessesBenchmarkOptions(
    shape="tiny", device="cpu", resolution=64, warm_up=4, steps=1, repeats=2, sampling_steps=2, drawn_at_once=2
)


def test_the_table_compares_two_processes_with_one(pocket):
    table = processes_table(pocket, torch.device("cpu"), OPTIONS)
    assert table["case"].tolist() == ["training", "training", "drawing", "drawing"]
    assert table["processes"].tolist() == [1, 2, 1, 2]
    assert table["batch_size"].tolist() == [4, 4, 2, 2]
    speed = table["pictures_per_second"]
    assert (table["ratio"] * speed[[0, 0, 2, 2]].to_numpy()).tolist() == pytest.approx(speed.tolist())
    assert (table["opening_seconds"] > 0).all()
    assert not table.drop(columns="device").isna().any(axis=None)


def test_a_worker_by_itself_trains_and_tells(pocket, tmp_path):
    described = {
        "options": OPTIONS.model_dump(mode="json"),
        "tokenizer_of": [pocket.source, pocket.revision],
        "device": "cpu",
    }
    (tmp_path / JOB).write_text(json.dumps(described))
    training_worker.main(tmp_path)
    result = json.loads((tmp_path / RESULT).read_text())
    assert len(result["step_seconds"]) == OPTIONS.repeats
    assert len(result["losses"]) == OPTIONS.warm_up + OPTIONS.steps * OPTIONS.repeats


def test_more_processes_than_gpus_are_refused(pocket, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ValueError, match="Parameter processes: 2 asked for, but torch finds 1 GPU,"):
        benchmark_processes(pocket, OPTIONS.model_copy(update={"device": "cuda"}))
