from __future__ import annotations

import pytest
import torch

from likeness.personalise.block_quantisation import BLOCK, dequantised, dither, quantised


def magnitudes(decades):
    """Four blocks of values that lie so many decades apart, some of them zero."""
    random = torch.rand(2, 4, BLOCK, generator=torch.Generator().manual_seed(0))
    return torch.where(random[0] < 0.1, 0.0, 10 ** (-decades * random[1]))


@pytest.mark.parametrize(("threshold", "small", "between"), [(0.45, 1, 6), (0.55, 0, 5)])
def test_a_block_by_hand(threshold, small, between):
    values = torch.zeros(1, BLOCK)
    # With ten levels and 2000 as the largest value, code c stands for 2 c^3: 250 and 432 for 5 and 6, 341 is halfway.
    values[0, :4] = torch.tensor([2000.0, 1.0, 341.0, 54.1])
    codes, largest = quantised(values, 10, torch.full((BLOCK,), threshold))
    assert largest.tolist() == [[2000.0]]
    assert codes[0, :5].tolist() == [10, small, between, 3, 0]
    assert dequantised(torch.tensor([[-5, 0, 6]]), largest, 10)[0].tolist() == pytest.approx([-250, 0, 432])


@pytest.mark.parametrize("levels", [127, 255])
@pytest.mark.parametrize(("decades", "size"), [(1, 1), (6, 1), (2, 0), (2, 1e-29), (2, 1e30)])
def test_a_round_trip_errs_by_less_than_a_level(levels, decades, size):
    values = magnitudes(decades) * size
    codes, largest = quantised(values, levels, dither(torch.tensor(3.0)))
    assert torch.equal(codes, codes.round())
    assert (codes.min(), codes.max()) == (0, levels if size else 0)
    width = ((codes + 1) ** 3 - codes**3) * (largest / levels**3)
    again = dequantised(codes, largest, levels)
    assert bool(((again - values).abs() <= width).all())
    assert not bool(again[values == 0].any())
    assert torch.allclose(again.amax(1), values.amax(1), rtol=1e-6)


def test_thresholds_are_even_in_time_and_along_a_block_and_nothing_is_lost_on_average():
    thresholds = torch.stack([dither(torch.tensor(float(step))) for step in range(1, 513)])
    for found in (thresholds, thresholds.T):
        even = (torch.arange(len(found)) + 0.5) / len(found)
        assert float((found.sort(0).values - even[:, None]).abs().max()) < 0.01
    values = magnitudes(3)
    coded = [quantised(values, 127, step) for step in thresholds]
    mean = torch.stack([dequantised(codes, largest, 127) for codes, largest in coded]).mean(0)
    codes, largest = coded[0]
    assert float(((mean - values) / ((codes + 1) ** 3 - codes**3) / largest * 127**3).abs().max()) < 0.02
