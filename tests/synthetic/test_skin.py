import numpy as np
import pytest

from likeness.synthetic.skin import Skin, relief, relief_slope, skin_colour

SMOOTH = Skin(
    seed=1,
    colour=(0.6, 0.4, 0.3),
    lips=(0.6, 0.1, 0.1),
    hair=(0.02, 0.02, 0.02),
    moles=np.zeros((0, 4), np.float32),
    freckles=0.0,
    blush=0.0,
    stubble=0.0,
    wrinkles=0.0,
    folds=0.0,
    age_spots=0.0,
    scalp_cover=1.0,
    gloss=1.0,
)
CHEEK, CHIN, FOREHEAD = (0.6, 0.0, -0.7), (0.1, -0.2, -1.75), (0.1, 0.0, 0.7)


def colour(at, skin=SMOOTH, lips=0, ears=0, scalp=0):
    return np.array(skin_colour(*at, float(lips), float(ears), float(scalp), skin))


def mean(skin, around, reach=0.15):
    offsets = np.random.default_rng(0).uniform(-reach, reach, (200, 2))
    return np.mean([colour((around[0] + x, around[1], around[2] + z), skin) for x, z in offsets], axis=0)


def test_bare_skin_is_its_colour_give_or_take_a_tenth():
    np.testing.assert_allclose(mean(SMOOTH, CHIN), SMOOTH.colour, rtol=0.12)
    ratio = colour(CHIN) / np.array(SMOOTH.colour)
    np.testing.assert_allclose(ratio, ratio[0])  # the tone varies, the hue does not


def test_blush_reddens_cheeks_and_ears():
    flushed = SMOOTH._replace(blush=1.0)
    for change in (
        mean(flushed, CHEEK) / mean(SMOOTH, CHEEK),
        colour((1.2, 1.0, -0.3), flushed, ears=1) / colour((1.2, 1.0, -0.3)),
    ):
        assert change[0] == pytest.approx(1)
        assert change[1] < 0.97
    np.testing.assert_allclose(mean(flushed, FOREHEAD), mean(SMOOTH, FOREHEAD), rtol=0.02)


def test_freckles_and_age_spots_darken_some_places():
    for spotted in (SMOOTH._replace(freckles=1.0), SMOOTH._replace(age_spots=1.0)):
        points = [(x, 0.0, z) for x in np.linspace(-0.6, 0.6, 20) for z in np.linspace(-0.8, -0.3, 20)]
        ratio = np.array([colour(point, spotted)[1] / colour(point)[1] for point in points])
        assert ratio.max() == 1
        assert ratio.min() < 0.8
        assert 0.01 < (ratio < 0.95).mean() < 0.4


def test_a_mole_is_where_it_is():
    marked = SMOOTH._replace(moles=np.array([[0.4, -0.9, 0.04, 0.9]], np.float32))
    assert colour((0.4, 0.0, -0.9), marked).max() < 0.5 * colour((0.4, 0.0, -0.9)).max()
    for other in ((0.5, 0.0, -0.9), (-0.4, 0.0, -0.9), (0.4, 2.0, -0.9)):
        np.testing.assert_array_equal(colour(other, marked), colour(other))


def test_stubble_darkens_jaw_and_upper_lip():
    unshaven = SMOOTH._replace(stubble=0.85)
    assert mean(unshaven, CHIN)[0] < 0.75 * mean(SMOOTH, CHIN)[0]
    assert mean(unshaven, (0.0, 0.0, -0.93), 0.05)[0] < 0.75 * mean(SMOOTH, (0.0, 0.0, -0.93), 0.05)[0]
    np.testing.assert_allclose(mean(unshaven, FOREHEAD), mean(SMOOTH, FOREHEAD))


def test_lips_and_hair_have_colours_of_their_own():
    np.testing.assert_allclose(colour((0.1, -0.2, -1.1), lips=1), SMOOTH.lips, rtol=0.15)
    np.testing.assert_allclose(colour((0.0, 1.0, 1.8), scalp=1), np.array(SMOOTH.hair) * 0.6, rtol=1e-5)


def test_old_skin_is_wrinkled_where_faces_wrinkle():
    old = SMOOTH._replace(wrinkles=1.0, folds=1.0)

    def roughness(at, skin):
        return float(np.ptp([relief(at[0], at[1], at[2] + z, skin) for z in np.linspace(-0.12, 0.12, 60)]))

    for place in (FOREHEAD, (0.9, 0.3, 0.0), (0.45, 0.0, -0.95)):
        assert roughness(place, old) > 2 * roughness(place, SMOOTH)
    assert roughness((0.0, 0.0, -1.5), old) < 0.05


def test_there_is_no_relief_behind_and_below():
    old = SMOOTH._replace(wrinkles=1.0, folds=1.0)
    assert relief(0.3, 1.0, 0.3, old) == relief(0.3, 0.0, -2.5, old) == 0
    assert relief_slope(0.3, 1.0, 0.3, old) == (0, 0)


def test_slopes_are_the_relief_s():
    old = SMOOTH._replace(wrinkles=1.0, folds=1.0)
    x, y, z = 0.5, 0.1, -0.9
    along_x, along_z = relief_slope(x, y, z, old)
    assert along_x * 0.015 == pytest.approx(relief(x + 0.015, y, z, old) - relief(x, y, z, old), abs=1e-9)
    assert along_z * 0.015 == pytest.approx(relief(x, y, z + 0.015, old) - relief(x, y, z, old), abs=1e-9)
