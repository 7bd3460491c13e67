import numpy as np
import pytest

from likeness.synthetic.front_view import FrontView


@pytest.fixture(scope="module")
def front(head):
    return FrontView(head)


def test_roots_lie_where_they_are_sought(front, head, rng):
    x, z = rng.uniform(-0.9, 0.9, 300).astype(np.float32), rng.uniform(-1.4, 0.9, 300).astype(np.float32)
    roots, hit = front.roots(x, z)
    assert hit.mean() > 0.98
    assert len(roots) == hit.sum()
    found = roots.interpolate(head.rest, head.faces)
    np.testing.assert_allclose(found[:, [0, 2]], np.stack([x, z], 1)[hit], atol=0.02)
    assert found[:, 1].max() < 1.5  # in front, not on the back of the head


def test_beside_the_head_there_is_nothing(front):
    roots, hit = front.roots(np.array([-1.55, 0.0], np.float32), np.array([1.3, 0.0], np.float32))
    assert hit.tolist() == [False, True]
    assert len(roots) == 1


def test_lids_have_rims_around_the_eyes(front):
    rims = front.lid_rims()
    assert [rim.upper for rim in rims] == [True, False, True, False]
    for rim, centre in zip(rims, (-0.5, -0.5, 0.5, 0.5), strict=True):
        assert rim.x.mean() == pytest.approx(centre, abs=0.06)
        assert (np.diff(rim.x) > 0).all()
        assert 0.3 < np.ptp(rim.x) < 0.6
        assert np.abs(rim.z).max() < 0.25
    for upper, lower in (rims[:2], rims[2:]):
        assert (upper.z > lower.z).all()
