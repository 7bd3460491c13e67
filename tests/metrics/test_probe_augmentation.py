import pytest
import torch

from likeness.metrics.probe_augmentation import augmented, noisy, reframed, relit, softened


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def ramps(count):
    """Pictures that grow brighter from left to right."""
    return torch.linspace(-0.5, 0.5, 32).expand(count, 3, 32, 32).contiguous()


def test_the_seed_decides_and_every_picture_fares_differently():
    first, again, other = (augmented(ramps(4), generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.allclose(first[0], first[1])
    assert first.shape == (4, 3, 32, 32)
    assert first.abs().max() <= 1


def test_about_half_are_mirrored_and_none_upside_down():
    pictures = reframed(ramps(200), generator())
    mirrored = pictures[..., :8].mean((1, 2, 3)) > pictures[..., -8:].mean((1, 2, 3))
    assert 70 <= int(mirrored.sum()) <= 130
    upright = reframed(ramps(50).transpose(2, 3).contiguous(), generator())
    assert (upright[:, :, :8].mean((1, 2, 3)) < upright[:, :, -8:].mean((1, 2, 3))).all()


def test_a_crop_keeps_most_of_the_picture():
    pictures = reframed(ramps(100), generator())
    spans = pictures.amax((1, 2, 3)) - pictures.amin((1, 2, 3))
    assert spans.min() > 0.7
    assert spans.max() > 0.95


def test_light_changes_little():
    grey = torch.zeros(200, 3, 8, 8)
    changed = relit(grey, generator())
    assert 0.1 < (changed - grey).abs().max() < 0.25
    # Every pixel of one picture changes alike.
    assert changed.std((2, 3)).max() < 1e-6


def test_some_are_softer_some_sharper():
    texture = torch.rand(100, 3, 32, 32, generator=generator()) - 0.5
    ratio = softened(texture, generator()).std((1, 2, 3)) / texture.std((1, 2, 3))
    assert ratio.min() < 0.7
    assert ratio.max() > 1.3
    flat = torch.full((4, 3, 32, 32), 0.25)
    assert torch.allclose(softened(flat, generator()), flat, atol=1e-6)


def test_noise_keeps_the_mean():
    flat = torch.zeros(100, 3, 32, 32)
    changed = noisy(flat, generator())
    assert changed.mean().abs() < 0.01
    strengths = changed.std((1, 2, 3))
    assert strengths.min() < 0.02
    assert 0.05 < strengths.max() < 0.15


def test_odd_sizes_work():
    assert augmented(torch.zeros(2, 3, 30, 30), generator()).shape == (2, 3, 30, 30)


@pytest.mark.parametrize("change", [reframed, relit, softened, noisy, augmented])
def test_the_pictures_given_stay_as_they_are(change):
    pictures = ramps(3)
    change(pictures, generator())
    assert torch.equal(pictures, ramps(3))
