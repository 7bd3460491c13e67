import math

import pytest
import torch
from torch import Tensor, nn

from likeness.datasets import WorkFolder
from likeness.pocket.muon import Muon, orthogonalised
from likeness.pocket.training_state import Progress, Trained

RATE, MOMENTUM, DECAY = 0.1, 0.9, 0.2


def drawn(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def step(optimiser, gradients):
    for parameter, gradient in gradients.items():
        parameter.grad = gradient.clone()
    optimiser.step()


def iterated(singular):
    """What five iterations of the quintic polynomial make of the singular values of one matrix."""
    value: Tensor = singular / singular.norm()
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    return value


def by_svd(matrix):
    left, singular, right = torch.linalg.svd(matrix.double(), full_matrices=False)
    made: Tensor = left @ torch.diag(iterated(singular)) @ right
    return made


@pytest.mark.parametrize("shape", [(5, 8), (24, 6), (40, 12), (16, 16), (1, 7), (7, 1)])
def test_singular_values_come_near_one_and_vectors_stay(shape):
    rank = min(shape)
    left, right = torch.linalg.qr(drawn(3, shape[0], rank))[0], torch.linalg.qr(drawn(3, shape[1], rank, seed=1))[0]
    # From the largest to one 300 times as small, in matrices of any scale.
    singular = torch.logspace(0, -2.5, rank) * torch.tensor([[1e-4], [1.0], [1e4]])
    made = orthogonalised(left @ torch.diag_embed(singular) @ right.mT)
    assert made.shape == (3, *shape)
    along = left.mT @ made @ right
    diagonal = along.diagonal(dim1=1, dim2=2)
    assert 0.6 < diagonal.min() <= diagonal.max() < 1.3
    assert torch.allclose(along, torch.diag_embed(diagonal), atol=1e-4)
    assert torch.allclose(left @ along @ right.mT, made, atol=1e-4)


def test_matrices_of_zeros_stay_zero():
    matrices = torch.stack([torch.zeros(4, 3), torch.eye(4, 3)])
    made = orthogonalised(matrices)
    assert not made[0].any()
    assert torch.allclose(made[1], made[1, 0, 0] * torch.eye(4, 3), atol=1e-6)
    assert orthogonalised(matrices.bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize("shape", [(6, 4), (3, 5)])
def test_steps_are_those_worked_out_by_singular_values(shape):
    gradients = [drawn(*shape, seed=seed) * scale for seed, scale in enumerate((1.0, 0.1, 3.0))]
    weight = nn.Parameter(drawn(*shape, seed=9))
    optimiser = Muon([weight], lr=RATE, momentum=MOMENTUM, weight_decay=DECAY)
    expected, average = weight.detach().double(), torch.zeros(shape, dtype=torch.float64)
    for number, gradient in enumerate(gradients):
        rate = RATE / (1 + number)
        optimiser.param_groups[0]["lr"] = rate
        step(optimiser, {weight: gradient})
        average = MOMENTUM * average + (1 - MOMENTUM) * gradient
        ahead = MOMENTUM * average + (1 - MOMENTUM) * gradient
        shrunk = expected * (1 - rate * DECAY)
        expected = shrunk - rate * 0.2 * math.sqrt(max(shape)) * by_svd(ahead)
        assert torch.allclose(weight.detach().double(), expected, atol=1e-5)


def test_a_first_step_by_hand():
    # Both singular values of the unit matrix are 1/√2 of its norm; the quintic makes them 0.7 or so.
    common = float(iterated(torch.ones(2))[0])
    weight = nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    step(Muon([weight], lr=0.1, weight_decay=0.5), {weight: 7 * torch.eye(2)})
    moved = 0.1 * 0.2 * math.sqrt(2) * common
    expected = 0.95 * torch.tensor([[1.0, 2.0], [3.0, 4.0]]) - moved * torch.eye(2)
    assert torch.allclose(weight.detach(), expected, atol=1e-6)


def test_moves_a_weight_as_the_optimiser_of_torch_does():
    # That one iterates in bfloat16 on a CPU, too, where a number errs by 1/512 at most. The errors of entries and steps
    # are independent: together 1/200 of the way, where a momentum of 0.9 would make 1/25 and no look ahead 1/14.
    start = drawn(24, 16, seed=9)
    ours, theirs = nn.Parameter(start.clone()), nn.Parameter(start.clone())
    one = Muon([ours], lr=0.02, momentum=0.95, weight_decay=0.1)
    other = torch.optim.Muon([theirs], lr=0.02, momentum=0.95, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    for seed in range(8):
        gradient = drawn(24, 16, seed=seed) * 10.0 ** (seed % 3)
        step(one, {ours: gradient})
        step(other, {theirs: gradient})
    assert (ours - theirs).norm() < 0.01 * (theirs - start).norm()


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("shape", [(6, 4, 3, 2), (32, 2, 3, 3), (5, 3, 1, 1), (8, 1, 5, 5)])
def test_a_convolution_is_updated_as_the_matrix_of_its_outputs(shape, layout):
    start = drawn(*shape, seed=9)
    convolution = nn.Parameter(start.clone(memory_format=layout))
    matrix = nn.Parameter(start.flatten(1).clone())
    one, other = (Muon([weight], lr=RATE, weight_decay=DECAY) for weight in (convolution, matrix))
    for seed in range(3):
        gradient = drawn(*shape, seed=seed)
        step(one, {convolution: gradient.contiguous(memory_format=layout)})
        step(other, {matrix: gradient.flatten(1)})
    assert torch.allclose(convolution.detach().flatten(1), matrix.detach(), atol=1e-5)
    assert convolution.is_contiguous(memory_format=layout)


def test_a_parameter_without_gradient_stays():
    given, other, alone = (nn.Parameter(drawn(*shape)) for shape in ((4, 3), (4, 3), (2, 5)))
    optimiser = Muon([other, given, alone], lr=RATE, weight_decay=DECAY)
    step(optimiser, {given: drawn(4, 3, seed=1)})
    assert torch.equal(other, drawn(4, 3))
    assert torch.equal(alone, drawn(2, 5))
    assert not torch.equal(given, drawn(4, 3))
    assert set(optimiser.state) == {given}


@pytest.mark.parametrize("shape", [(3,), ()])
def test_a_parameter_that_is_no_matrix_is_refused(shape):
    parameters = [nn.Parameter(torch.zeros(4, 3)), nn.Parameter(torch.zeros(shape))]
    with pytest.raises(ValueError, match=rf"parameters of shape \({'3,' if shape else ''}\) need AdamW"):
        Muon(parameters, lr=RATE)


def test_a_closure_is_refused():
    with pytest.raises(ValueError, match="closure"):
        Muon([nn.Parameter(torch.zeros(2, 2))], lr=RATE).step(lambda: 0.0)


def test_several_at_once_move_as_each_would_alone():
    # A matrix of 18 columns and a convolution of 2 · 3 · 3 are of one shape; gradients are of very different lengths.
    shapes = [(4, 18), (6, 5), (4, 2, 3, 3), (4, 18), (5, 6), (6, 5), (4, 3)]
    together, alone = ([nn.Parameter(drawn(*shape, seed=9)) for shape in shapes] for _ in range(2))
    one = Muon(together, lr=RATE, weight_decay=DECAY)
    others = [Muon([weight], lr=RATE, weight_decay=DECAY) for weight in alone]
    for number in range(3):
        gradients = [
            drawn(*shape, seed=10 * number + place) * 10.0**place for place, shape in enumerate(shapes, start=-2)
        ]
        step(one, dict(zip(together, gradients, strict=True)))
        for optimiser, weight, gradient in zip(others, alone, gradients, strict=True):
            step(optimiser, {weight: gradient})
    for weight, same in zip(together, alone, strict=True):
        assert torch.allclose(weight, same, atol=1e-5)


def test_a_learning_rate_may_be_a_tensor():
    weight, same = (nn.Parameter(drawn(4, 3)) for _ in range(2))
    rate = torch.tensor(RATE)
    one, other = Muon([weight], lr=rate, weight_decay=DECAY), Muon([same], lr=RATE, weight_decay=DECAY)
    for number in (1, 2):
        rate.fill_(RATE / number)
        other.param_groups[0]["lr"] = RATE / number
        for optimiser, parameter in ((one, weight), (other, same)):
            step(optimiser, {parameter: drawn(4, 3, seed=number)})
    assert torch.allclose(weight, same, atol=1e-6)


def test_goes_on_from_a_saved_state(tmp_path):
    def built():
        torch.manual_seed(0)
        network = nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.Conv2d(8, 4, 3, bias=False))
        network.to(memory_format=torch.channels_last)
        optimiser = Muon(network.parameters(), lr=RATE)
        return network, optimiser, Trained({"network": network}, {"hidden": optimiser}, {})

    def learn(network, optimiser, steps):
        for number in steps:
            optimiser.zero_grad()
            network(drawn(2, 3, 8, 8, seed=number)).square().mean().backward()
            optimiser.step()

    work = WorkFolder(tmp_path, "muon", "key")
    undisturbed, optimiser, trained = built()
    learn(undisturbed, optimiser, range(3))
    trained.save(work, Progress(step=3))
    learn(undisturbed, optimiser, range(3, 6))

    resumed, optimiser, trained = built()
    assert trained.restore(work).step == 3
    learn(resumed, optimiser, range(3, 6))
    for weight, same in zip(undisturbed.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(weight, same, atol=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rare_directions_are_learned_sooner_than_by_adamw(seed):
    """A linear map of inputs whose variance falls from 1 to 1/1000, in directions that are no axes."""
    turn = torch.linalg.qr(drawn(16, 16, seed=seed))[0]
    deviation = torch.logspace(0, -1.5, 16)
    goal = drawn(16, 16, seed=seed + 10)

    def left_over(make):
        """The share of the goal's square, in each direction, that was not learned."""
        weight = nn.Parameter(torch.zeros(16, 16))
        optimiser = make([weight])
        for number in range(100):
            inputs = (drawn(256, 16, seed=1000 * seed + number) * deviation) @ turn.T
            optimiser.param_groups[0]["lr"] = 0.2 * (1 - number / 100)
            optimiser.zero_grad()
            (inputs @ (weight - goal).T).square().mean().backward()
            optimiser.step()
        left: Tensor = ((weight - goal).detach() @ turn).square().mean(0) / (goal @ turn).square().mean(0)
        return left

    by_muon = left_over(lambda weights: Muon(weights, lr=0.2, weight_decay=0.0))
    by_adamw = left_over(lambda weights: torch.optim.AdamW(weights, lr=0.2, betas=(0.9, 0.99), weight_decay=0.0))
    assert by_muon[:4].max() < 0.02
    assert by_muon[-2:].mean() < 0.6 * by_adamw[-2:].mean()
    assert by_muon[-2:].mean() < 0.6
