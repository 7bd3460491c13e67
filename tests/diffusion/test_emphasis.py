import pytest
import torch

from likeness.diffusion.emphasis import region_weights


def test_a_region_weighs_more_and_the_mean_stays_one():
    (weights,) = region_weights([(0.25, 0.5, 0.5, 1.0)], 4, 5.0, mirrored=False)
    # Two of sixteen positions weigh 5 and fourteen weigh 1: their mean is 1.5.
    expected = torch.full((4, 4), 1 / 1.5)
    expected[2:, 1] = 5 / 1.5
    torch.testing.assert_close(weights[0, 0], expected)


def test_a_position_counts_by_what_the_region_covers_of_it():
    (weights,) = region_weights([(0.0, 0.0, 0.75, 0.5)], 2, 3.0, mirrored=False)
    before = torch.tensor([[3.0, 2.0], [1.0, 1.0]])
    torch.testing.assert_close(weights[0, 0], before / before.mean())


def test_without_a_region_all_counts_alike():
    weights = region_weights([None, (0.0, 0.0, 1.0, 1.0)], 3, 4.0, mirrored=False)
    torch.testing.assert_close(weights, torch.ones(2, 1, 1, 3, 3))


def test_the_mirrored_variant_has_the_region_mirrored():
    weights = region_weights([(0.0, 0.0, 0.5, 0.5), None], 4, 2.0, mirrored=True)
    assert weights.shape == (2, 2, 1, 4, 4)
    assert weights[0, 1].equal(weights[0, 0].flip(-1))
    assert not weights[0, 1].equal(weights[0, 0])


@pytest.mark.parametrize("weight", [0.5, 1.0, 10.0])
def test_the_mean_is_one(weight):
    weights = region_weights([(0.1, 0.2, 0.55, 0.9)], 7, weight, mirrored=False)
    assert weights.mean().item() == pytest.approx(1)
