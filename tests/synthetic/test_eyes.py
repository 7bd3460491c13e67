import math

import numpy as np
import pytest

from likeness.synthetic.eyes import IRIS, Eyes, eye_colour, lid_shadow

EYES = Eyes(
    seed=1,
    centres=((0.03, 0.0, 0.0), (-0.03, 0.0, 0.0)),
    radius=0.012,
    iris=(0.1, 0.2, 0.5),
    gaze=(0.0, -1.0, 0.0),
    pupil=0.2,
)


def seen(angle, side=0, turn=0.3):
    """Colour and cornea at an angle from the gaze."""
    x, z = math.sin(angle) * math.cos(turn), math.sin(angle) * math.sin(turn)
    centre = EYES.centres[side]
    point = (centre[0] + 0.012 * x, centre[1] - 0.012 * math.cos(angle), centre[2] + 0.012 * z)
    colour, cornea = eye_colour(point, side, EYES)
    return np.array(colour), cornea


@pytest.mark.parametrize("side", [0, 1])
def test_pupil_iris_and_white_lie_around_the_gaze(side):
    pupil, cornea = seen(0.05, side)
    assert pupil.max() < 0.01
    assert cornea == 1
    iris, _ = seen(0.33, side)
    assert iris[2] > iris[1] > iris[0]
    assert iris[2] / iris[0] > 4
    white, cornea = seen(0.8, side)
    assert white.min() > 0.65
    assert cornea == 0


def test_the_irises_rim_is_dark_and_soft():
    limbus, middle = seen(IRIS - 0.04)[0].sum(), seen(0.33)[0].sum()
    assert limbus < middle < seen(IRIS + 0.1)[0].sum()
    assert 0 < seen(IRIS)[1] < 1


def test_irises_have_streaks():
    assert np.ptp([seen(0.33, turn=turn)[0][2] for turn in np.linspace(0, 6, 60)]) > 0.05


def test_lids_shade_the_eye_from_above_and_the_sides():
    assert lid_shadow((0.0, -0.012, 0.0), 0.012) == 1
    assert lid_shadow((0.0, -0.01, -0.006), 0.012) == 1
    assert lid_shadow((0.0, -0.01, 0.006), 0.012) == 0.5
    assert lid_shadow((0.01, -0.005, 0.0), 0.012) == lid_shadow((-0.01, -0.005, 0.0), 0.012) == 0.75
