import numpy as np
import pytest

from likeness.synthetic.landscapes.objects import finishes
from likeness.synthetic.landscapes.objects.finishes import BARK, BRICK, MATT, PLANKS, PLASTER, STONE, TILES, pattern

PATTERNED = (BRICK, STONE, TILES, PLANKS, BARK, PLASTER)


def wall(finish, pixel):
    return np.array([[pattern(finish, u, v, pixel) for u in np.arange(0, 4, 0.05)] for v in np.arange(0, 4, 0.05)])


def test_finishes_are_told_apart():
    names = [name for name in vars(finishes) if name.isupper() and not name.startswith("_")]
    assert len({getattr(finishes, name) for name in names}) == len(names) == 12


@pytest.mark.parametrize("finish", PATTERNED)
def test_a_pattern_varies_about_one_and_fades_from_afar(finish):
    near, far = wall(finish, 0.01), wall(finish, 5.0)
    assert 0.8 < near.mean() < 1.15
    assert near.std() > 0.02
    assert far.std() < 1e-6


def test_what_is_matt_has_no_pattern():
    assert wall(MATT, 0.01).std() == 0


def test_bricks_lie_in_courses_that_overlap_by_half():
    joint = [[pattern(BRICK, u, row * 0.2 + 0.1, 0.001) < 0.75 for u in np.arange(0, 2, 0.004)] for row in range(2)]
    first, second = (np.flatnonzero(row) * 0.004 for row in joint)
    assert np.abs((second[:, None] - first[None]) % 0.52 - 0.26).min(axis=1).max() < 0.05
