import numpy as np
import pytest
import torch
from PIL import Image

from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.placeholder import add_placeholder
from likeness.pipelines.benchmark.inversion import inversion_table, largest_difference
from likeness.pipelines.benchmark.nodes import benchmark_inversion
from likeness.pipelines.benchmark.options import InversionBenchmarkOptions
from likeness.pipelines.benchmark.usual_inversion import WEIGHT_DECAY, UsualInversion

CPU = torch.device("cpu")
OPTIONS = InversionBenchmarkOptions(
    shape="tiny", device="auto", resolution=64, mixed_precision="no", batch_size=2, pictures=3, steps=2, repeats=2
)


def test_all_ways_learn_the_same(pocket):
    table = benchmark_inversion(pocket, OPTIONS)
    assert table["case"].tolist() == ["usual way", "new rows and cached latents", "the same, replayed"]
    assert table["largest_loss_difference"].iloc[0] == table["vectors_difference"].iloc[0] == 0
    # Weight decay and the cut of long gradients are all that differs.
    assert table["largest_loss_difference"].max() < 1e-4
    assert table["vectors_difference"].max() < 0.02
    assert table["losses_agree"].all()
    speed = table["pictures_per_second"]
    assert (table["ratio"] * speed.iloc[0]).tolist() == pytest.approx(speed.tolist())
    told = table[["shape", "resolution", "batch_size", "vectors", "mixed_precision", "steps", "repeats"]]
    assert told.drop_duplicates().to_numpy().tolist() == [["tiny", 64, 2, 1, "no", 2, 2]]


def test_losses_apart_are_told(make_model):
    table = inversion_table(make_model, CPU, OPTIONS.model_copy(update={"loss_tolerance": 1e-12, "repeats": 1}))
    assert table["losses_agree"].tolist() == [True, False, False]


def test_the_largest_difference_is_a_share_of_the_reference():
    assert largest_difference([1.0, 2.2, 3.9], [1.0, 2.0, 4.0]) == pytest.approx(0.1)
    assert largest_difference([1.0], [1.0]) == 0


def test_the_usual_way_puts_the_other_rows_back(make_model, rng):
    model = make_model()
    before = model.text_encoder.get_input_embeddings().weight.detach().clone()
    first = add_placeholder(model.tokenizer, "<style>", 2)
    noise = rng.integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    options = TextualInversionOptions(batch_size=2, learning_rate=0.1, mixed_precision="no")
    start = torch.full((2, 32), 0.5)
    training = UsualInversion(model, list(map(Image.fromarray, noise)), ["a <style>"], first, start, options)
    assert torch.equal(training.rows, start)
    training.step()
    after = model.text_encoder.get_input_embeddings().weight.detach()
    # The first step of AdamW is one learning rate long, whatever the gradient: 0.1 for each of two pictures.
    moved = (after[first : first + 2] - start * (1 - 0.2 * WEIGHT_DECAY)).abs()
    assert torch.allclose(moved, torch.full_like(moved, 0.2), rtol=0.02)
    others = torch.ones(len(before), dtype=torch.bool)
    others[first : first + 2] = False
    assert torch.equal(after[others], before[others])
    assert len(training.losses) == 1
