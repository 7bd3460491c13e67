import pytest
import torch

from likeness.diffusion.blend import BlendPlan, blended, latent_mask, word_map

GRID, SIZE = (4, 4), (8, 8)


def spot(row, column, value=1.0, token=1, grid=GRID):
    """Maps (positions, 3 tokens) that are 0 but at one place of one token."""
    maps = torch.zeros(*grid, 3)
    maps[row, column, token] = value
    return maps.flatten(0, 1)


def plan(**changes):
    settings = {"source": (), "target": (), "subtract_source": (), "subtract_target": ()}
    return BlendPlan(**(settings | {"first_step": 0, "threshold": 0.5, "mask": None} | changes))


def test_a_map_is_pooled_scaled_and_divided_by_its_greatest():
    alone = word_map(spot(1, 2, 7.0), [1], GRID, SIZE, pool=False)
    pooled = word_map(spot(1, 2, 7.0), [1], GRID, SIZE, pool=True)
    assert alone.shape == pooled.shape == SIZE
    assert (alone.max().item(), pooled.max().item()) == (1, 1)
    # One position is two latents a side; pooling makes it three positions.
    assert alone[2:4, 4:6].min() == 1
    assert alone[:, :3].max() == alone[5:].max() == 0
    assert pooled[1:5, 3:7].min() == 1
    assert pooled[7].max() == pooled[:, 0].max() == 0


def test_the_tokens_of_a_word_are_summed():
    maps = spot(0, 0, 1.0, token=1) + spot(3, 3, 4.0, token=2)
    both = word_map(maps, [1, 2], GRID, SIZE, pool=False)
    assert (both[0, 0].item(), both[7, 7].item()) == (0.25, 1)
    assert word_map(maps, [1], GRID, SIZE, pool=False)[7, 7] == 0


def test_no_attention_is_nowhere():
    assert word_map(spot(0, 0), [2], GRID, SIZE, pool=True).max() == 0


def test_maps_need_not_be_square():
    scaled = word_map(spot(1, 4, grid=(2, 5)), [1], (2, 5), (6, 15), pool=False)
    assert scaled.shape == (6, 15)
    assert scaled[4, 13] == 1
    assert scaled[:, :10].max() == 0


def test_regions_of_the_source_and_of_the_edit_may_change():
    source, edited = spot(0, 0), spot(3, 3, token=2)
    both = plan(source=(1,), target=(2,)).place(source, edited, GRID, SIZE)
    assert both.unique().tolist() == [0, 1]
    assert both[0, 0] == both[7, 7] == 1
    assert both[0, 7] == both[7, 0] == 0
    only = plan(source=(1,)).place(source, edited, GRID, SIZE)
    assert (only[0, 0], only[7, 7]) == (1, 0)


def test_subtracted_words_keep_their_region_unpooled():
    source, edited = spot(1, 1), spot(1, 1, token=2)
    changing = plan(source=(1,)).place(source, edited, GRID, SIZE)
    for subtract in ({"subtract_target": (2,)}, {"subtract_source": (1,)}):
        kept = plan(source=(1,), **subtract).place(source, edited, GRID, SIZE)
        assert kept[2:4, 2:4].max() == 0
        assert kept[1, 1] == 1
        assert kept.sum() < changing.sum()


def test_with_subtracted_words_alone_all_else_may_change():
    mask = plan(subtract_source=(1,)).place(spot(0, 0), spot(3, 3), GRID, SIZE)
    assert mask[:2, :2].max() == 0
    assert mask.sum() == 64 - 4


@pytest.mark.parametrize(("threshold", "positions"), [(0.2, 2), (0.3, 1)])
def test_the_threshold_is_a_share_of_the_greatest(threshold, positions):
    maps = spot(0, 0, 8.0) + spot(3, 3, 2.0)
    mask = plan(subtract_source=(1,), threshold=threshold).place(maps, maps, GRID, SIZE)
    assert int(mask[0, 0] == 0) + int(mask[7, 7] == 0) == positions


def test_a_mask_of_ones_own_is_taken_as_it_is():
    own = torch.rand(SIZE)
    assert torch.equal(plan(mask=own).place(None, None, GRID, SIZE), own)


def test_a_mask_of_the_picture_is_averaged_over_each_latent():
    mask = torch.zeros(16, 32)
    mask[:8, :8] = 1
    mask[8:, 8:12] = 1
    assert latent_mask(mask, (2, 4)).tolist() == [[1, 0, 0, 0], [0, 0.5, 0, 0]]


def test_blending_is_exact_at_both_ends():
    source, edited = torch.randn(2, 3, 4, 4).mul(1e3)
    mask = torch.zeros(4, 4)
    assert torch.equal(blended(source, edited, mask), source)
    assert torch.equal(blended(source, edited, mask + 1), edited)
    mask[1, 2] = 1
    both = blended(source, edited, mask)
    assert torch.equal(both[:, 1, 2], edited[:, 1, 2])
    assert torch.equal(both[:, 0], source[:, 0])
    assert torch.allclose(blended(source, edited, mask * 0.25)[:, 1, 2], (0.75 * source + 0.25 * edited)[:, 1, 2])
