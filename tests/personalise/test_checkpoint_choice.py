import numpy as np
import pandas as pd
import pytest

from likeness.datasets.work import WorkFolder
from likeness.personalise.checkpoint_choice import CheckpointChoice, Validation, chosen


def kept_step(scores):
    table = chosen(pd.DataFrame({"step": range(1, len(scores) + 1), "score": scores}))
    assert table["kept"].sum() == 1
    return int(table.loc[table["kept"], "step"].iloc[0])


def test_a_score_is_averaged_with_the_one_before():
    table = chosen(pd.DataFrame({"step": [1, 2, 3], "score": [0.2, 0.4, 0.1]}))
    np.testing.assert_allclose(table["smoothed_score"], [0.2, 0.3, 0.25])
    assert table["kept"].tolist() == [False, True, False]


def test_one_lucky_step_does_not_win_and_of_equal_ones_the_earlier_does():
    assert kept_step([0.1, 0.6, 0.1, 0.5, 0.5, 0.5]) == 5
    assert kept_step([0.0, 0.0]) == 1


def test_without_a_validation_nothing_is_kept():
    table = chosen(pd.DataFrame(columns=["step", "score", "loss"]))
    assert list(table.columns) == ["step", "score", "loss", "smoothed_score", "kept"]
    assert table.empty


@pytest.mark.parametrize(("steps", "due"), [(10, [4, 8, 10]), (8, [4, 8])])
def test_validations_are_due_at_even_steps_and_at_the_end(steps, due):
    validation = Validation(4, None, lambda step, folder: {"score": 0.0}, "")
    assert [step for step in range(1, steps + 1) if validation.is_due(step, steps)] == due


def test_the_best_checkpoint_stays_and_patience_counts_from_it(tmp_path):
    scores = {1: 0.5, 2: 0.7, 3: 0.1, 4: 0.2}
    validation = Validation(1, 2, lambda step, folder: {"score": scores[step], "verified": step / 8}, "")
    work = WorkFolder(tmp_path, "training", "key")
    choice = CheckpointChoice(validation, work, "k")
    over = []
    for step in scores:
        with work.writing(choice.folder(step)) as folder:
            folder.mkdir()
            (folder / "weights").write_text(str(step))
        choice.add(step, step / 100, work.file(choice.folder(step)))
        over.append(choice.is_over(step))
    assert over == [False, False, False, True]
    assert [path.name for path in work.path.glob("*/step_*") if path.is_dir()] == ["step_000002"]
    again = CheckpointChoice(validation, work, "k")
    assert again.has(4)
    assert not again.has(5)
    assert again.table()["loss"].tolist() == [0.01, 0.02, 0.03, 0.04]
    again.copy_best(tmp_path / "best")
    assert (tmp_path / "best" / "weights").read_text() == "2"
    again.remove()
    assert not again.has(4)
