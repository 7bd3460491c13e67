import pytest
import torch
from diffusers.models.attention_processor import Attention

from likeness.diffusion.editing import Edit, edit_pictures
from likeness.diffusion.sampling import generate
from likeness.pipelines.benchmark.editing import CASES, editing_table
from likeness.pipelines.benchmark.materialised import usual_edit
from likeness.pipelines.benchmark.nodes import benchmark_editing
from likeness.pipelines.benchmark.options import EditingBenchmarkOptions

OPTIONS = EditingBenchmarkOptions(shape="tiny", device="auto", resolution=64, steps=4, repeats=2)
COMMON = {"steps": 5, "guidance_scale": 7.5}


@pytest.fixture(scope="module")
def vivid(tiny):
    """The tiny model with peaked attention of a large effect, so that control shows in its pictures."""
    layers = [module for module in tiny.unet.modules() if isinstance(module, Attention)]
    for layer in layers:
        layer.to_q.weight.mul_(4)
        layer.to_out[0].weight.mul_(8)
    yield tiny
    for layer in layers:
        layer.to_q.weight.div_(4)
        layer.to_out[0].weight.div_(8)


@pytest.mark.parametrize(
    "edit",
    [
        Edit(OPTIONS.edit),
        Edit(OPTIONS.edit, self_limit=1.0),
        Edit(OPTIONS.source, word_weights={"smile": -1}, weigh_embeddings=False),
    ],
)
def test_the_usual_way_makes_the_same_edit(vivid, edit):
    (ours,) = edit_pictures(vivid, OPTIONS.source, [edit], [3], **COMMON, resolution=64)
    before = vivid.unet.attn_processors
    latents, pictures = usual_edit(vivid, OPTIONS.source, edit, 3, **COMMON, resolution=64)
    assert vivid.unet.attn_processors == before
    assert torch.allclose(latents, ours.latents, atol=1e-3)
    assert (latents[0] - latents[1]).abs().max() > 0.05
    assert [picture.size for picture in pictures] == [(64, 64)] * 2


def test_control_makes_a_difference(vivid):
    """So that two ways without any would not pass for the same."""
    plain = list(generate(vivid, [OPTIONS.source, OPTIONS.edit], [3, 3], **COMMON, height=64, width=64, batch_size=2))
    latents, pictures = usual_edit(vivid, OPTIONS.source, Edit(OPTIONS.edit), 3, **COMMON, resolution=64)
    assert list(pictures[0].getdata()) == list(plain[0].getdata())
    assert list(pictures[1].getdata()) != list(plain[1].getdata())
    assert latents.shape == (2, 4, 8, 8)


def test_the_table_has_a_row_a_case(pocket):
    table = benchmark_editing(pocket, OPTIONS)
    assert table["case"].tolist() == list(CASES)
    assert (table["time_ratio"] * table["seconds"].iloc[0]).tolist() == pytest.approx(table["seconds"].tolist())
    assert (table["seconds_least"] <= table["seconds"]).all()
    assert (table["seconds"] <= table["seconds_most"]).all()
    assert table["seconds"].min() > 0
    told = table[["shape", "resolution", "steps", "guidance_scale", "repeats", "dtype"]].drop_duplicates()
    assert told.to_numpy().tolist() == [["tiny", 64, 4, 7.5, 2, "float32"]]
    assert table["device"].str.len().min() > 0


def test_the_cases_take_turns(tiny, monkeypatch):
    drawn = []
    original = tiny.unet.forward
    monkeypatch.setattr(
        tiny.unet, "forward", lambda noisy, *a, **k: drawn.append(len(noisy)) or original(noisy, *a, **k)
    )
    editing_table(tiny, OPTIONS.model_copy(update={"steps": 2, "warm_up": 1, "repeats": 2}))
    # Two prompts and what guidance leads away from, two steps, four cases, three rounds.
    assert drawn == [4] * (2 * 4 * 3)
