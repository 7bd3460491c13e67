import pytest
import torch

from likeness.pocket.reconstruction import PatchDiscriminator, balanced, discriminator_loss, reconstruction_loss


def test_equal_pictures_lose_nothing():
    picture = torch.rand(1, 3, 16, 16)
    assert reconstruction_loss(picture, picture, edge_weight=1, pyramid_weight=1) == 0


def test_a_shift_of_brightness_counts_at_every_size_but_has_no_edges():
    picture = torch.rand(1, 3, 16, 16)
    assert reconstruction_loss(picture + 0.1, picture, edge_weight=7, pyramid_weight=0).item() == pytest.approx(
        0.1, rel=1e-4
    )
    assert reconstruction_loss(picture + 0.1, picture, edge_weight=0, pyramid_weight=1).item() == pytest.approx(
        0.4, rel=1e-4
    )


def test_edges_count_where_they_are():
    picture = torch.zeros(1, 1, 8, 8)
    line = picture.clone()
    line[..., 4] = 1.0
    # Pixels: 8 of 64. Gradients across: two jumps in each of 8 rows of 7.
    loss = reconstruction_loss(line, picture, edge_weight=1, pyramid_weight=0)
    assert loss.item() == pytest.approx(8 / 64 + 16 / 56)


def test_discriminator_judges_patches_and_can_learn():
    torch.manual_seed(0)
    judge = PatchDiscriminator(8)
    real, made = torch.rand(4, 3, 32, 32), torch.rand(4, 3, 32, 32) * 0.2
    assert judge(real).shape == (4, 1, 4, 4)
    before = discriminator_loss(judge(real), judge(made))
    optimiser = torch.optim.Adam(judge.parameters(), 3e-3)
    for _ in range(30):
        optimiser.zero_grad()
        discriminator_loss(judge(real), judge(made)).backward()
        optimiser.step()
    assert discriminator_loss(judge(real), judge(made)) < 0.5 * before


def test_hinge_loss_is_zero_where_the_verdict_is_sure():
    sure, unsure = torch.full((2,), 2.0), torch.zeros(2)
    assert discriminator_loss(sure, -sure) == 0
    assert discriminator_loss(unsure, unsure) == 1


def test_balance_does_not_depend_on_the_scale_of_the_other_gradient():
    main, other = torch.tensor([3.0, 4.0]), torch.tensor([0.0, 2.0])
    assert torch.allclose(balanced(main, other, 0.2), torch.tensor([3.0, 5.0]))
    assert torch.allclose(balanced(main, 100 * other, 0.2), torch.tensor([3.0, 5.0]))
    assert torch.equal(balanced(main, torch.zeros(2), 0.2), main)
