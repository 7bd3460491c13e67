import numpy as np
import pytest
import torch

from likeness.datasets import WorkFolder, package_digest
from likeness.metrics.probe import distributions, read
from likeness.pipelines.pocket.options import PictureOptions, ProbeOptions
from likeness.pipelines.pocket.probe import read_small_pictures, train_probe
from likeness.pocket.sharding import load_renderer, read_pictures, render_shards
from likeness.pocket.training_state import STATE

OPTIONS = ProbeOptions.model_validate(
    {
        **{"steps": 120, "batch_size": 32, "learning_rate": 5e-3, "warmup_steps": 5, "ema_decay": 0.9},
        **{"size": 16, "channels": (16, 32), "blocks": (1, 1), "log_every": 20, "checkpoint_every": 40},
    }
)


def pictures_and_table(stand_in, indices):
    pictures, _, table = load_renderer(stand_in)(indices, seed=0, size=16)
    return torch.from_numpy(pictures), table


def test_it_learns_to_read_the_pictures(stand_in, tmp_path):
    probe, losses = train_probe(*pictures_and_table(stand_in, range(200)), OPTIONS, WorkFolder(tmp_path, "a", "b"))
    assert [attribute.name for attribute in probe.design.attributes] == ["colour", "radius"]
    assert losses["colour"].iloc[-1] < losses["colour"].iloc[0] / 3
    assert losses["loss"].to_numpy() == pytest.approx(losses[["colour", "radius"]].mean(axis=1))
    others, shown = pictures_and_table(stand_in, range(200, 260))
    seen = read(probe, others.numpy())
    assert (seen["colour"] == shown["colour"]).mean() > 0.95
    assert (seen["radius"] - shown["radius"]).abs().mean() < 0.05
    assert not probe.training


def test_a_stopped_training_ends_as_an_undisturbed_one(stand_in, tmp_path):
    pictures, table = pictures_and_table(stand_in, range(40))
    short = OPTIONS.model_copy(update={"steps": 8, "checkpoint_every": 4, "log_every": 6})
    whole, _ = train_probe(pictures, table, short, WorkFolder(tmp_path, "whole", "a"))

    def killed(*_):
        """At the sixth step, where the first row of losses is due."""
        raise KeyboardInterrupt

    folder = WorkFolder(tmp_path, "stopped", "a")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("likeness.pocket.training.Budget.expected_steps", killed)
        with pytest.raises(KeyboardInterrupt):
            train_probe(pictures, table, short, folder)
    assert folder.has(STATE)
    resumed, _ = train_probe(pictures, table, short, folder)
    assert distributions(resumed, pictures.numpy()) == pytest.approx(distributions(whole, pictures.numpy()), abs=1e-6)


def test_pictures_are_made_small_shard_by_shard(stand_in, tmp_path):
    options = PictureOptions(renderer=stand_in, count=8, held_out=4, shard=4, size=32, processes=1)
    work = WorkFolder(tmp_path, "shards", package_digest("likeness.pocket"))
    render_shards([0, 1], options.shards, work, processes=1)
    small = read_small_pictures(work.path, [1, 0], 16)
    assert small.shape == (8, 16, 16, 3)
    whole = read_pictures(work.path, [1, 0]).astype(float)
    middle = whole[:, 14:18, 14:18].mean((1, 2))
    assert np.abs(small[:, 7:9, 7:9].numpy().mean((1, 2)) - middle).max() < 2
