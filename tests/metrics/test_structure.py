import numpy as np
import pytest
from PIL import Image
from skimage import data

from likeness.metrics.structure import gradient_features, self_similarity, structure_distance


@pytest.fixture(scope="module")
def photographs():
    pictures = (data.astronaut(), data.coffee(), data.chelsea(), data.rocket())
    return [np.asarray(Image.fromarray(picture).resize((128, 128))) for picture in pictures]


def ramp(angle):
    """Brightness that rises by one 8-bit value a pixel in a direction; 0° is to the right, 90° downwards."""
    y, x = np.indices((128, 128)) - 63.5
    radians = np.deg2rad(angle)
    return np.round(127.5 + x * np.cos(radians) + y * np.sin(radians)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("angle", "shares"),
    [
        (0, {0: 1.0}),
        (180, {0: 1.0}),
        (90, {4: 1.0}),
        (45, {2: 1.0}),
        (135, {6: 1.0}),
        (11.25, {0: 0.5, 1: 0.5}),
        (168.75, {7: 0.5, 0: 0.5}),
    ],
)
def test_gradients_worked_by_hand(angle, shares):
    features = gradient_features(ramp(angle))
    assert features.shape == (16, 16, 3, 8)
    expected = np.zeros(8)
    for orientation, share in shares.items():
        expected[orientation] = share / 255
    # Away from the border, where the picture is mirrored; the ramp is rounded to 8 bits, which the widest blur evens.
    inner = features[4:12, 4:12].mean(axis=(0, 1))
    np.testing.assert_allclose(inner[2] / 4, expected, atol=0.04 / 255)
    np.testing.assert_allclose(inner.sum(axis=1), inner[2].sum() * np.array([1, 2, 4]) / 4, rtol=0.06)


def stripes(upright):
    """Stripes of 4 pixels, upright in the cells that are True and lying in the others."""
    y, x = np.indices((128, 128)) // 4 % 2
    return np.where(np.kron(upright, np.ones((8, 8))) > 0, x, y).astype(np.uint8) * 255


def test_two_halves_worked_by_hand():
    left = np.zeros((16, 16), dtype=bool)
    left[:, :8] = True
    both, swapped, alike = stripes(left), stripes(~left), stripes(np.ones_like(left))
    similarity = self_similarity(both).reshape(16, 16, 16, 16)
    inner = slice(2, 6), slice(10, 14)
    # What ε takes away from 1.
    assert similarity[4, 4, inner[0], inner[0]] == pytest.approx(1, abs=0.08)
    assert similarity[4, 4, inner[0], inner[1]] == pytest.approx(0, abs=0.02)
    # The halves change places: what resembles what stays. All alike: half of all pairs go from 0 to 1, √½.
    assert structure_distance(both, swapped) == pytest.approx(0, abs=0.05)
    assert structure_distance(both, alike) == pytest.approx(np.sqrt(0.5), abs=0.08)


def test_flat_places_resemble_nothing(rng):
    flat = np.full((128, 128), 200, dtype=np.uint8)
    assert not self_similarity(flat).any()
    # Nor does noise of one 8-bit value make a structure of them.
    noise = rng.integers(0, 2, flat.shape, dtype=np.uint8)
    assert structure_distance(flat, flat + noise) < 0.05


def test_similarity_is_symmetric_and_between_nought_and_one(photographs):
    similarity = self_similarity(photographs[0])
    assert similarity.shape == (256, 256)
    np.testing.assert_allclose(similarity, similarity.T)
    assert 0 <= similarity.min() <= similarity.max() <= 1


def test_it_is_a_distance(photographs):
    a, b, c, _ = photographs
    assert structure_distance(a, a) == 0
    assert structure_distance(a, b) == structure_distance(b, a) > 0
    assert structure_distance(a, c) <= structure_distance(a, b) + structure_distance(b, c)


def test_tones_and_colours_matter_less_than_what_is_seen(photographs):
    for picture in photographs:
        others = [structure_distance(picture, other) for other in photographs if other is not picture]
        assert structure_distance(picture, 255 - picture) < 0.01
        for changed in (picture // 2 + 64, 255 * (picture / 255.0) ** 2, picture[..., [1, 2, 0]]):
            assert structure_distance(picture, changed.astype(np.uint8)) < min(others) / 1.5


def test_what_moves_further_is_further(photographs):
    for picture in photographs:
        moved = [structure_distance(picture, np.roll(picture, pixels, axis=1)) for pixels in (0, 2, 8, 32)]
        assert moved == sorted(moved)


def test_size_does_not_matter():
    large = data.astronaut()
    for side in (128, 256):
        small = np.asarray(Image.fromarray(large).resize((side, side), Image.Resampling.BOX))
        assert structure_distance(large, small) < 0.01
    tiny = np.asarray(Image.fromarray(large).resize((64, 64), Image.Resampling.BOX))
    assert structure_distance(large, tiny) < 0.1


def test_grey_pictures_and_nothing_else():
    large = data.astronaut()
    assert structure_distance(large, np.asarray(Image.fromarray(large).convert("L"))) < 0.01
    with pytest.raises(ValueError, match=r"grey or an RGB picture, got shape \(8, 8, 4\)"):
        structure_distance(np.zeros((8, 8, 4), dtype=np.uint8), large)
