from collections.abc import Sequence

import pytest
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor, AttnProcessor2_0, SlicedAttnProcessor
from torch.utils._python_dispatch import TorchDispatchMode

from likeness.diffusion import attention, processors
from likeness.diffusion.attention import AttentionControl, attention_map
from likeness.diffusion.levels import layer_level, level_size, map_level
from likeness.diffusion.patterns import Following
from likeness.diffusion.processors import controlled

TOKENS = 6
STEPS = 3
CPU = torch.device("cpu")
COMMON = {
    "in_channels": 4,
    "out_channels": 4,
    "cross_attention_dim": 16,
    "norm_num_groups": 4,
    "layers_per_block": 1,
    "block_out_channels": (8, 16, 16),
}
ALL_CROSS = {
    "down_block_types": ("CrossAttnDownBlock2D",) * 2 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 2,
}
# SD 1.x; SD 2.x with heads of one width, linear projections and upcast attention; SDXL with a deep lowest level, no
# attention at the first, and pooled embeddings and sizes beside the prompt; the pocket model without attention at the
# first level.
UNETS = {
    "sd1": ALL_CROSS | {"sample_size": 64, "attention_head_dim": 4},
    "sd2": ALL_CROSS
    | {
        "sample_size": 96,
        "attention_head_dim": (2, 4, 4),
        "use_linear_projection": True,
        "upcast_attention": True,
    },
    "sdxl": {
        "sample_size": 128,
        "attention_head_dim": (1, 2, 4),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 2, 3),
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 6 * 8 + 10,
    },
    "pocket": {
        "sample_size": 32,
        "attention_head_dim": (2, 4, 4),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "use_linear_projection": True,
    },
}


@pytest.fixture(scope="module", params=UNETS)
def unet(request):
    return build(request.param)


@pytest.fixture(scope="module")
def sd1():
    return build("sd1")


def build(name):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        unet = UNet2DConditionModel(**(COMMON | UNETS[name])).eval().requires_grad_(False)
        # Random weights hardly look at the prompt: make the attention peaked and its effect large.
        for module in unet.modules():
            if isinstance(module, Attention):
                module.to_q.weight *= 4
                module.to_out[0].weight *= 3
    return unet


def call(unet, latents, context):
    added = {"text_embeds": context[:, 0, :10], "time_ids": torch.ones(len(context), 6)}
    return unet(latents, 500, encoder_hidden_states=context, added_cond_kwargs=added).sample


def inputs(rows, size=(8, 8)):
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(rows, 4, *size, generator=generator)
    return latents, torch.randn(rows, TOKENS, 16, generator=generator)


def following(row=0, **changes):
    """As an unchanged prompt follows everywhere in every step, but for the changes."""
    settings = {
        "row": row,
        "mapper": torch.eye(TOKENS),
        "cross": torch.ones(STEPS, TOKENS, dtype=torch.bool),
        "weights": torch.ones(TOKENS),
        "self_steps": STEPS,
        "self_limit": 1.0,
    }
    return Following(**(settings | changes))


def control(rows, unconditional=0, mapped=()):
    return AttentionControl(rows, unconditional=unconditional, mapped=mapped, device=CPU, dtype=torch.float32)


NOTHING = {"cross": torch.zeros(STEPS, TOKENS, dtype=torch.bool), "self_steps": 0}
MAPPER = torch.zeros(TOKENS, TOKENS)
# Token 1 becomes tokens 1 and 2, token 3 is added, tokens 3 and 4 become one, token 2 is removed.
for _i, _j, _share in [(0, 0, 1), (1, 1, 0.5), (1, 2, 0.5), (3, 4, 1), (4, 4, 1), (5, 5, 1)]:
    MAPPER[_i, _j] = _share
PARTLY = torch.tensor([[1, 1, 1, 0, 1, 1], [1, 0, 1, 0, 1, 1], [0, 0, 0, 0, 0, 0]], dtype=torch.bool)
WEIGHTS = torch.tensor([1, 2, 1, 0, -1, 1.0])


