import json

import pytest
from kedro.io import DataCatalog, DatasetError

from likeness.datasets import digest as digest_module
from likeness.datasets.base_model import BaseModel, BaseModelDataset

PARTS = {"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "models" / "pocket" / "v1"
    for name in PARTS:
        (folder / name).mkdir(parents=True)
        (folder / name / "config.json").write_text("{}")
        (folder / name / "model.safetensors").write_bytes(name.encode())
    index = {"_class_name": "StableDiffusionPipeline", "safety_checker": [None, None], **PARTS}
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def test_a_folder_becomes_a_reference(model):
    dataset = BaseModelDataset(str(model), revision="main")
    assert dataset.exists()
    assert dataset.load() == BaseModel(str(model), "main")
    assert dataset.load().is_folder
    assert str(model) in str(dataset)


def test_a_catalog_entry(model):
    config = {"type": "likeness.datasets.BaseModelDataset", "source": str(model), "metadata": {"kedro-viz": {}}}
    assert DataCatalog.from_config({"base_model": config}).load("base_model").source == str(model)


def test_a_relative_folder_is_found_from_the_working_and_the_project_folder(model, tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[tool.kedro]\npackage_name = "x"\n')
    (tmp_path / "notebooks").mkdir()
    for folder in (tmp_path, tmp_path / "notebooks"):
        monkeypatch.chdir(folder)
        assert BaseModelDataset("models/pocket/v1").load().source == str(model)
    monkeypatch.chdir(tmp_path / "models")
    assert BaseModelDataset("pocket/v1").load().source == str(model)


def test_a_hub_id_is_passed_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dataset = BaseModelDataset("owner/model-1.5", revision="fp16")
    assert dataset.load() == BaseModel("owner/model-1.5", "fp16")
    assert not dataset.load().is_folder
    assert not dataset.exists()


@pytest.mark.parametrize("source", ["data/01_raw/nowhere", "/nowhere", "./nowhere", ".", "..", "~nobody/x y", ""])
def test_a_folder_that_is_not_there_names_the_parameter(source, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(DatasetError, match=r"^base_model: .*--params base_model=<folder>"):
        BaseModelDataset(source).load()


def test_a_folder_that_is_no_model_says_what_is_missing(model, tmp_path):
    with pytest.raises(DatasetError, match=r"my_model: .* has no model_index\.json"):
        BaseModelDataset(str(tmp_path), parameter="my_model").load()
    (model / "vae").rename(model / "vea")
    with pytest.raises(DatasetError, match="lacks vae"):
        BaseModelDataset(str(model)).load()
    for broken in ("{", "[]", '{"unet": []}'):
        (model / "model_index.json").write_text(broken)
        with pytest.raises(DatasetError, match=r"model_index\.json in .* cannot be read"):
            BaseModelDataset(str(model)).load()
    (model / "model_index.json").write_text("{}")
    with pytest.raises(DatasetError, match="lacks every part of a model"):
        BaseModelDataset(str(model)).load()


def test_base_models_are_not_saved(model):
    with pytest.raises(DatasetError, match="A base model is only read"):
        BaseModelDataset(str(model)).save(BaseModel("a"))


def test_the_digest_is_over_contents_not_places(model, tmp_path):
    moved = tmp_path / "moved"
    first = BaseModel(str(model)).digest
    model.rename(moved)
    assert BaseModel(str(moved), "ignored").digest == first
    (moved / "unet" / "model.safetensors").write_bytes(b"UNET")
    assert BaseModel(str(moved)).digest != first


def test_the_digest_of_a_hub_id_is_its_name_and_revision():
    references = [BaseModel("a/b"), BaseModel("a/b", "v1"), BaseModel("a/c")]
    assert len({reference.digest for reference in references}) == 3
    assert BaseModel("a/b").digest == BaseModel("a/b", "main").digest


def test_the_second_digest_reads_no_weights(model, monkeypatch):
    read = []
    file_digest = digest_module.hashlib.file_digest
    monkeypatch.setattr(
        digest_module.hashlib, "file_digest", lambda file, kind: read.append(file) or file_digest(file, kind)
    )
    first = BaseModel(str(model)).digest
    assert len(read) == 5
    assert BaseModel(str(model)).digest == first
    assert len(read) == 5


@pytest.fixture
def single_file(tmp_path):
    names = ["model.diffusion_model.input_blocks.0.0.weight", "model.diffusion_model.out.2.weight"]
    head = {name: {"dtype": "F16", "shape": [4, 4], "data_offsets": [0, 0]} for name in names}
    for name in ("first_stage_model.x", "cond_stage_model.transformer.x"):
        head[name] = {"dtype": "F16", "shape": [0], "data_offsets": [0, 0]}
    text = json.dumps(head).encode()
    (tmp_path / "mine.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)
    return tmp_path / "mine.safetensors"


def test_a_file_becomes_a_reference_with_another_models_tokenizer(single_file, model):
    reference = BaseModelDataset(str(single_file), tokenizer=str(model)).load()
    assert reference == BaseModel(str(single_file), None, str(model))
    assert reference.is_file
    assert not reference.is_folder
    assert reference.name == "mine"
    assert BaseModel(**reference.described) == reference
    assert BaseModelDataset(str(single_file), tokenizer="a/b").load().tokenizer == "a/b"


def test_a_file_wants_a_tokenizer_and_a_known_family(single_file):
    with pytest.raises(DatasetError, match=r"plain_model: .*mine.safetensors .*--params tokenizer="):
        BaseModelDataset(str(single_file), parameter="plain_model").load()
    single_file.write_bytes(b"12345678{}")
    with pytest.raises(DatasetError, match=r"base_model: .*mine.safetensors cannot be read"):
        BaseModelDataset(str(single_file), tokenizer="a/b").load()


def test_the_digest_of_a_file_is_over_its_content_and_tokenizer(single_file, model):
    first = BaseModel(str(single_file), tokenizer="a/b").digest
    moved = single_file.rename(single_file.with_name("yours.safetensors"))
    assert BaseModel(str(moved), tokenizer="a/b").digest == first
    assert len({BaseModel(str(moved), tokenizer=one).digest for one in ("a/b", "c/d", str(model))}) == 3
    moved.write_bytes(moved.read_bytes() + b"x")
    assert BaseModel(str(moved), tokenizer="a/b").digest != first
