import numpy as np
import pytest

from likeness.synthetic.landscapes.objects.branches import Habit, grow

HABIT = Habit(
    levels=3,
    pieces=4,
    forks=4,
    first_fork=0.4,
    spread=0.8,
    limb=0.9,
    length=0.6,
    wander=0.2,
    rise=0.0,
    girth=0.6,
    taper=0.5,
)


def test_limbs_hang_together(rng):
    branches = grow(HABIT, 4.0, 0.3, rng)
    np.testing.assert_array_equal(branches.start[0], 0)
    for start in branches.start[1:]:
        assert np.linalg.norm(branches.end - start, axis=1).min() < 1e-5


def test_limbs_grow_thinner_and_part_as_often_as_asked(rng):
    branches = grow(HABIT, 4.0, 0.3, rng)
    assert (branches.radii[:, 1] <= branches.radii[:, 0]).all()
    thickest = [branches.radii[branches.level == level].max() for level in range(4)]
    assert thickest[:2] == pytest.approx([0.3, 0.3 * 0.75 * 0.6])  # the first fork, half way up
    assert thickest == sorted(thickest, reverse=True)
    assert [int((branches.level == level).sum()) for level in range(4)] == [4 * 4**level for level in range(4)]


def test_growth_stops_at_the_thin_end():
    whole, part = (grow(HABIT, 4.0, 0.3, np.random.default_rng(0), most=most) for most in (4000, 50))
    assert len(part.start) == 50
    np.testing.assert_array_equal(part.end, whole.end[:50])


@pytest.mark.parametrize("seed", range(5))
def test_limbs_keep_off_the_ground(seed):
    hanging = HABIT._replace(spread=1.5, rise=-0.1)
    assert grow(hanging, 4.0, 0.3, np.random.default_rng(seed)).end[:, 1].min() > 0


def test_rising_limbs_end_higher_and_a_lean_moves_the_top():
    def tips(habit, lean=0.0):
        return np.concatenate([grow(habit, 4.0, 0.3, np.random.default_rng(seed), lean=lean).end for seed in range(6)])

    assert tips(HABIT._replace(rise=0.3))[:, 1].mean() > tips(HABIT)[:, 1].mean() + 0.3
    assert tips(HABIT, lean=0.5)[:, 0].mean() > tips(HABIT)[:, 0].mean() + 0.8
