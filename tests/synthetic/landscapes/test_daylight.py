import math
from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.daylight import clear_of_land, daylight, linear, luminance
from likeness.synthetic.landscapes.landscape import HOURS, WEATHERS
from likeness.synthetic.landscapes.view import column_of


def of(landscape, seed=0, **changes):
    return daylight(replace(landscape, **changes), np.random.default_rng(seed))


def warmth(colour):
    return colour[0] / colour[2]


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize("weather", WEATHERS)
def test_light_is_light(plain, hour, weather):
    light = of(plain, hour=hour, weather=weather)
    assert math.hypot(*light.sun) == pytest.approx(1)
    assert light.sun[1] > 0
    for colour in (light.sun_colour, light.ambient, light.zenith, light.middle, light.horizon, light.cloud_light):
        assert min(colour) > 0


def test_hours_differ_in_brightness_and_warmth(plain):
    noon, sunset, night = (of(plain, hour=hour) for hour in ("noon", "sunset", "night"))
    assert luminance(noon.sun_colour) > 3 * luminance(night.sun_colour)
    assert luminance(noon.horizon) > 5 * luminance(night.horizon)
    assert warmth(sunset.horizon) > 3 * warmth(noon.horizon)
    assert noon.sun[1] > 2 * sunset.sun[1]
    assert [light.night for light in (noon, sunset, night)] == [False, False, True]


def test_a_disc_that_is_seen_stands_before_the_viewer(plain):
    for seed in range(12):
        light = of(plain, seed, hour="sunset", sun=True)
        assert light.sun[2] < -0.9
        assert light.disc[0] > 2 * light.disc[2]  # it is red
        assert of(plain, seed, hour="sunset").disc == (0, 0, 0)


def test_the_moon_is_hidden_by_rain_and_fog(plain):
    assert any(luminance(of(plain, seed, hour="night").disc) > 0 for seed in range(8))
    for weather in ("rain", "fog"):
        assert not any(luminance(of(plain, seed, hour="night", weather=weather).disc) for seed in range(8))


def test_weather_takes_the_sun_and_the_distance(plain):
    clear, cloudy, rain, fog = (of(plain, weather=weather) for weather in WEATHERS)
    assert clear.visibility > cloudy.visibility > rain.visibility > fog.visibility
    assert luminance(clear.sun_colour) > luminance(cloudy.sun_colour) > luminance(rain.sun_colour)
    assert clear.cover < cloudy.cover < rain.cover
    assert of(plain, hour="night").stars > of(plain, hour="night", weather="cloudy").stars
    assert of(plain).stars == 0


def test_named_colours_are_linear():
    assert linear(1.0, 0.5, 0.0) == pytest.approx((1.0, 0.2140, 0.0), abs=1e-4)
    assert luminance((1.0, 1.0, 1.0)) == pytest.approx(1)


def test_a_disc_rises_clear_of_the_land(plain, view):
    light = of(plain, hour="sunset", sun=True)
    wall = np.full((64, 64), np.inf, np.float32)
    wall[14:] = 500.0  # a ridge up to row 14
    row = view.horizon - view.focal * light.sun[1] / -light.sun[2]
    assert row > 14
    risen = clear_of_land(light, wall, view)
    assert math.hypot(*risen.sun) == pytest.approx(1)
    assert view.horizon - view.focal * risen.sun[1] / -risen.sun[2] < 14
    assert replace(risen, sun=light.sun) == light


def test_a_disc_goes_to_the_gap_when_the_land_is_too_high(plain, view):
    gorge = np.full((64, 64), 500.0, np.float32)
    gorge[:30, 44:58] = np.inf
    risen = clear_of_land(of(plain, hour="sunset", sun=True), gorge, view)
    assert 44 < column_of(view, risen.sun[0], -risen.sun[2]) < 58


def test_a_light_without_a_disc_stays(plain, view):
    light = of(plain)
    assert clear_of_land(light, np.full((64, 64), 500.0, np.float32), view) is light
