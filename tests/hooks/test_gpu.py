import pytest
import torch
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from likeness.datasets import BaseModelDataset
from likeness.hooks import GpuHook, NoGpuError


def pipeline(*inputs):
    return Pipeline([Node(lambda *_: 1, list(inputs), "out")])


def catalog(require_gpu):
    parameters = {} if require_gpu is None else {"params:require_gpu": MemoryDataset(require_gpu)}
    return DataCatalog({"base_model": BaseModelDataset("a/b"), "photos": MemoryDataset(1), **parameters})


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_a_run_that_opens_a_model_is_refused_and_told_how_to_go_on(no_gpu):
    with pytest.raises(NoGpuError, match=r"finds no CUDA GPU.*--params require_gpu=false"):
        GpuHook().before_pipeline_run(pipeline("photos", "base_model"), catalog(True))


@pytest.mark.parametrize(
    ("inputs", "require_gpu"), [(["base_model"], False), (["base_model"], None), (["photos"], True)]
)
def test_other_runs_go_on(no_gpu, inputs, require_gpu):
    GpuHook().before_pipeline_run(pipeline(*inputs), catalog(require_gpu))


def test_with_a_gpu_all_runs_go_on(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    GpuHook().before_pipeline_run(pipeline("base_model"), catalog(True))
