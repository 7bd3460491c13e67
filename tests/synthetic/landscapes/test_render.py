from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import KINDS
from likeness.synthetic.landscapes.render import render_landscape


def picture(landscape, size=64, **changes):
    if changes.get("kind") == "street":
        changes |= {"car": "yellow", "car_kind": "old"}
    return render_landscape(replace(landscape, **changes), size, supersampling=1.0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_painted(plain, kind):
    found = picture(plain, kind=kind, tree="oak", house=True, path=True, figure="boy")
    assert found.shape == (64, 64, 3)
    assert found.dtype == np.uint8
    assert 40 < found.mean() < 220
    assert found.std() > 20


def test_a_landscape_is_the_same_picture_every_time(plain):
    np.testing.assert_array_equal(picture(plain, tree="pine"), picture(plain, tree="pine"))
    assert (picture(plain) != picture(plain, seed=4)).any()


def test_supersampling_changes_the_edges_not_the_picture(plain):
    plain_one, fine = (render_landscape(plain, 64, supersampling=factor).astype(float) for factor in (1.0, 2.0))
    assert np.corrcoef(plain_one.ravel(), fine.ravel())[0, 1] > 0.9


def test_hours_seasons_and_weathers_can_be_told_apart(plain):
    noon, night, sunset = (picture(plain, hour=hour).astype(float) for hour in ("noon", "night", "sunset"))
    assert noon.mean() > 1.8 * night.mean()
    assert sunset[:30, :, 0].mean() > 1.3 * sunset[:30, :, 2].mean()
    assert noon[:30, :, 2].mean() > 1.3 * noon[:30, :, 0].mean()
    winter = picture(plain, season="winter").astype(float)
    assert winter[50:].min(axis=2).mean() > 1.5 * noon[50:].min(axis=2).mean()
    fog, rain = picture(plain, weather="fog").astype(float), picture(plain, weather="rain").astype(float)
    assert fog[:30].std() < 0.3 * noon[:30].std()
    assert np.ptp(rain[:30].mean(axis=(0, 1))) < 0.5 * np.ptp(noon[:30].mean(axis=(0, 1)))


def test_a_sun_that_is_asked_for_is_seen_over_the_mountains(plain):
    for seed in range(4):
        with_sun, without = (
            picture(plain, seed=seed, kind="mountains", hour="noon", sun=sun).astype(float).min(axis=2)
            for sun in (True, False)
        )
        assert (with_sun > 245).sum() > (without > 245).sum() + 2


def test_fantasy_and_snowfall_and_dawn_add_something(plain):
    usual = picture(plain).astype(float)
    assert np.abs(picture(plain, fantasy=True) - usual).mean() > 8
    falling = picture(plain, seed=5, season="winter", weather="cloudy").astype(float)
    clear = picture(plain, seed=6, season="winter", weather="cloudy").astype(float)
    assert np.abs(np.diff(falling[50:], axis=1)).mean() > np.abs(np.diff(clear[50:], axis=1)).mean()
    assert picture(plain, hour="dawn").mean() != usual.mean()
