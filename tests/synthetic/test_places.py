import numpy as np
import pytest

from likeness.synthetic.places import PLACES, _disc, backdrop


@pytest.mark.parametrize("kind", PLACES)
def test_backdrops_are_light_of_any_size(kind):
    image = backdrop(kind, np.random.default_rng(0), 48, 0.02)
    assert image.shape == (48, 48, 3)
    assert image.dtype == np.float32
    assert np.isfinite(image).all()
    np.testing.assert_array_equal(image, backdrop(kind, np.random.default_rng(0), 48, 0.02))


def test_more_blur_leaves_less_detail():
    detail = [
        np.abs(np.diff(backdrop("city", np.random.default_rng(0), 96, blur), axis=1)).mean()
        for blur in (0.0, 0.01, 0.05)
    ]
    assert detail == sorted(detail, reverse=True)
    assert detail[-1] < 0.6 * detail[0]


def test_a_point_becomes_a_disc():
    kernel = _disc(3.0)
    assert kernel.shape == (7, 7)
    assert kernel.sum() == pytest.approx(1)
    assert kernel[0, 0] == 0
    assert kernel[3, 3] == kernel[3, 5] == kernel.max()
    np.testing.assert_allclose(kernel, kernel.T)


def test_captions_can_name_every_place():
    phrases = [place.phrase for place in PLACES.values()]
    assert len(set(phrases)) == len(phrases) == 10
    assert all(phrase.split()[0] in ("in", "at") for phrase in phrases)