class Published:
    """The paper's equations with every map in memory: replacement or refinement, then weights."""

    def __init__(self, rows: Sequence[Following | None], unconditional: int, level: int) -> None:
        self.rows, self.unconditional, self.share, self.step = rows, unconditional, 4.0**-level, 0

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, temb=None):
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            attn.head_to_batch_dim(x) for x in (attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context))
        )
        maps = torch.softmax(query @ key.transpose(1, 2) * attn.scale, dim=-1)
        maps = maps.view(len(context), attn.heads, *maps.shape[1:])
        original = maps.clone()
        for index, follows in enumerate(self.rows):
            if follows is None:
                continue
            own, source = (original[self.unconditional + row] for row in (index, follows.row))
            if encoder_hidden_states is None:
                if self.step < follows.self_steps and self.share <= follows.self_limit:
                    maps[self.unconditional + index] = source
                continue
            alpha = follows.cross[self.step].float()
            replaced = torch.einsum("hpw,wn->hpn", source, follows.mapper)
            mixed = replaced * alpha + own * (1 - alpha)
            maps[self.unconditional + index] = mixed * follows.weights
        out = attn.batch_to_head_dim(maps.flatten(0, 1) @ value)
        return attn.to_out[0](out)


@torch.no_grad()
def test_outputs_are_those_of_the_published_equations(unet):
    """Several edits of two sources, each with its own control, in a batch with unconditional rows, step after step."""
    rows = [
        None,
        following(0, mapper=MAPPER, cross=PARTLY, self_steps=1),
        following(0, weights=WEIGHTS, self_limit=1 / 16),
        following(0, **NOTHING),
        None,
        following(4, mapper=MAPPER, cross=PARTLY, weights=WEIGHTS, self_steps=2, self_limit=1 / 4),
        following(4, weights=WEIGHTS, **NOTHING),
    ]
    latents, context = inputs(14)
    plain = call(unet, latents, context)
    original = unet.attn_processors
    published = {name: Published(rows, 7, layer_level(unet, name)) for name in original}
    theirs = []
    unet.set_attn_processor(dict(published))
    for step in range(STEPS):
        for processor in published.values():
            processor.step = step
        theirs.append(call(unet, latents, context))
    unet.set_attn_processor(original)
    under_control = control(rows, unconditional=7)
    with controlled(unet, under_control):
        for step in range(STEPS):
            under_control.begin(step)
            ours = call(unet, latents, context)
            assert torch.allclose(ours, theirs[step], atol=1e-5)
            # Neither unconditional rows, nor sources, nor rows without control.
            untouched = [*range(7), 7, 10, 11]
            assert torch.allclose(ours[untouched], plain[untouched], atol=1e-6)
            changed = [9, 12, 13] + ([8] if step < 2 else [])
            assert ((ours - plain)[changed].abs().amax((1, 2, 3)) > 1e-3).all()


@torch.no_grad()
def test_prompts_are_projected_again_only_when_something_changes(sd1):
    latents, context = inputs(2)
    layer = sd1.mid_block.attentions[0].transformer_blocks[0].attn2
    calls = []
    hook = layer.to_k.register_forward_hook(lambda *_: calls.append(1))
    cross = torch.ones(5, TOKENS, dtype=torch.bool)
    cross[3:, 2] = False
    under_control = control([None, following(cross=cross, self_steps=1)])
    counts = []
    with controlled(sd1, under_control):
        for step, prompts in enumerate([context, context, context.clone(), context.clone(), context.clone()]):
            under_control.begin(step)
            for _ in range(2):
                call(sd1, latents, prompts)
            counts.append(len(calls))
    # The same words follow in the steps 0 to 2 and 3 to 4, and the third prompts are others than the second.
    with controlled(sd1, under_control):
        for step in (2, 3, 4):
            under_control.begin(step)
            call(sd1, latents, context)
            counts.append(len(calls))
    hook.remove()
    assert counts == [1, 1, 2, 3, 4, 5, 6, 6]


