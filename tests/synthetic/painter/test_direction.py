import cv2
import numpy as np
import pytest

from likeness.synthetic.painter.direction import halved, stroke_directions, structure
from likeness.synthetic.painter.style import Direction

SIZE = 128


def stripes(angle, period=16):
    """Stripes that run at an angle, degrees anticlockwise from the horizontal."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    across = x * np.sin(np.radians(angle)) + y * np.cos(np.radians(angle))
    lightness = 50 + 40 * np.sin(2 * np.pi * across / period)
    return np.stack([lightness, 0 * lightness, 0 * lightness], -1).astype(np.float32)


def angles(field):
    """Degrees anticlockwise, 0 to 180."""
    return np.degrees(np.arctan2(-field[..., 1], field[..., 0])) % 180


def directions(lab, seed=0, **changes):
    plain = {"sway": 0.0, "spread": 0.0}
    return stroke_directions(lab, Direction(**(plain | changes)), np.random.default_rng(seed))


@pytest.mark.parametrize("angle", [10, 45, 90, 130])
def test_the_tensor_finds_the_tangent(angle):
    tangent, roots = structure(stripes(angle), 1, 4)
    middle = angles(halved(tangent))[32:-32, 32:-32]
    np.testing.assert_allclose(middle, angle, atol=2)
    length = np.hypot(tangent[..., 0], tangent[..., 1])
    assert (length <= roots * 1.0001).all()
    assert (length > 0.98 * roots)[32:-32, 32:-32].all()  # of stripes one root is nought


def test_the_tensor_of_a_ramp_is_its_gradient_squared():
    ramp = np.zeros((SIZE, SIZE, 3), np.float32)
    ramp[..., 0], ramp[..., 2] = 0.3 * np.arange(SIZE), 0.4 * np.arange(SIZE)
    tangent, roots = structure(ramp, 1, 2)
    assert roots[64, 64] == pytest.approx(0.25, rel=1e-3)
    np.testing.assert_allclose(tangent[64, 64], [-0.25, 0], atol=1e-3)


def test_strokes_follow_edges_as_far_as_they_are_asked_to():
    along = directions(stripes(90), angle=0, follow=1)
    np.testing.assert_allclose(np.hypot(along[..., 0], along[..., 1]), 1, atol=1e-5)
    assert np.abs(angles(along)[32:-32, 32:-32] - 90).max() < 3
    preferred = angles(directions(stripes(90), angle=30, follow=0))
    np.testing.assert_allclose(preferred, 30, atol=0.01)


def test_where_nothing_is_seen_strokes_run_as_preferred():
    np.testing.assert_allclose(angles(directions(0 * stripes(0), angle=70, follow=1)), 70, atol=0.01)


def test_the_preference_wanders_and_sways():
    flat = 0 * stripes(0)
    wandering = angles(directions(flat, angle=90, spread=30))
    assert 5 < wandering.std() < 25
    assert np.abs(np.diff(wandering, axis=1)).max() < 4
    swaying = [angles(directions(flat, seed, angle=90, sway=6)) for seed in range(40)]
    assert all(np.ptp(angle) < 0.01 for angle in swaying)
    assert 4 < np.std([angle.mean() for angle in swaying]) < 8


def test_within_a_patch_strokes_are_parallel():
    found = np.round(angles(directions(0 * stripes(0), angle=90, spread=40, patch=0.25)), 3)
    levels, counts = np.unique(found, return_counts=True)
    assert 12 <= len(levels) <= 36
    assert counts.sum() == SIZE * SIZE
    assert 50 <= levels.min() <= levels.max() <= 130


def test_patches_keep_to_regions_of_like_colour():
    halves = np.zeros((SIZE, SIZE, 3), np.float32)
    halves[:, SIZE // 2 + 5 :] = (80, 30, 30)

    def shared(lab):
        """Share of the pixels beside the border whose patch goes on across it."""
        found = angles(directions(cv2.GaussianBlur(lab, (0, 0), 0.1), angle=90, spread=40, patch=0.25))
        return float((np.abs(found[:, SIZE // 2 + 3] - found[:, SIZE // 2 + 7]) < 1e-3).mean())

    assert shared(halves) < 0.15
    assert shared(0 * halves) > 0.5
