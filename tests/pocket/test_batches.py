import pytest
import torch

from likeness.pocket.batches import (
    random_crops,
    random_flips,
    random_indices,
    sample_captions,
    sample_latents,
    step_generator,
    stratified_indices,
    to_network,
)

CPU = torch.device("cpu")


def places(count, height, width):
    """Pictures whose colours say where a pixel is: row, column, picture."""
    pictures = torch.zeros(count, height, width, 3, dtype=torch.uint8)
    pictures[..., 0] = torch.arange(height)[:, None]
    pictures[..., 1] = torch.arange(width)
    pictures[..., 2] = torch.arange(count)[:, None, None]
    return pictures


def test_a_step_draws_the_same_again_and_another_step_something_else():
    draws = [random_indices(1000, 8, step_generator(CPU, *key)).tolist() for key in ((1, 5), (1, 5), (1, 6), (2, 5))]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]
    assert draws[0] != draws[3]


@pytest.mark.parametrize(("count", "size"), [(1000, 256), (1000, 10), (7, 7), (3, 8)])
def test_stratified_rows_lie_each_in_their_own_share(count, size):
    for step in range(20):
        indices = stratified_indices(count, size, step_generator(CPU, 0, step))
        assert indices.dtype == torch.int64
        assert indices.shape == (size,)
        shares = torch.arange(size + 1, dtype=torch.float64) * count / size
        assert (indices >= shares[:-1].floor()).all()
        assert (indices < shares[1:]).all()
        assert indices.max() < count


def test_stratified_rows_are_all_alike_likely():
    # Shares of 2 1/3 rows: a third of a row goes to one share, the rest to the next.
    draws = torch.cat([stratified_indices(7, 3, step_generator(CPU, 0, step)) for step in range(4000)])
    counts = torch.bincount(draws, minlength=7)
    assert len(counts) == 7
    assert (counts - 12000 / 7).abs().max() < 150  # four standard deviations


def test_stratified_rows_are_the_same_again_and_others_at_another_step():
    draws = [stratified_indices(1000, 8, step_generator(CPU, 1, step)).tolist() for step in (5, 5, 6)]
    assert draws[0] == draws[1] != draws[2]


def test_crops_are_contiguous_squares_of_the_chosen_pictures():
    indices = torch.tensor([2, 0, 2])
    crops = random_crops(places(3, 20, 30), indices, 8, step_generator(CPU, 0, 0))
    assert crops.shape == (3, 8, 8, 3)
    assert (crops[..., 2] == indices[:, None, None]).all()
    assert (crops[:, 1:, :, 0].int() - crops[:, :-1, :, 0].int() == 1).all()
    assert (crops[:, :, 1:, 1].int() - crops[:, :, :-1, 1].int() == 1).all()


def test_crops_reach_the_corners_but_prefer_the_middle():
    crops = random_crops(places(1, 20, 20), torch.zeros(4000, dtype=torch.long), 16, step_generator(CPU, 0, 0))
    counts = torch.bincount(crops[:, 0, 0, 0].long(), minlength=5)
    assert counts.min() > 0
    assert counts.argmax() == 2
    assert counts[2] > 2 * counts[0]


def test_small_pictures_are_taken_whole():
    pictures = places(2, 8, 8)
    assert torch.equal(random_crops(pictures, torch.tensor([1]), 16, step_generator(CPU, 0, 0)), pictures[1:])


def test_network_input_spans_minus_one_to_one():
    pixels = to_network(torch.tensor([0, 255, 51], dtype=torch.uint8).reshape(1, 1, 1, 3))
    assert pixels.shape == (1, 3, 1, 1)
    assert torch.allclose(pixels.flatten(), torch.tensor([-1, 1, -0.6]))


def test_half_of_the_pictures_are_mirrored():
    pixels = torch.arange(4.0).expand(500, 1, 2, 4)
    flipped = random_flips(pixels, step_generator(CPU, 0, 0))[:, 0, 0, 0] == 3
    assert 200 < flipped.sum() < 300


def test_latents_have_the_cached_moments():
    moments = torch.stack([torch.full((1, 4, 8, 8), 3.0), torch.full((1, 4, 8, 8), 0.5)], dim=1).half()
    latents = sample_latents(moments, torch.zeros(200, dtype=torch.long), step_generator(CPU, 0, 0))
    assert latents.dtype == torch.float32
    assert abs(latents.mean() - 3) < 0.01
    assert abs(latents.std() - 0.5) < 0.01


def test_captions_are_drawn_evenly_and_dropped_at_times():
    table = torch.tensor([[[1, 1], [2, 2], [3, 3]], [[4, 4], [0, 0], [0, 0]]], dtype=torch.int16)
    counts, empty = torch.tensor([3, 1]), torch.tensor([9, 9])
    indices = torch.tensor([0, 1]).repeat(3000)
    tokens = sample_captions(table, counts, empty, indices, 0.1, step_generator(CPU, 0, 0))
    first, second = tokens[::2, 0], tokens[1::2, 0]
    assert tokens.dtype == torch.int64
    assert sorted(set(first.tolist())) == [1, 2, 3, 9]
    assert sorted(set(second.tolist())) == [4, 9]
    assert 800 < (first == 1).sum() < 1000
    assert 500 < (tokens[:, 0] == 9).sum() < 700