@torch.no_grad()
def test_full_control_of_the_unchanged_prompt_is_the_source(unet):
    latents, context = inputs(2)
    latents, context = (x[:1].repeat(4, 1, *[1] * (x.dim() - 2)) for x in (latents, context))
    context[:2] = 0
    with controlled(unet, control([None, following()], unconditional=2)):
        out = call(unet, latents, context)
    assert torch.equal(out[2], out[3])
    assert torch.equal(out[0], out[1])
    assert not torch.allclose(out[0], out[2], atol=1e-3)


@torch.no_grad()
def test_no_control_is_plain_sampling_to_the_last_bit(unet):
    latents, context = inputs(4)
    plain = call(unet, latents, context)
    with controlled(unet, control([None, following(**NOTHING)], unconditional=2)):
        assert torch.equal(call(unet, latents, context), plain)


@torch.no_grad()
def test_a_word_of_weight_zero_is_not_seen(sd1):
    latents, context = inputs(2)
    weights = torch.ones(TOKENS)
    weights[3] = 0
    other = context.clone()
    other[1, 3] += torch.randn(16)
    results = []
    for prompt in (context, other):
        # The source's map is followed: its keys are the same, whatever the word's own are.
        with controlled(sd1, control([None, following(weights=weights)])):
            results.append(call(sd1, latents, prompt)[1])
    assert torch.allclose(*results, atol=1e-6)
    with controlled(sd1, control([None, following()])):
        assert not torch.allclose(call(sd1, latents, other)[1], call(sd1, latents, context)[1], atol=1e-4)


@torch.no_grad()
def test_self_attention_is_followed_up_to_the_limit_alone(sd1, monkeypatch):
    seen = []
    original = processors.scaled_dot_product_attention

    def recorded(query, key, value):
        seen.append((query, key))
        return original(query, key, value)

    monkeypatch.setattr(processors, "scaled_dot_product_attention", recorded)
    for limit, size, expected in [
        (1 / 4, (8, 8), {64: False, 16: True, 4: True}),
        (1 / 16, (8, 8), {64: False, 16: False, 4: True}),
        (1, (8, 8), {64: True, 16: True, 4: True}),
        # Not square, and rounded up: the levels are 14 x 6, 7 x 3 and 4 x 2.
        (1 / 4, (14, 6), {84: False, 21: True, 8: True}),
    ]:
        seen.clear()
        under_control = control([None, following(self_limit=limit, cross=NOTHING["cross"])])
        with controlled(sd1, under_control):
            call(sd1, *inputs(2, size))
        followed = {
            query.shape[2]: torch.equal(query[0], query[1]) and torch.equal(key[0], key[1])
            for query, key in seen
            if key.shape[2] != TOKENS
        }
        assert followed == expected


