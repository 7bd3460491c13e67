from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTokenizer

from likeness.metrics.attributes import Attribute
from likeness.metrics.probe import Probe, ProbeDesign, ProbeError, save_probe
from likeness.pipelines.prompt_edit.checking import checker
from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.reading import clip_similarities, open_reader

NOISE = np.random.default_rng(0).integers(0, 255, (3, 40, 40, 3), dtype=np.uint8)
PICTURES = [Image.fromarray(pixels) for pixels in NOISE]
PROMPTS = ["a young man", "an old woman, smiling", "a " * 60 + "man"]


@pytest.fixture(scope="module")
def probe():
    attributes = (
        Attribute(name="sex", kind="categorical", values=("man", "woman")),
        Attribute(name="glasses", kind="flag", values=(False, True)),
        Attribute(name="age_years", kind="number", values=(0.0, 40.0, 90.0)),
    )
    return Probe(ProbeDesign(size=16, channels=(4, 8), blocks=(1, 1), attributes=attributes)).eval()


def test_the_probe_is_opened_or_named(probe, tmp_path):
    save_probe(tmp_path / "probe", probe)
    found = open_reader(tmp_path / "probe")
    assert [attribute.name for attribute in found.design.attributes] == ["sex", "glasses", "age_years"]
    with pytest.raises(ProbeError, match=r"probe: There is no probe in .*nowhere.*prompt_edit\.scoring\.read=false"):
        open_reader(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("asks", "message"),
    [
        ({"sex": "woman", "glasses": True, "age_years": [60, 90]}, ""),
        ({"seks": "woman"}, "the probe reads no 'seks', only sex, glasses, age_years"),
        ({"sex": "boy"}, "sex is never 'boy', but one of 'man', 'woman'"),
        ({"glasses": "round"}, "glasses is never 'round', but one of False, True"),
        ({"age_years": "old"}, r"age_years is a number: give its range, such as \[0, 90\]"),
    ],
)
def test_what_the_probe_cannot_read_is_refused(tiny_diffusion_model, probe, asks, message):
    sampling = SamplingOptions(steps=2)
    check = checker(tiny_diffusion_model, 64, sampling, probe)
    entries = [{"prompt": "a man", "edit": "a woman", "asks": asks}, {"prompt": "a man", "edit": "an old man"}]
    _, aside = plan_edits(entries, 64, sampling, ControlOptions(), check)
    assert len(aside) == bool(message)
    if message:
        assert aside["reason"].str.contains(message).all()


@pytest.fixture(scope="module")
def clip(tiny_model, tmp_path_factory):
    """A folder with a CLIP model of random weights."""
    tokenizer = CLIPTokenizer.from_pretrained(Path(tiny_model) / "tokenizer")
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ends = {"eos_token_id": tokenizer.eos_token_id, "bos_token_id": tokenizer.bos_token_id}
    text = small | ends | {"vocab_size": len(tokenizer), "max_position_embeddings": 24}
    config = CLIPConfig(text_config=text, vision_config=small | {"image_size": 32, "patch_size": 8}, projection_dim=8)
    folder = tmp_path_factory.mktemp("clip")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        CLIPModel(config).save_pretrained(folder)
    crop = {"height": 32, "width": 32}
    CLIPProcessor(CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=crop), tokenizer).save_pretrained(folder)
    return folder


def test_a_picture_is_compared_with_its_own_prompt(clip):
    together = clip_similarities(str(clip), PICTURES, PROMPTS)
    assert all(-1 <= value <= 1 for value in together)
    assert clip_similarities(str(clip), PICTURES[1:2], PROMPTS[1:2]) == pytest.approx(together[1:2], abs=1e-5)
    assert clip_similarities(str(clip), PICTURES, PROMPTS[::-1])[0] != pytest.approx(together[0], abs=1e-5)


def test_no_clip_model(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"prompt_edit\.scoring\.clip_model: .*cannot be opened"):
        clip_similarities(str(tmp_path / "empty"), PICTURES, PROMPTS)
