import math

import pandas as pd
import pytest

from likeness.datasets import Checkpoint
from likeness.pipelines.avatar_methods.costs import COLUMNS, checkpoint_megabytes, cost_note, with_costs


@pytest.fixture
def checkpoint(tmp_path):
    """Make a folder with files of these sizes."""

    def make(sizes, parameters=5):
        for name, size in sizes.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(b"0" * size)
        return Checkpoint(tmp_path, {"trained_parameters": parameters})

    return make


def test_a_fine_tuned_model_is_as_large_as_its_files_but_for_tables_and_other_forms(checkpoint):
    parts = {"unet/a.safetensors": 3_000_000, "unet/config.json": 500}
    made = checkpoint({**parts, "losses.csv": 9000, "lora.safetensors": 3_000_000})
    assert checkpoint_megabytes(made) == pytest.approx(3.0005)


def test_a_word_is_as_large_as_its_vectors_in_one_form(checkpoint):
    word = {"learned_embeds.safetensors": 800, "sitter.safetensors": 800, "checkpoints/step_1.safetensors": 800}
    assert checkpoint_megabytes(checkpoint(word)) == pytest.approx(800e-6)


def test_costs_stand_behind_the_number_of_pictures(checkpoint):
    board = pd.DataFrame({"rank": [1, None], "model": ["m", "base_model"], "pictures": [4, 4], "verified": [0.5, 0]})
    losses = {"m": pd.DataFrame({"seconds": [1.5, 2.5]})}
    table = with_costs(board, {"m": checkpoint({"unet/a.safetensors": 2_000_000})}, losses)
    assert list(table.columns) == ["rank", "model", "pictures", *COLUMNS, "verified"]
    assert table.loc[0, list(COLUMNS)].tolist() == [4.0, 2.0, 5]
    assert table.loc[1, list(COLUMNS)].isna().all()
    assert list(board.columns) == ["rank", "model", "pictures", "verified"]


def test_the_note_on_a_sheet():
    row = {"training_seconds": 90.0, "checkpoint_megabytes": 0.0063, "trained_parameters": 1536}
    assert cost_note(row) == "1.5 min · 6.3 kB · 1.54k trained"
    assert cost_note(row | {"training_seconds": 6240}).startswith("104 min · ")
    sizes = {0.0146: "15 kB", 5.31: "5.3 MB", 54.6: "55 MB", 3438.0: "3.4 GB"}
    assert {size: cost_note(row | {"checkpoint_megabytes": size}).split(" · ")[1] for size in sizes} == sizes
    assert cost_note(row | {"trained_parameters": 860_000_000}).endswith("860M trained")
    assert cost_note(dict.fromkeys(COLUMNS, math.nan)) == ""