@torch.no_grad()
def test_maps_are_made_only_where_they_are_looked_at(unet, monkeypatch):
    made = []
    original = attention_map
    monkeypatch.setattr(attention, "attention_map", lambda q, k: made.append(q.shape) or original(q, k))
    latents, context = inputs(8)
    rows = [None, following(mapper=MAPPER, cross=PARTLY, weights=WEIGHTS), following(), None]
    unmapped = control(rows, unconditional=4)
    with controlled(unet, unmapped):
        call(unet, latents, context)
    with pytest.raises(RuntimeError, match="no layer was asked"):
        unmapped.maps()
    assert made == []
    under_control = control(rows, unconditional=4, mapped=[0, 1])
    with controlled(unet, under_control):
        call(unet, latents, context)
    height, width = level_size(8, 8, map_level(unet))
    layers = [n for n in unet.attn_processors if ".attn2." in n and layer_level(unet, n) == map_level(unet)]
    assert under_control.maps().shape == (2, height * width, TOKENS)
    # As many layers at once as memory bears.
    assert [shape[0] for shape in made] == [8] * (len(layers) // 8) + [len(layers) % 8]
    assert {(of_rows, positions) for _, of_rows, _, positions, _ in made} == {(2, height * width)}


@torch.no_grad()
def test_maps_are_those_that_take_effect(sd1):
    latents, context = inputs(4)
    rows = [None, following(mapper=MAPPER, cross=PARTLY, weights=WEIGHTS)]
    under_control = control(rows, unconditional=2, mapped=[0, 1])
    with controlled(sd1, under_control):
        call(sd1, latents, context)
        source, edited = under_control.maps()
        assert torch.allclose(source.sum(-1), torch.ones(len(source)), atol=1e-5)
        assert torch.allclose(edited[:, [0, 1, 2, 5]], source[:, [0, 1, 1, 5]] * torch.tensor([1, 0.5, 0.5, 1]))
        assert torch.allclose(edited[:, 4], source[:, 3] + source[:, 4], atol=1e-6)
        # A new step begins with new maps; here every token attends by itself.
        under_control.begin(2)
        with pytest.raises(RuntimeError, match="no layer"):
            under_control.maps()
        call(sd1, latents, context)
        own = under_control.maps()[1]
    assert torch.allclose(own.sum(-1), torch.ones(len(own)), atol=1e-5)
    assert not torch.allclose(own, edited, atol=1e-3)


class NoCopies(TorchDispatchMode):
    """Refuses conversions and copies between devices."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        assert func is not torch.ops.aten._to_copy.default
        return func(*args, **(kwargs or {}))


def test_maps_are_put_together_without_copies_to_the_device():
    rows = [None, following(mapper=MAPPER, cross=PARTLY, weights=WEIGHTS)]
    meta = torch.device("meta")
    under_control = AttentionControl(rows, unconditional=2, mapped=[0, 1], device=meta, dtype=torch.float32)
    query, prompts = (torch.empty(4, 1, positions, 2, device=meta) for positions in (9, TOKENS))
    under_control.cross_attention(query, under_control.keys_and_values(prompts, prompts), keep_map=True)
    with NoCopies():
        assert under_control.maps().shape == (2, 9, TOKENS)


def test_a_map_is_the_softmax():
    generator = torch.Generator().manual_seed(0)
    query, key, value = (torch.randn(2, 3, n, 4, generator=generator) for n in (5, 7, 7))
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    assert torch.allclose(attention_map(query, key) @ value, expected, atol=1e-6)
    assert attention_map(query.bfloat16(), key.bfloat16()).dtype == torch.float32


@pytest.mark.parametrize("default", [AttnProcessor, AttnProcessor2_0])
@torch.no_grad()
def test_the_unet_has_its_own_processors_again(sd1, default):
    processors = {name: default() for name in sd1.attn_processors}
    before = sd1.attn_processors
    sd1.set_attn_processor(dict(processors))
    with controlled(sd1, control([None])):
        assert not any(isinstance(p, default) for p in sd1.attn_processors.values())
    assert sd1.attn_processors == processors
    with pytest.raises(ZeroDivisionError), controlled(sd1, control([None])):
        raise ZeroDivisionError
    assert sd1.attn_processors == processors
    sd1.set_attn_processor(before)


def test_other_processors_are_refused_and_stay(sd1):
    before = sd1.attn_processors
    name = "mid_block.attentions.0.transformer_blocks.0.attn2.processor"
    odd = before | {name: SlicedAttnProcessor(1)}
    sd1.set_attn_processor(dict(odd))
    with (
        pytest.raises(ValueError, match=r"layer mid_block\S+attn2 has a SlicedAttnProcessor"),
        controlled(sd1, control([None])),
    ):
        raise AssertionError("not reached")
    assert sd1.attn_processors == odd
    sd1.set_attn_processor(before)


@torch.no_grad()
def test_attention_masks_are_refused(sd1):
    latents, context = inputs(1)
    with pytest.raises(ValueError, match="no attention masks"), controlled(sd1, control([None])):
        sd1(latents, 500, encoder_hidden_states=context, encoder_attention_mask=torch.ones(1, TOKENS))


@torch.no_grad()
def test_attention_outside_the_transformers_is_left_alone():
    types = {"down_block_types": ("AttnDownBlock2D", *UNETS["sd1"]["down_block_types"][1:])}
    unet = UNet2DConditionModel(**(COMMON | UNETS["sd1"] | types)).eval()
    before = unet.attn_processors
    with controlled(unet, control([None, following()])):
        kept = {name for name, processor in unet.attn_processors.items() if processor is before[name]}
        call(unet, *inputs(2))
    assert kept == {"down_blocks.0.attentions.0.processor"}
