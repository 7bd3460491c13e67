import numpy as np
import pytest

from likeness.synthetic.growth import FaceWindow, Habit, Seedlings, grow
from likeness.synthetic.skull import Skull

UNIT = 0.06
STRAIGHT = Habit(
    seed=1, steps=12, lift=0.3, gravity=0.0, curl=0.0, turns=0.0, clump=0.0, body=0.0, tied=0.0, knot=(0.0, 0.0, 0.0)
)
OPEN = FaceWindow((0.0, -0.1, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), 0.0, 0.0)
BALL = Skull(np.full((24, 48), 0.1, np.float32), (0.0, 0.0, 0.0))


def seedlings(count=300, length=0.2, comb=(0.0, 0.0, -1.0)):
    """Hair on the upper half of a ball of 10 cm."""
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((count, 3))
    normals[:, 2] = np.abs(normals[:, 2])
    normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
    return Seedlings(
        normals * np.float32(0.1),
        normals,
        np.tile(np.array(comb, np.float32), (count, 1)),
        np.full(count, length, np.float32),
        rng.random(count).astype(np.float32),
    )


def test_strands_start_at_their_roots():
    sown = seedlings()
    nodes = grow(sown, STRAIGHT, BALL, OPEN, UNIT)
    assert nodes.shape == (300, 13, 3)
    np.testing.assert_array_equal(nodes[:, 0], sown.roots)


@pytest.mark.parametrize("body", [0.0, 0.02])
def test_strands_stay_outside_the_skull(body):
    sown = seedlings(comb=(0.3, 0.2, -2.0))
    distance = np.linalg.norm(grow(sown, STRAIGHT._replace(body=body, gravity=0.8), BALL, OPEN, UNIT), axis=-1)
    clearance = body * (0.12 + 0.88 * sown.layer)
    assert (distance >= 0.0999).all()
    assert (distance[:, -1] >= 0.0999 + clearance).all()


def test_free_strands_have_their_length():
    upwards = seedlings(comb=(0.0, 0.0, 1.0))
    steps = np.diff(grow(upwards, STRAIGHT, BALL, OPEN, UNIT), axis=1)
    np.testing.assert_allclose(np.linalg.norm(steps, axis=-1).sum(1), 0.2, rtol=1e-3)


def test_gravity_pulls_strands_down():
    falls = [
        grow(seedlings(), STRAIGHT._replace(gravity=gravity), BALL, OPEN, UNIT)[:, -1, 2].mean()
        for gravity in (0, 0.4, 0.9)
    ]
    assert falls == sorted(falls, reverse=True)
    assert falls[-1] < falls[0] - 0.005


def test_strands_leave_the_face_free_when_asked():
    sown = seedlings(count=600, length=0.3, comb=(0.0, -1.0, -0.5))
    habit = STRAIGHT._replace(gravity=0.8)

    def before_the_face(half_width):
        offset = grow(sown, habit, BALL, OPEN._replace(half_width=half_width, top=1.25), UNIT)[:, 6:] - np.array(
            OPEN.origin
        )
        side, back, up = np.moveaxis(offset / UNIT, -1, 0)
        return float(((np.abs(side) < 0.6) & (back < 0.5) & (up < 0.2) & (up > -2)).mean())

    assert before_the_face(0.0) > 0.05
    assert before_the_face(1.2) < 0.01


def test_curls_turn_around_the_strand():
    straight = grow(seedlings(), STRAIGHT, BALL, OPEN, UNIT)
    curly = grow(seedlings(), STRAIGHT._replace(curl=0.2, turns=2.0), BALL, OPEN, UNIT)
    away = np.linalg.norm((curly - straight)[..., :2], axis=-1)
    np.testing.assert_array_equal(away[:, 0], 0)
    np.testing.assert_allclose(away[:, 5:], 0.2 * UNIT, rtol=1e-4)


def test_clumps_make_neighbours_alike():
    root = np.array([[0.06, 0, 0.08]], np.float32)
    pair = np.concatenate([root, root + np.float32(0.0005)])
    sown = Seedlings(
        pair, pair * 10, np.tile(np.float32([1, 0, 0]), (2, 1)), np.full(2, 0.1, np.float32), np.ones(2, np.float32)
    )
    first, second = (grow(sown, STRAIGHT._replace(clump=clump), BALL, OPEN, UNIT)[0, -1] for clump in (0.0, 1.0))
    assert np.linalg.norm(first - second) > 0.001  # clumping turns strands …
    tips = grow(sown, STRAIGHT._replace(clump=1.0), BALL, OPEN, UNIT)[:, -1]
    assert np.linalg.norm(tips[0] - tips[1]) < 0.05  # … the same way


def test_tied_strands_end_at_the_knot():
    knot = (0.0, 0.12, 0.0)
    ends = {}
    for tied in (0.0, 0.6):
        nodes = grow(seedlings(comb=(0.0, 1.0, 0.0)), STRAIGHT._replace(tied=tied, knot=knot), BALL, OPEN, UNIT)
        ends[tied] = np.linalg.norm(nodes - np.array(knot), axis=-1).min(1)
    assert np.median(ends[0.6]) < 0.03
    assert np.median(ends[0.6]) < 0.5 * np.median(ends[0.0])
