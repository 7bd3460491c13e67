import numpy as np
import pytest

from likeness.pipelines.prompt_edit.masks import region_mask


def test_a_map_is_scaled_to_the_picture_and_cut_at_the_threshold():
    attention = np.zeros((4, 4))
    attention[1, 2] = 1
    mask = region_mask([attention], 64, 0.5)
    rows, columns = np.nonzero(mask)
    assert mask.shape == (64, 64)
    # Bilinear: half of the greatest is reached half a cell from the centre of cell (1, 2).
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (16, 31, 32, 47)
    assert mask[24, 40]


def test_a_region_of_several_words_is_where_any_of_them_is():
    first, second = np.zeros((2, 2)), np.zeros((2, 2))
    first[0, 0], second[1, 1] = 1, 1
    both = region_mask([first, second], 32, 0.6)
    assert np.array_equal(both, region_mask([first], 32, 0.6) | region_mask([second], 32, 0.6))
    assert both[2, 2]
    assert both[29, 29]
    assert not both[2, 29]


@pytest.mark.parametrize("threshold", [0.2, 0.8])
def test_a_higher_threshold_leaves_less(threshold):
    attention = np.linspace(0, 1, 16).reshape(4, 4)
    assert region_mask([attention], 32, threshold).mean() == pytest.approx(1 - threshold, abs=0.08)


def test_a_word_attended_to_everywhere_has_a_region_where_it_is_attended_to_more():
    attention = np.full((4, 4), 0.6)
    attention[2, 1] = 1
    assert np.array_equal(region_mask([attention], 32, 0.5), region_mask([(attention - 0.6) / 0.4], 32, 0.5))
    assert region_mask([np.full((4, 4), 0.3)], 32, 0.5).all()
