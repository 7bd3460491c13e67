import numpy as np
import pytest

from likeness.synthetic.hair_density import beard_density, scalp_density
from likeness.synthetic.head import HEAD


def test_no_hair_grows_on_face_ears_and_body(head):
    density = scalp_density(head, recession=0.0)
    x, y, z = head.rest.T
    assert density.min() == 0
    assert density.max() == 1
    assert density[head.ears > 0.5].max() == 0
    assert density[head.lips > 0.1].max() == 0
    face = (np.abs(x) < 0.7) & (y < 0.5) & (z < 0.5)
    assert density[face].max() == 0
    assert density[z < -2].max() == 0
    not_head = np.setdiff1d(np.arange(len(z)), np.unique(head.faces[head.parts == HEAD]))
    assert density[not_head].max() == 0


def test_hair_covers_crown_and_nape(head):
    density = scalp_density(head, recession=0.0)
    _, y, z = head.rest.T
    assert density[z > 1.8].min() == 1
    assert density[(y > 2.4) & (z > -0.5)].min() > 0.95


def test_a_hairline_recedes_from_the_front(head):
    amounts = [scalp_density(head, recession=recession) for recession in (0.0, 0.3, 0.6, 1.0)]
    sums = [density.sum() for density in amounts]
    assert sums == sorted(sums, reverse=True)
    assert sums[-1] < 0.8 * sums[0]
    _, y, z = head.rest.T
    crown, nape = (z > 1.6) & (y < 1.2), (y > 2.4) & (z < 0.3)
    assert amounts[-1][crown].mean() < 0.4 * amounts[0][crown].mean()
    np.testing.assert_array_equal(amounts[-1][nape], amounts[0][nape])


@pytest.mark.parametrize("whole", [True, False])
def test_a_beard_leaves_lips_and_eyes_free(head, whole):
    density = beard_density(head, whole=whole)
    assert density[head.lips > 0.35].max() == 0
    assert density[head.rest[:, 2] > 0].max() < 0.01
    upper_lip = (np.abs(head.rest[:, 0]) < 0.2) & (np.abs(head.rest[:, 2] + 0.9) < 0.04) & (head.rest[:, 1] < 0)
    assert np.median(density[upper_lip & (head.lips == 0)]) > 0.8


def test_a_full_beard_is_a_moustache_and_more(head):
    moustache, full = beard_density(head, whole=False), beard_density(head, whole=True)
    assert (full >= moustache).all()
    chin = (np.abs(head.rest[:, 0]) < 0.2) & (np.abs(head.rest[:, 2] + 1.9) < 0.1) & (head.rest[:, 1] < 0.2)
    assert moustache[chin].max() < 0.01
    assert full[chin].mean() > 0.8
