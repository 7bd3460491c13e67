import numpy as np
import pytest

from likeness.synthetic.mouth import ENAMEL, GUMS, mouth_colour


def test_teeth_stand_in_a_row():
    tooth = mouth_colour(0.5 * np.pi / 21, -0.45, -1.13, 1.0)
    assert tooth == pytest.approx(ENAMEL)
    assert mouth_colour(0.0, -0.45, -1.13, 1.0)[0] < 0.9 * tooth[0]  # between two of them
    dark = tuple(0.55 * value for value in GUMS)
    for beside in ((0.07, -0.45, -1.4), (0.07, 0.0, -1.13), (0.7, -0.45, -1.13)):
        assert mouth_colour(*beside, 1.0) == pytest.approx(dark)


def test_the_newborn_have_none():
    assert mouth_colour(0.07, -0.45, -1.13, 0.0) == pytest.approx(tuple(0.55 * value for value in GUMS))
