import numpy as np
import torch

from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.records import loss_table, new_records, timestep_loss_table


def test_losses_have_one_row_a_step():
    records = new_records(3, torch.device("cpu"))
    records["losses"].copy_(torch.tensor([[1.0, 4.0], [2.0, 5.0], [3.0, torch.nan]]))
    records["seconds"].copy_(torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64))
    table = loss_table(records, DreamBoothOptions(steps=3, learning_rate=1.0, warmup_steps=1))
    assert table["step"].tolist() == [1, 2, 3]
    assert table["loss"].tolist() == [1.0, 2.0, 3.0]
    assert table["prior_loss"].tolist()[:2] == [4.0, 5.0]
    assert np.isnan(table["prior_loss"][2])
    assert table["learning_rate"].tolist() == [0.5, 1.0, 1.0]
    assert table["seconds"].tolist() == [0.1, 0.2, 0.3]


def test_losses_by_timestep_are_means_over_tenths():
    records = new_records(1, torch.device("cpu"))
    records["timestep_errors"][3] = 6.0
    records["timestep_counts"][3] = 4
    table = timestep_loss_table(records, 1000)
    assert table.loc[3].tolist() == [300, 399, 1.5, 4]
    assert np.isnan(table["loss"][0])
    assert table["samples"].sum() == 4


def test_tenths_cover_every_timestep_once_and_as_counted():
    timesteps = 25
    table = timestep_loss_table(new_records(1, torch.device("cpu")), timesteps)
    for place, (first, last) in enumerate(zip(table["first_timestep"], table["last_timestep"], strict=True)):
        assert {timestep * 10 // timesteps for timestep in range(first, last + 1)} == {place}
    assert table["last_timestep"].iloc[-1] == timesteps - 1
