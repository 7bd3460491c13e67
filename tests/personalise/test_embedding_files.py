import pytest
import torch
from safetensors.torch import load_file, save_file

from likeness.personalise.embedding_files import (
    DIFFUSERS_FILE,
    Embedding,
    EmbeddingError,
    parameters_file,
    read_embedding,
    save_embedding,
)

VECTORS = torch.arange(6.0).reshape(2, 3)


@pytest.fixture
def folder(tmp_path):
    save_embedding(Embedding("<Cézanne>", VECTORS), tmp_path / "style")
    return tmp_path / "style"


def test_both_forms_are_written(folder):
    assert {path.name for path in folder.iterdir()} == {DIFFUSERS_FILE, "cezanne.safetensors"}
    for_diffusers, for_others = load_file(folder / DIFFUSERS_FILE), load_file(folder / "cezanne.safetensors")
    assert list(for_diffusers) == ["<cezanne>"]
    assert list(for_others) == ["emb_params"]
    assert torch.equal(for_diffusers["<cezanne>"], VECTORS)
    assert torch.equal(for_others["emb_params"], VECTORS)


@pytest.mark.parametrize("name", ["", DIFFUSERS_FILE, "cezanne.safetensors"])
def test_both_forms_are_read_back(folder, name):
    embedding = read_embedding(folder / name)
    assert embedding.placeholder == "<Cézanne>"
    assert embedding.trigger == "<cezanne>"
    assert torch.equal(embedding.vectors, VECTORS)


def test_another_name_may_be_given(folder):
    assert read_embedding(folder, "<paul>").placeholder == "<paul>"


def test_files_of_other_programs_are_read(tmp_path):
    save_file({"<monet>": VECTORS[0].half()}, tmp_path / "monet.safetensors")
    one = read_embedding(tmp_path / "monet.safetensors")
    assert (one.placeholder, one.vectors.tolist(), one.vectors.dtype) == ("<monet>", [[0.0, 1.0, 2.0]], torch.float32)
    save_file({"emb_params": VECTORS}, tmp_path / "other.safetensors")
    assert read_embedding(tmp_path / "other.safetensors", "<other>").placeholder == "<other>"
    with pytest.raises(EmbeddingError, match=r"other.safetensors does not say what prompts call it.* <other>"):
        read_embedding(tmp_path / "other.safetensors")


@pytest.mark.parametrize(
    ("placeholder", "name"),
    [("<Cézanne>", "cezanne"), ("<my-style_2>", "my-style_2"), ("*", "embedding"), ("../x", "x")],
)
def test_file_names_are_plain(placeholder, name):
    assert parameters_file(placeholder) == f"{name}.safetensors"


def test_the_two_files_never_share_a_name():
    assert parameters_file("<learned_embeds>") != DIFFUSERS_FILE


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(EmbeddingError, match=rf"{tmp_path.name} has no {DIFFUSERS_FILE} in it.*Expected safetensors"):
        read_embedding(tmp_path)
    with pytest.raises(EmbeddingError, match=r"there is no file .*absent.safetensors"):
        read_embedding(tmp_path / "absent.safetensors")


@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_a_corrupt_file_is_named(folder, damage):
    file = folder / DIFFUSERS_FILE
    file.write_bytes({"cut": file.read_bytes()[:-5], "noise": b"x" * 200, "empty": b""}[damage])
    with pytest.raises(EmbeddingError, match=rf"{DIFFUSERS_FILE} cannot be read \(.*damaged, or not safetensors"):
        read_embedding(folder)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"a": VECTORS, "b": VECTORS + 1}, r"holds 2 tensors \(a, b\)"),
        ({"<a>": torch.zeros(2, 2, 2)}, r"holds a tensor \(2, 2, 2\)"),
        ({"<a>": torch.zeros(0, 4)}, r"holds a tensor \(0, 4\)"),
        ({"<a>": torch.full((1, 4), torch.nan)}, r"no finite vectors"),
    ],
)
def test_other_contents_are_named(tmp_path, tensors, message):
    save_file(tensors, tmp_path / "file.safetensors")
    with pytest.raises(EmbeddingError, match=rf"file.safetensors .*{message}"):
        read_embedding(tmp_path / "file.safetensors")


@pytest.mark.parametrize("ending", ["pt", "bin"])
def test_pickles_are_not_read(tmp_path, ending):
    torch.save({"string_to_param": {"*": VECTORS}}, tmp_path / f"style.{ending}")
    with pytest.raises(EmbeddingError, match=rf"style.{ending} is a pickle.*Convert it.*save_file"):
        read_embedding(tmp_path / f"style.{ending}", "<style>")
