import numpy as np
import pytest
import torch
from PIL import Image

from likeness.diffusion.inversion import invert
from likeness.pipelines.prompt_edit import photos
from likeness.pipelines.prompt_edit.options import ControlOptions, PhotoOptions, SamplingOptions
from likeness.pipelines.prompt_edit.photos import Inversions, load_inversion, save_inversion
from likeness.pipelines.prompt_edit.plan import plan_edits

PHOTO = Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8))
SAMPLING = SamplingOptions(steps=2)


@pytest.mark.parametrize("model", ["tiny_diffusion_model", "tiny_xl_diffusion_model"])
@pytest.mark.parametrize("method", ["direct", "negative_prompt"])
def test_an_inversion_comes_back_as_it_was(tmp_path, method, model, request):
    opened = request.getfixturevalue(model)
    made = invert(opened, PHOTO, "a man, smiling", method=method, steps=2, guidance_scale=2.5)
    save_inversion(tmp_path / "kept.safetensors", made)
    read = load_inversion(tmp_path / "kept.safetensors")
    assert (read.method, read.prompt, read.steps, read.guidance_scale) == (method, "a man, smiling", 2, 2.5)
    assert torch.equal(read.trajectory, made.trajectory)
    assert (read.unconditional is None) == (method == "direct")
    if made.unconditional is not None:
        assert torch.equal(read.unconditional.hidden_states, made.unconditional.hidden_states)
        assert (read.unconditional.pooled is None) == (opened.second is None)
        if opened.second is not None:
            assert torch.equal(read.unconditional.pooled, made.unconditional.pooled)
    for name in ("photograph", "round_trip", "reconstruction"):
        assert np.array_equal(getattr(read, name), getattr(made, name))


def test_a_photograph_is_inverted_once(tiny_diffusion_model, tmp_path, monkeypatch):
    path = tmp_path / "photo.png"
    PHOTO.resize((96, 70)).save(path)
    entries = [{"photo": str(path), "prompt": "a man", "edit": "a woman"}]
    plan, _ = plan_edits(entries, 64, SAMPLING, ControlOptions(), lambda source, edit: None)
    calls = []
    real = photos.invert
    monkeypatch.setattr(photos, "invert", lambda *given, **how: calls.append(how["method"]) or real(*given, **how))

    def inversions(**options):
        how = PhotoOptions(**options)
        return Inversions(lambda: tiny_diffusion_model, "digest", 64, SAMPLING, how, str(tmp_path / "work"))

    first = inversions().of(plan.sources[0], "direct")
    assert first.photograph.size == (64, 64)
    assert torch.equal(inversions().of(plan.sources[0], "direct").trajectory, first.trajectory)
    assert calls == ["direct"]
    inversions().of(plan.sources[0], "ddim")
    inversions(guidance_scale=1.0).of(plan.sources[0], "direct")
    PHOTO.rotate(90).save(path)
    inversions().of(plan.sources[0], "direct")
    assert calls == ["direct", "ddim", "direct", "direct"]
