from itertools import islice

import numpy as np
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DiffusionPipeline,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
)
from diffusers.models.attention_processor import Attention
from PIL import Image

from likeness.diffusion import attention
from likeness.diffusion.editing import Blend, Edit, check_edit, edit_pictures
from likeness.diffusion.inversion import METHODS, invert
from likeness.diffusion.sampling import generate, initial_latents

SOURCE = "a photo of a man in a forest"
OTHER = "a portrait of an old woman in a forest, smiling"
SCHEDULERS = {
    "the default": None,
    "DDIM": DDIMScheduler,
    "DPM++": DPMSolverMultistepScheduler,
    "Euler": EulerDiscreteScheduler,
}


@pytest.fixture(scope="module")
def vivid(either):
    """A tiny model with peaked attention of a large effect, so that prompts show in its pictures."""
    for module in either.unet.modules():
        if isinstance(module, Attention):
            module.to_q.weight.mul_(4)
            module.to_out[0].weight.mul_(8)
    yield either
    for module in either.unet.modules():
        if isinstance(module, Attention):
            module.to_q.weight.div_(4)
            module.to_out[0].weight.div_(8)


def made(model, edits, seeds=(3,), **options):
    settings = {"steps": 4, "guidance_scale": 5.0} | options
    return list(edit_pictures(model, SOURCE, edits, seeds, **settings))


def far(latents):
    """How far each edit is from the source."""
    return (latents[1:] - latents[:1]).abs().amax((1, 2, 3)).tolist()


@pytest.mark.parametrize("name", SCHEDULERS)
def test_the_unchanged_prompt_under_control_is_the_source(vivid, name):
    """Computed like any other edit, in the same batch: no shortcut."""
    scheduler = SCHEDULERS[name] and SCHEDULERS[name].from_config(vivid.scheduler.config)
    unchanged = [Edit(SOURCE, 1, 1), Edit(SOURCE), Edit(SOURCE, word_weights={"man": 1.0}), Edit(SOURCE, 0, 0)]
    result = made(vivid, [Edit(OTHER), *unchanged], scheduler=scheduler)[0]
    changed, *same = far(result.latents)
    assert changed > 1e-2
    assert max(same) <= 1e-6
    assert all(np.array_equal(result.source, picture) for picture in result.edited[1:])


@pytest.mark.parametrize("guidance_scale", [1.0, 5.0])
def test_without_control_the_edit_is_the_picture_of_its_prompt(vivid, guidance_scale):
    settings = {"steps": 4, "guidance_scale": guidance_scale, "negative_prompt": "a baby"}
    result = made(vivid, [Edit(OTHER, 0, 0), Edit(SOURCE, 0.0, 0.0)], **settings)[0]
    plain = list(generate(vivid, [SOURCE, OTHER], [3, 3], batch_size=3, **settings))
    for ours, theirs in zip([result.source, *result.edited], [plain[0], plain[1], plain[0]], strict=True):
        assert np.abs(np.asarray(ours, int) - np.asarray(theirs, int)).max() <= 1
    assert far(result.latents)[0] > 1e-2


@pytest.mark.parametrize("kind", [DDIMScheduler, EulerDiscreteScheduler, HeunDiscreteScheduler])
def test_without_control_any_scheduler_works_as_in_the_diffusers_pipeline(vivid, kind, tiny_model, tiny_xl_model):
    scheduler = kind.from_config(vivid.scheduler.config)
    folder = tiny_xl_model if vivid.second else tiny_model
    pipeline = DiffusionPipeline.from_pretrained(folder, unet=vivid.unet)
    pipeline.scheduler = kind.from_config(pipeline.scheduler.config, clip_sample=False)
    pipeline.set_progress_bar_config(disable=True)
    noise = initial_latents(vivid, [3, 3], 64, 64)
    settings = {"num_inference_steps": 4, "guidance_scale": 5.0, "output_type": "latent"}
    expected = pipeline([SOURCE, OTHER], latents=noise, **settings).images
    result = made(vivid, [Edit(OTHER, 0, 0)], scheduler=scheduler)[0]
    assert torch.allclose(result.latents, expected, atol=1e-3)
    assert expected.std() > 0.1


