import pytest
import torch

from likeness.personalise.draws import draw, mixed_seed

FIELDS = ("pictures", "variants", "prompts", "timesteps", "posterior_noise", "noise")


def example(**changes):
    settings = {
        "size": 4,
        "pictures": 6,
        "variants": 2,
        "timesteps": 1000,
        "shape": (2, 3, 3),
        "seed": 0,
        "step": 0,
        "stream": 0,
    }
    return draw(**(settings | changes))


def same(first, second):
    return all(torch.equal(getattr(first, name), getattr(second, name)) for name in FIELDS)


def test_a_draw_is_a_function_of_seed_step_and_stream():
    with torch.random.fork_rng():
        first = example(step=17)
        torch.manual_seed(5)
        assert same(first, example(step=17))
    for other in ({"step": 18}, {"step": 17, "seed": 1}, {"step": 17, "stream": 1}):
        assert not torch.equal(first.noise, example(**other).noise)


def test_a_draw_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    example()
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("size", [1, 4, 7])
def test_each_picture_is_seen_once_an_epoch(size):
    seen = torch.cat([example(size=size, step=step).pictures for step in range(12)])
    for epoch in seen[: len(seen) // 6 * 6].view(-1, 6):
        assert sorted(epoch.tolist()) == list(range(6))


def test_the_order_differs_from_epoch_to_epoch():
    seen = torch.cat([example(size=6, step=step).pictures for step in range(8)]).view(8, 6)
    assert len({tuple(epoch.tolist()) for epoch in seen}) > 4


def test_timesteps_are_uniform_and_spread_within_a_step():
    levels = torch.stack([example(size=5, step=step).timesteps for step in range(400)])
    assert 0 <= levels.min() <= levels.max() <= 999
    counts = torch.histc(levels.flatten().float(), bins=10, min=0, max=1000)
    assert (counts - 200).abs().max() < 60
    # One of a step's five levels lies in every fifth of the circle: gaps are even.
    gaps = levels.sort(dim=1).values.diff(dim=1)
    assert (gaps - 200).abs().max() <= 1
    # No place in the batch is bound to a part of the range.
    assert (levels[:, 0].float().mean() - 500).abs() < 60


def test_both_variants_are_drawn():
    variants = torch.cat([example(step=step).variants for step in range(50)])
    assert 0.35 < variants.float().mean() < 0.65
    assert example(variants=1).variants.tolist() == [0, 0, 0, 0]


def test_prompts_are_drawn_evenly_and_change_nothing_else():
    prompts = torch.cat([example(prompts=3, step=step).prompts for step in range(150)])
    assert (prompts.bincount() - 200).abs().max() < 40
    one, three = example(), example(prompts=3)
    assert one.prompts.tolist() == [0, 0, 0, 0]
    assert all(torch.equal(getattr(one, name), getattr(three, name)) for name in FIELDS if name != "prompts")


def test_chunks_put_together_are_the_whole():
    whole = example()
    parts = list(whole.chunks(2))
    assert [len(part.noise) for part in parts] == [2, 2]
    for name in FIELDS:
        assert torch.equal(torch.cat([getattr(part, name) for part in parts]), getattr(whole, name))


def test_mixed_seeds_differ_in_every_number_and_fit_torch():
    seeds = {mixed_seed(a, b) for a in range(30) for b in range(30)}
    assert len(seeds) == 900
    assert all(0 <= seed < 2**63 for seed in seeds)
