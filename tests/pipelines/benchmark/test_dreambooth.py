import numpy as np
import pytest
import torch
from PIL import Image

from likeness.personalise.options import DreamBoothOptions
from likeness.pipelines.benchmark.dreambooth import dreambooth_table
from likeness.pipelines.benchmark.nodes import benchmark_dreambooth
from likeness.pipelines.benchmark.options import DreamBoothBenchmarkOptions
from likeness.pipelines.benchmark.usual_dreambooth import UsualDreamBooth

CPU = torch.device("cpu")
OPTIONS = DreamBoothBenchmarkOptions(
    shape="tiny",
    device="auto",
    resolution=64,
    mixed_precision="no",
    batch_size=2,
    pictures=3,
    steps=2,
    repeats=2,
    learning_rate=1e-3,
    product_side=64,
)
CASES = ["usual way", "bfloat16 and float32 masters", "the same, replayed"]


@pytest.mark.parametrize(("precision", "difference"), [("no", 1e-4), ("bf16", 0.02)])
def test_all_ways_learn_the_same(pocket, precision, difference):
    table = benchmark_dreambooth(pocket, OPTIONS.model_copy(update={"mixed_precision": precision}))
    assert table["case"].tolist() == CASES * 2
    assert table["prior"].tolist() == [False] * 3 + [True] * 3
    assert table["largest_loss_difference"].iloc[[0, 3]].tolist() == [0, 0]
    assert table["largest_loss_difference"].max() < difference
    assert table["losses_agree"].all()
    for _, rows in table.groupby("prior"):
        assert (rows["ratio"] * rows["step_ms"]).to_numpy() == pytest.approx(rows["step_ms"].iloc[0])
    assert (table["pictures_per_second"] * table["step_ms"] / 1e3).tolist() == pytest.approx([2] * 3 + [4] * 3)
    assert (table["step_ms_least"] <= table["step_ms"]).all()
    assert (table["step_ms"] <= table["step_ms_most"]).all()
    share = table["unet_tflop"] / (table["step_ms"] / 1e3) / table["tflops_per_second"]
    assert table["compute_share"].tolist() == pytest.approx(share.tolist())
    assert table[["peak_gib", "memory_ratio", "reserved_gib"]].isna().all(axis=None) == (not torch.cuda.is_available())


def test_losses_apart_are_told(make_model):
    strict = OPTIONS.model_copy(update={"loss_tolerance": 1e-12, "repeats": 1, "mixed_precision": "bf16"})
    table = dreambooth_table(make_model, CPU, strict)
    assert table["losses_agree"].tolist() == [True, False, False] * 2


def test_only_the_first_steps_are_compared(make_model):
    one, all_ = (
        dreambooth_table(make_model, CPU, OPTIONS.model_copy(update={"repeats": 1, "compared_steps": count}))
        for count in (1, 50)
    )
    assert one["largest_loss_difference"].iloc[1] < all_["largest_loss_difference"].iloc[1]


@pytest.mark.parametrize("kinds", [1, 2])
def test_the_usual_way_trains_the_whole_network(make_model, kinds, rng):
    noise = rng.integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    model = make_model()
    before = [parameter.detach().clone() for parameter in model.unet.parameters()]
    options = DreamBoothOptions(batch_size=2, learning_rate=1e-2, mixed_precision="no", weight_decay=0.0)
    pictures = [list(map(Image.fromarray, noise))] * kinds
    training = UsualDreamBooth(model, pictures, ["a photo of sks man", "a photo of a man"][:kinds], options)
    training.step()
    # The first step of AdamW is one learning rate long, whatever the gradient.
    for old, new in zip(before, model.unet.parameters(), strict=True):
        assert (new.detach() - old).abs().max() == pytest.approx(1e-2, rel=0.1)
    assert len(training.losses) == 1
    assert not model.text_encoder.get_input_embeddings().weight.requires_grad


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_replays_every_way_of_computing(pocket):
    quick = OPTIONS.model_copy(update={"device": "cuda", "mixed_precision": "bf16"})
    table = benchmark_dreambooth(pocket, quick)
    assert table["losses_agree"].all()
    assert (table["peak_gib"] > 0).all()
    assert (table["reserved_gib"] >= table["peak_gib"]).all()