def test_each_kind_of_control_has_its_effect(vivid):
    edits = [
        Edit(OTHER, 0, 0),
        Edit(OTHER, 1, 0),
        Edit(OTHER, 0, 1),
        Edit(OTHER, 0, 1, self_limit=0),
        Edit(OTHER, {"default_": 1, "woman": 0}, 0),
        Edit(OTHER, 1, 0, kind="refine"),
        Edit(OTHER, 1, 0, {"woman": 0}),
        Edit(OTHER, 1, 0, {"woman": -2}),
        Edit(OTHER, 1, 0, {"woman": 0}, weigh_embeddings=False),
    ]
    latents = made(vivid, edits)[0].latents[1:]
    distances = torch.cdist(latents.flatten(1), latents.flatten(1))
    assert distances[0, 3] == 0
    distances[0, 3] = distances[3, 0] = 1
    assert distances.fill_diagonal_(1).min() > 1e-3


def test_rows_of_a_batch_are_those_of_single_runs(vivid):
    edits = [
        Edit(OTHER, blend=Blend(["man"], ["woman"], ["forest"])),
        Edit(SOURCE, word_weights={"forest": 0}),
        Edit("a photo of a man", {"default_": 0.5, "man": 1}, 0),
    ]
    alone = [made(vivid, [edit], [seed], batch_size=2)[0] for seed in (3, 4) for edit in edits]
    for batch_size in (3, 4, 12):
        together = made(vivid, edits, [3, 4], batch_size=batch_size, keep_maps=True)
        assert [result.seed for result in together] == [3, 4]
        for index, single in enumerate(alone):
            result, edit = together[index // 3], index % 3
            assert torch.allclose(result.latents[[0, 1 + edit]], single.latents, atol=1e-4)
            assert (result.masks[edit] is None) == (single.masks[0] is None)
        assert np.array_equal(together[0].masks[0], alone[0].masks[0])
        alone_map = made(vivid, [], keep_maps=True)[0].maps.of("man")
        assert np.allclose(together[0].maps.of("man"), alone_map, atol=1e-5)


def test_a_mask_says_where_the_picture_may_change(vivid):
    nowhere, everywhere, half = np.zeros((64, 64)), np.ones((64, 64)), np.zeros((64, 64))
    half[:, 32:] = 1
    blends = [None, Blend(mask=nowhere), Blend(mask=everywhere), Blend(mask=half, start=1 / 4)]
    result = made(vivid, [Edit(OTHER, 0.5, 0.5, blend=blend) for blend in blends])[0]
    source, free, none, full, right = result.latents
    assert torch.equal(none, source)
    assert torch.equal(full, free)
    assert torch.equal(right[..., :4], source[..., :4])
    assert (right[..., 4:] - source[..., 4:]).abs().min() > 0
    assert np.array_equal(result.source, result.edited[1])
    assert result.masks[0] is None
    assert result.masks[3].tolist() == [[0] * 4 + [1] * 4] * 8


def test_blending_by_words_keeps_what_lies_outside(vivid):
    edits = [
        Edit(OTHER, blend=Blend(["man"], ["woman"], threshold=0.999)),
        Edit(OTHER, blend=Blend(["man"], start=1)),
        Edit(OTHER, blend=Blend(["man"], ["woman"], threshold=0.999, start=3 / 4)),
        Edit(OTHER),
        Edit(OTHER, blend=Blend(["man"], ["woman"], threshold=0)),
    ]
    result = made(vivid, edits)[0]
    source, blended, never, last, free, everywhere = result.latents
    mask = torch.from_numpy(result.masks[0]).bool()
    assert 0 < mask.float().mean() < 1
    assert torch.equal(blended[:, ~mask], source[:, ~mask])
    assert (blended[:, mask] - source[:, mask]).abs().max() > 1e-3
    assert result.masks[1] is None
    assert torch.equal(never, free)
    assert torch.equal(everywhere, free)
    assert result.masks[4].min() == 1
    # From the last of four steps on: the same region as it happens, of another picture.
    outside = torch.from_numpy(result.masks[2]) == 0
    assert torch.equal(last[:, outside], source[:, outside])
    assert not torch.equal(last, blended)


def test_maps_are_of_the_source_at_the_latents_size(vivid):
    results = made(vivid, [Edit(OTHER, blend=Blend(["man"]))], keep_maps=True, resolution=(48, 80))
    maps = results[0].maps
    assert results[0].latents.shape == (2, 8, 6, 10)
    assert maps.attention.shape == (3, 5, 24)
    assert torch.allclose(maps.attention.sum(-1), torch.ones(3, 5), atol=1e-5)
    for words in ("man", "a forest", "in"):
        assert maps.of(words).shape == (6, 10)
        assert maps.of(words).dtype == np.float32
        assert (maps.of(words).min() >= 0, maps.of(words).max()) == (True, 1)
    assert not np.allclose(maps.of("man"), maps.of("forest"))
    with pytest.raises(ValueError, match="'woman' is not in the prompt"):
        maps.of("woman")
    assert made(vivid, [Edit(OTHER)])[0].maps is None


def test_pictures_have_the_size_that_is_asked_for(vivid):
    half = np.zeros((32, 96))
    half[:, 48:] = 1
    result = made(vivid, [Edit(OTHER, blend=Blend(mask=half)), Edit(OTHER, 1, 1)], resolution=(32, 96))[0]
    assert result.source.size == result.edited[0].size == (96, 32)
    assert torch.equal(result.latents[1][..., :6], result.latents[0][..., :6])
    assert made(vivid, [], resolution=32)[0].source.size == (32, 32)
    assert made(vivid, [], seeds=[]) == []


def test_maps_are_made_only_for_blends_and_when_they_are_kept(vivid, monkeypatch):
    seen = []
    original = attention.attention_map
    monkeypatch.setattr(attention, "attention_map", lambda q, k: seen.append(tuple(q.shape[:2])) or original(q, k))
    layers = sum(".attn2." in name for name in vivid.unet.attn_processors)
    edits = [Edit(OTHER), Edit(OTHER, 1, 1, {"woman": 2}, blend=Blend(mask=np.ones((64, 64))))]
    made(vivid, edits)
    assert seen == []
    made(vivid, edits, keep_maps=True)
    assert seen == [(layers, 1)] * 4
    seen.clear()
    made(vivid, [*edits, Edit(OTHER, blend=Blend(["man"]))], [3, 4])
    assert seen == [(layers, 4)] * 4


def test_pictures_are_computed_as_they_are_asked_for(vivid, monkeypatch):
    calls = []
    original = vivid.unet.forward
    monkeypatch.setattr(vivid.unet, "forward", lambda x, *a, **k: calls.append(len(x)) or original(x, *a, **k))
    edits = [Edit(OTHER), Edit(SOURCE), Edit(OTHER, 0, 0)]
    results = edit_pictures(vivid, SOURCE, edits, [3, 4, 5], steps=1, guidance_scale=2.0, batch_size=4)
    assert calls == []
    assert [result.seed for result in islice(results, 2)] == [3, 4]
    assert calls == [8, 8]
    assert not torch.is_inference_mode_enabled()
    calls.clear()
    # A source is computed with each part of its edits; sources share a batch where there is room.
    assert len(made(vivid, edits, [3, 4], steps=1, guidance_scale=1.0, batch_size=3)) == 2
    assert calls == [2, 3, 2, 3]
    calls.clear()
    made(vivid, edits[:1], [3, 4, 5], steps=1, guidance_scale=1.0, batch_size=5)
    assert calls == [4, 2]


def test_the_model_is_the_same_afterwards_even_after_an_error(vivid, monkeypatch):
    processors = vivid.unet.attn_processors
    made(vivid, [Edit(OTHER)])
    assert vivid.unet.attn_processors == processors

    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(vivid.unet.mid_block, "forward", broken)
    with pytest.raises(ZeroDivisionError):
        made(vivid, [Edit(OTHER)])
    assert vivid.unet.attn_processors == processors


def test_a_given_scheduler_is_not_changed(vivid):
    scheduler = EulerDiscreteScheduler.from_config(vivid.scheduler.config)
    before = scheduler.timesteps.clone()
    first = made(vivid, [Edit(OTHER)], scheduler=scheduler)[0]
    assert torch.equal(scheduler.timesteps, before)
    assert torch.equal(made(vivid, [Edit(OTHER)], scheduler=scheduler)[0].latents, first.latents)
    assert not torch.allclose(made(vivid, [Edit(OTHER)])[0].latents, first.latents, atol=1e-2)


@pytest.fixture(scope="module")
def photograph():
    rows, columns = np.mgrid[30:220:64j, 30:220:64j]
    return Image.fromarray(np.stack([rows, columns, rows], -1).astype(np.uint8))


@pytest.mark.parametrize("method", METHODS)
def test_the_unchanged_prompt_of_a_photograph_is_its_reconstruction(vivid, photograph, method):
    start = invert(vivid, photograph, SOURCE, method=method, steps=4, guidance_scale=3.0)
    edits = [Edit(SOURCE, 1, 1), Edit(OTHER, 0.5, 0.5), Edit(OTHER, blend=Blend(mask=np.zeros((64, 64))))]
    result = made(vivid, edits, [0], start=start, guidance_scale=3.0)[0]
    unchanged, changed, kept = far(result.latents)
    assert changed > 1e-2
    assert kept == 0
    difference = np.abs(np.asarray(result.source, int) - np.asarray(start.reconstruction, int))
    assert difference.max() <= 1
    assert unchanged <= 1e-4


def test_an_inversion_and_the_edit_must_agree(vivid, photograph):
    start = invert(vivid, photograph, SOURCE, method="null_text", steps=2, guidance_scale=3.0)
    good = {"seeds": [0], "steps": 2, "guidance_scale": 3.0, "start": start}
    assert len(made(vivid, [Edit(OTHER)], **good)) == 1
    for changes, message in [
        ({"seeds": [0, 1]}, "2 seeds for a photograph"),
        ({"steps": 3}, "inverted in 2 steps and cannot be edited in 3"),
        ({"guidance_scale": 2.0}, "null-text inversion at guidance scale 3.0 does not hold at 2.0"),
        ({"scheduler": DDIMScheduler()}, "leave out `scheduler`"),
        ({"resolution": 32}, r"the photograph has 64 x 64 pixels, not 32 x 32"),
    ]:
        with pytest.raises(ValueError, match=message):
            made(vivid, [Edit(OTHER)], **(good | changes))
    with pytest.raises(ValueError, match="inverted with the prompt 'a photo of a man in a forest', not with 'a man'"):
        edit_pictures(vivid, "a man", [], [0], steps=2, guidance_scale=3.0, start=start)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"steps": 0}, r"steps \(0\)"),
        ({"batch_size": 1}, r"batch_size \(1\) at least 2"),
        ({"resolution": 60}, "height 60 and width 60 must be multiples of 8"),
        ({"resolution": (64, 0)}, "height 64 and width 0"),
        ({"source": "man " * 30}, "has 32 tokens and the text encoder takes 24"),
        ({"edits": [Edit(OTHER), Edit(SOURCE, word_weights={"woman": 2})]}, "'woman' is not in the prompt"),
        ({"scheduler": "DDPM"}, "DDPMScheduler adds noise"),
    ],
)
def test_bad_arguments_are_named_before_anything_is_sampled(opened, arguments, message):
    if "scheduler" in arguments:
        arguments = {"scheduler": opened.scheduler}
    good = {"source": SOURCE, "edits": [Edit(OTHER)], "seeds": [1], "steps": 2, "guidance_scale": 2.0}
    with pytest.raises(ValueError, match=message):
        edit_pictures(opened, **(good | arguments))


def test_an_edit_can_be_checked_without_sampling(opened):
    check_edit(opened, SOURCE, Edit(OTHER, blend=Blend(mask=np.ones((32, 64)))), resolution=(32, 64))
    with pytest.raises(ValueError, match=r"mask has shape \(32, 64\), the pictures have \(64, 64\)"):
        check_edit(opened, SOURCE, Edit(OTHER, blend=Blend(mask=np.ones((32, 64)))))
    with pytest.raises(ValueError, match="height 30"):
        check_edit(opened, SOURCE, Edit(OTHER), resolution=30)
