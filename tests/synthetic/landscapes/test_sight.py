import numpy as np

from likeness.synthetic.landscapes.sight import look


def test_a_plain_is_seen_in_perspective(view, flat):
    seen = look(view, flat)
    for row in (34, 40, 50, 63):
        np.testing.assert_allclose(seen.depth[row], 64 * 2 / (row + 0.5 - 32), rtol=1e-3)
    assert np.isinf(seen.depth[:31]).all()
    assert seen.water.max() == 0
    np.testing.assert_allclose(seen.slope_x[40:], 0)
    np.testing.assert_allclose(seen.slope_depth[40:], 0)


def test_a_hill_rises_over_the_horizon_and_hides_what_is_behind(view, flat):
    hilly = flat._replace(hills=300.0, hill_length=700.0, hills_from=200.0)
    seen = look(view, hilly)
    above = np.isfinite(seen.depth[:31])
    assert above.any()
    assert (seen.depth[:31][above] > 200).all()
    for column in range(64):  # from bottom to top the land only recedes
        depths = seen.depth[:, column][::-1]
        assert (np.diff(depths[np.isfinite(depths)]) > -1e-3).all()


def test_what_rises_slopes_up(view, flat):
    seen = look(view, flat._replace(mountains=1500.0, mountains_from=2000.0, peak_radius=0.0))
    mountain = np.isfinite(seen.depth) & (seen.depth > 2500)
    assert mountain.any()
    assert np.median(seen.slope_depth[mountain]) > 0.05
