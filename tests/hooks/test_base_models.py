import json

import pytest
import torch
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from likeness.datasets import BaseModelDataset
from likeness.diffusion import hub
from likeness.hooks import BaseModelsHook, NoGpuError, NoModelError


@pytest.fixture
def folder(tmp_path):
    """A folder that passes for a model's."""
    (tmp_path / "unet").mkdir()
    (tmp_path / "model_index.json").write_text(json.dumps({"unet": ["diffusers", "UNet2DConditionModel"]}))
    return str(tmp_path)


def run(*inputs, source, require_gpu=None):
    """What happens before a pipeline with these inputs is run."""
    parameters = {} if require_gpu is None else {"params:require_gpu": MemoryDataset(require_gpu)}
    plain = BaseModelDataset(source, parameter="plain_model")
    catalog = DataCatalog({"plain_model": plain, "photos": MemoryDataset(1), **parameters})
    BaseModelsHook().before_pipeline_run(Pipeline([Node(lambda *_: 1, list(inputs), "out")]), catalog)


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def no_network(monkeypatch):
    def unreachable(_):
        raise ConnectionError("no route")

    monkeypatch.setattr(hub, "get_hf_file_metadata", unreachable)


def test_a_run_that_opens_a_model_is_refused_and_told_how_to_go_on(no_gpu, folder):
    with pytest.raises(NoGpuError, match=r"finds no CUDA GPU.*--params require_gpu=false"):
        run("photos", "plain_model", source=folder, require_gpu=True)


@pytest.mark.parametrize(("name", "require_gpu"), [("plain_model", False), ("plain_model", None), ("photos", True)])
def test_other_runs_go_on(no_gpu, folder, name, require_gpu):
    run(name, source=folder, require_gpu=require_gpu)


def test_with_a_gpu_all_runs_go_on(monkeypatch, folder):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    run("plain_model", source=folder, require_gpu=True)


def test_a_model_that_cannot_be_had_is_named_with_its_parameter(no_network):
    with pytest.raises(NoModelError, match=r"plain_model 'nobody/no-such-model' .*no route.*--params plain_model="):
        run("plain_model", source="nobody/no-such-model")


def test_a_model_that_is_not_opened_is_not_asked_for(no_network):
    run("photos", source="nobody/no-such-model")
