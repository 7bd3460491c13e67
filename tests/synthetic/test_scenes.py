import numpy as np
import pytest

from likeness.synthetic import scenes

SCENES = (
    scenes.studio,
    scenes.forest,
    scenes.beach,
    scenes.city,
    scenes.mountains,
    scenes.library,
    scenes.garden,
    scenes.snow,
    scenes.room,
    scenes.night,
)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_a_picture(scene):
    first, again, other = (scene(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (scenes.SIZE, scenes.SIZE, 3)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.01


def mean(scene):
    return np.mean([np.clip(scene(np.random.default_rng(seed)), 0, 1).mean((0, 1)) for seed in range(4)], axis=0)


def test_places_look_like_themselves():
    for green in (scenes.forest, scenes.garden):
        red, middle, blue = mean(green)
        assert middle > red
        assert middle > blue
    assert mean(scenes.night).mean() < 0.2 < mean(scenes.snow).mean()
    red, _, blue = mean(scenes.library)
    assert red > blue
    shore = scenes.beach(np.random.default_rng(0))
    assert shore[0, :, 2].mean() > shore[0, :, 0].mean()  # sky above
    assert shore[-1, :, 0].mean() > shore[-1, :, 2].mean()  # sand below
    assert scenes.night(np.random.default_rng(0)).max() > 1.5  # lamps
