from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.face_hair import face_hair


def grown(person, age, body):
    return face_hair(person, age, body, np.random.default_rng(0))


def heights(strands, body):
    """Of the roots over the eyes, in eye distances."""
    return (strands.nodes[:, 0, 2] - body.between_eyes()[2]) / body.unit


@pytest.mark.parametrize(
    ("beard", "age", "count"),
    [("", 30, 2), ("stubble", 30, 2), ("moustache", 30, 3), ("full beard", 30, 3), ("full beard", 15, 2)],
)
def test_grown_men_wear_their_beards(man, body, beard, age, count):
    assert len(grown(replace(man, beard=beard), age, body)) == count


def test_brows_lashes_and_beard_are_where_they_belong(man, body):
    brows, lashes, beard = grown(replace(man, beard="full beard"), 30, body)
    assert heights(brows, body).min() > 0.1
    assert np.abs(heights(lashes, body)).max() < 0.3
    assert np.quantile(heights(beard, body), 0.9) < -0.5
    for strands in (brows, lashes, beard):
        assert strands.nodes.shape[1:] == (4, 3)
        assert strands.colour.shape == (len(strands.nodes), 3)
        assert strands.ambient.shape == strands.nodes.shape[:2]
        root = np.linalg.norm(strands.nodes[:, :1] - body.vertices[None, ::7], axis=-1).min(1)
        assert np.median(root) < 0.015  # rooted in the skin


def test_a_moustache_is_smaller_than_a_beard(man, body):
    moustache, beard = (grown(replace(man, beard=kind), 30, body)[2] for kind in ("moustache", "full beard"))
    assert len(moustache.nodes) < len(beard.nodes) / 3
    assert heights(moustache, body).min() > -1.3 > heights(beard, body).min()


def test_children_have_fine_brows(man, body):
    assert len(grown(man, 1, body)[0].nodes) < 0.5 * len(grown(man, 30, body)[0].nodes)


def test_beards_grey_before_brows(man, body):
    brows, _, beard = grown(replace(man, beard="full beard"), 58, body)
    _, _, dark = grown(replace(man, beard="full beard"), 30, body)
    assert beard.colour.mean() > 3 * dark.colour.mean()
    assert brows.colour.mean() < 0.7 * beard.colour.mean()
