import torch

from likeness.personalise.checkpoints import Checkpoints
from likeness.personalise.options import TextualInversionOptions

CPU = torch.device("cpu")


def with_losses(*losses, steps=10):
    """A checkpoint every 3 steps; its vectors are its step."""
    options = TextualInversionOptions(steps=steps, checkpoint_every=3, vectors=2)
    checkpoints = Checkpoints.beside({}, options, 4, CPU)
    for step, loss in zip(checkpoints.steps, losses, strict=False):
        checkpoints.add(step, torch.full((2, 4), float(step)), None if loss is None else torch.tensor(loss))
    return checkpoints


def kept(checkpoints, last):
    table = checkpoints.table(last)
    return table.loc[table["kept"], "step"].tolist()


def test_there_is_one_at_the_start_every_few_steps_and_at_the_end():
    assert with_losses().steps == (0, 3, 6, 9, 10)
    assert with_losses(steps=9).steps == (0, 3, 6, 9)
    assert with_losses(steps=2).steps == (0, 2)


def test_the_one_with_the_lowest_loss_is_kept():
    checkpoints = with_losses(4.0, 3.0, 1.0, 2.0, 5.0)
    assert kept(checkpoints, 10) == [6]
    assert kept(checkpoints, 3) == [3]
    assert checkpoints.table(10)["validation_loss"].tolist() == [4.0, 3.0, 1.0, 2.0, 5.0]
    assert checkpoints.rows(6).tolist() == [[6.0] * 4] * 2


def test_what_has_not_learned_is_never_kept():
    assert kept(with_losses(0.0, 3.0, 2.0), 6) == [6]


def test_a_loss_that_is_no_number_is_never_the_lowest():
    assert kept(with_losses(4.0, float("nan"), 3.0, float("nan")), 9) == [6]


def test_without_losses_the_last_is_kept():
    assert kept(with_losses(None, None, None, None), 9) == [9]


def test_patience_counts_checkpoints_since_the_lowest_loss():
    checkpoints = with_losses(4.0, 1.0, 2.0, 3.0, 0.5)
    assert [checkpoints.is_past_best(step, 2) for step in checkpoints.steps] == [False, False, False, True, False]
    assert not any(checkpoints.is_past_best(step, None) for step in checkpoints.steps)
