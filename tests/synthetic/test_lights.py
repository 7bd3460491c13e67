import numpy as np
import pytest

from likeness.synthetic.camera import Camera
from likeness.synthetic.lights import place_lights
from likeness.synthetic.places import PLACES
from likeness.synthetic.shot import Shot

CAMERA = Camera(np.zeros(3, np.float32), np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0]], np.float32), 100.0, 64, (0.0, 0.0))


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_lit(place, rng):
    light = place_lights(Shot(1, 30, place=place), CAMERA, rng)
    assert np.linalg.norm(light.key) == pytest.approx(1)
    assert np.linalg.norm(light.rim) == pytest.approx(1)
    for colour in (light.key_colour, light.sky, light.floor):
        assert min(colour) > 0
    assert min(light.rim_colour) >= 0
    assert sum(light.key_colour) > sum(light.sky) > sum(light.floor) * 0.7


def test_the_key_lamp_is_where_the_shot_says():
    def key(azimuth, elevation):
        shot = Shot(1, 30, light_azimuth=azimuth, light_elevation=elevation)
        return place_lights(shot, CAMERA, np.random.default_rng(0)).key

    assert key(0.0, 0.0) == pytest.approx((0, -1, 0), abs=1e-6)
    assert key(np.pi / 2, 0.0) == pytest.approx((1, 0, 0), abs=1e-6)
    assert key(0.0, np.pi / 2) == pytest.approx((0, 0, 1), abs=1e-6)


def test_the_rim_lamp_stands_behind_on_the_other_side():
    for azimuth in (-0.7, 0.7):
        light = place_lights(Shot(1, 30, light_azimuth=azimuth), CAMERA, np.random.default_rng(0))
        assert light.rim[0] * light.key[0] < 0
        assert light.rim[1] > 0


def test_nights_are_dark():
    sky = {place: sum(place_lights(Shot(1, 30, place=place), CAMERA, np.random.default_rng(0)).sky) for place in PLACES}
    assert min(sky, key=sky.get) == "night"
    assert max(sky, key=sky.get) == "snow"
