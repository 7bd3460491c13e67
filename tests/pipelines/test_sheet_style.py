import numpy as np
import pytest
from matplotlib.colors import LinearSegmentedColormap

from likeness.pipelines.sheet_style import heated

COLOURS = LinearSegmentedColormap.from_list("colours", ["black", "red"])


def test_heat_takes_its_colours_over_a_grey_picture():
    picture = np.zeros((8, 6, 3), np.uint8)
    picture[..., 0] = 153  # grey .2
    level = np.zeros((4, 3))
    level[0, 0] = 1
    shown = heated(picture, level, COLOURS)
    assert shown.shape == picture.shape
    # Cold: mostly the picture, turned grey; hot: mostly the colour, and still something of the picture.
    np.testing.assert_allclose(shown[-1, -1], 0.8 * 0.2, atol=1e-6)
    np.testing.assert_allclose(shown[0, 0], [0.15 * 0.2 + 0.85, 0.15 * 0.2, 0.15 * 0.2], atol=0.03)


@pytest.mark.parametrize("level", [0.0, 1.0, 2.0, -1.0])
def test_heat_stays_within_0_and_1(level):
    picture = np.full((4, 4, 3), 255, np.uint8)
    shown = heated(picture, np.full((2, 2), level), COLOURS)
    assert 0 <= shown.min() <= shown.max() <= 1
    np.testing.assert_array_equal(shown, heated(picture, np.full((2, 2), np.clip(level, 0, 1)), COLOURS))
