"""DreamBooth and Textual Inversion on SDXL."""

import json
import shutil

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, StableDiffusionXLPipeline
from safetensors.torch import load_file, save_file

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import ModelError, open_model
from likeness.diffusion.sampling import generate, initial_latents
from likeness.diffusion.solvers import default_solver
from likeness.personalise.draws import draw
from likeness.personalise.dreambooth import fine_tune
from likeness.personalise.dreambooth_training import make_lesson, prepare_training
from likeness.personalise.embedding_files import (
    DIFFUSERS_FILE,
    Embedding,
    EmbeddingError,
    read_embedding,
    save_embedding,
)
from likeness.personalise.embedding_insertion import insert_embedding, open_with_embedding
from likeness.personalise.embedding_training import prepare_training as prepare_inversion
from likeness.personalise.latents import cached_moments
from likeness.personalise.lora_files import LORA_FILE
from likeness.personalise.options import DreamBoothOptions, TextualInversionOptions
from likeness.personalise.textual_inversion import learn_embedding
from likeness.personalise.trainable import make_trainable

PROMPT, PRIOR = "a photo of sks man", "a photo of a man"


def options(**changes):
    quick = {"steps": 6, "batch_size": 2, "learning_rate": 1e-3, "checkpoint_every": 3, "method": "lora"}
    return DreamBoothOptions(**(quick | changes))


def inversion_options(**changes):
    quick = {"steps": 4, "batch_size": 2, "checkpoint_every": 2, "validation_samples": 4, "vectors": 2}
    return TextualInversionOptions(**(quick | {"initialiser": "man", "learn": "object"} | changes))


@pytest.fixture
def prepare(base_xl, work, make_pictures):
    """A DreamBooth training of a tiny SDXL of its own, with a wide picture among them, and that model."""

    def prepared(**changes):
        model = open_model(base_xl, device="cpu", dtype="float32")
        settings = options(**({"mixed_precision": "no"} | changes))
        parts = make_trainable(model, settings)
        pictures = [*make_pictures(1), *make_pictures(1, seed=2, size=(160, 80))]
        lessons = [
            make_lesson("pictures", pictures, PROMPT, (), settings.batch_size),
            make_lesson("prior_pictures", make_pictures(3, seed=1), PRIOR, (), settings.batch_size),
        ]
        return model, prepare_training(model, parts, lessons, base_xl, settings, work)

    return prepared


def test_the_loss_is_that_of_diffusers_conditions(prepare, base_xl, work, make_pictures):
    _, training = prepare()
    pipeline = StableDiffusionXLPipeline.from_pretrained(base_xl.source)
    plain = open_model(base_xl, device="cpu", dtype="float32")
    pictures = [*make_pictures(1), *make_pictures(1, seed=2, size=(160, 80))]
    time_ids = torch.tensor([[64, 64, 0, 0, 64, 64], [80, 160, 0, 32, 64, 64]], dtype=torch.float32)
    settings = {"model_digest": base_xl.digest, "resolution": 64, "mirrored": False, "cache": work}
    moments = cached_moments(plain, pictures, **settings)
    drawn = draw(2, pictures=2, variants=1, timesteps=1000, shape=(8, 8, 8), seed=0, step=0, stream=0)
    latents = moments.sample(drawn.pictures, drawn.variants, drawn.posterior_noise)
    noisy = plain.scheduler.add_noise(latents, drawn.noise, drawn.timesteps)
    with torch.no_grad():
        states, _, pooled, _ = pipeline.encode_prompt(PROMPT, device="cpu", do_classifier_free_guidance=False)
        added = {"text_embeds": pooled.expand(2, -1), "time_ids": time_ids[drawn.pictures]}
        told = {"encoder_hidden_states": states.expand(2, -1, -1), "added_cond_kwargs": added}
        output = pipeline.unet(noisy, drawn.timesteps, **told).sample
    training.step()
    expected = (output - drawn.noise).pow(2).mean().item()
    assert training.state.records["losses"][0, 0].item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("forgotten", ["pooled", "sizes"])
def test_the_pooled_embedding_and_the_sizes_count(prepare, forgotten):
    _, training = prepare()
    _, without = prepare()
    if forgotten == "pooled":
        without._conditioning._embeddings.pooled.zero_()
    else:
        for kind in without._sets:
            kind.sizes.zero_()
    for one in (training, without):
        one.step()
    losses = [one.state.records["losses"][0] for one in (training, without)]
    assert (losses[0] - losses[1]).abs().min() > 1e-5


@pytest.mark.parametrize(
    ("changes", "learns"),
    [
        ({}, {"unet"}),
        ({"method": "full", "train": "cross_attention"}, {"unet"}),
        ({"train_text_encoder": True}, {"unet", "text_encoder", "text_encoder_2"}),
        ({"train_text_encoder": True, "method": "full"}, {"unet", "text_encoder", "text_encoder_2"}),
    ],
)
def test_gradients_reach_what_learns_and_nothing_else(prepare, changes, learns):
    model, training = prepare(**changes)
    training.state.optimiser.zero_grad = lambda set_to_none: None
    training.step()
    assert {name.split("/")[0] for name in training.state.parameters} == learns
    learning = {id(parameter) for parameter in training.state.parameters.values()}
    for network in (model.unet, *model.text_encoders.values()):
        for name, parameter in network.named_parameters():
            assert (parameter.grad is not None) == (id(parameter) in learning), name
    assert all("lora_" in name for name in training.state.parameters) == (changes.get("method") != "full")


def test_the_text_encoders_are_computed_once_where_they_do_not_learn(prepare):
    model, training = prepare()
    model.change_text_encoders(lambda _: None)
    training.step()
    assert training.state.step == 1


@pytest.mark.parametrize("checkpointing", [False, True])
def test_in_bfloat16_as_in_float32(prepare, checkpointing):
    changes = {"train_text_encoder": True, "snr_gamma": 5.0, "gradient_checkpointing": checkpointing}
    losses = []
    for precision in ("no", "bf16"):
        _, training = prepare(mixed_precision=precision, **changes)
        for _ in range(3):
            training.step()
        losses.append(training.state.records["losses"][:3])
    assert torch.allclose(*losses, rtol=0.02)
    assert not torch.equal(*losses)


def test_the_vae_which_overflows_in_float16_encodes_in_float32(prepare, monkeypatch):
    seen = []
    original = AutoencoderKL.encode
    monkeypatch.setattr(AutoencoderKL, "encode", lambda vae, pixels: seen.append(pixels.dtype) or original(vae, pixels))
    prepare(mixed_precision="fp16")
    assert set(seen) == {torch.float32}


@pytest.mark.parametrize("changes", [{}, {"mixed_precision": "bf16", "face_weight": 3.0, "train_text_encoder": True}])
def test_what_a_step_learns_can_be_recorded(prepare, changes, recordable):
    _, training = prepare(**changes)
    training.step()
    # As on a GPU, where a step is recorded, text encoders are asked for every prompt.
    training._conditioning._once = False
    plain = training._learned

    def recorded(batch):
        with recordable():
            return plain(batch)

    training._learned = recorded
    training.step()
    assert training.state.records["losses"][1, 0] > 0


@pytest.fixture
def arguments(base_xl, make_pictures):
    return {
        "base": base_xl,
        "pictures": make_pictures(3),
        "prompts": PROMPT,
        "prior_pictures": make_pictures(2, seed=1),
        "prior_prompts": PRIOR,
        "faces": [(0.2, 0.2, 0.6, 0.6)] * 3,
        "device": "cpu",
    }


def drawn_by(model, prompt=PROMPT):
    settings = {"steps": 2, "guidance_scale": 3.0, "height": 64, "width": 64}
    return np.asarray(next(generate(model, [prompt], [0], **settings)), float)


def stock_pipeline(model, base):
    """The base model in diffusers' own pipeline, with the solver of ours."""
    pipeline = StableDiffusionXLPipeline.from_pretrained(base.source, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = default_solver(model)
    return pipeline


def drawn_by_stock(pipeline, model, prompt=PROMPT):
    settings = {"num_inference_steps": 2, "guidance_scale": 3.0, "height": 64, "width": 64, "output_type": "np"}
    return pipeline(prompt, latents=initial_latents(model, [0], 64, 64), **settings).images[0] * 255


def test_a_model_learns_its_picture(arguments, work):
    arguments |= {"prior_pictures": [], "pictures": arguments["pictures"][:1], "faces": ()}
    quick = {"steps": 60, "learning_rate": 5e-3, "mixed_precision": "no"}
    losses = fine_tune(**arguments, options=options(**quick), work=work).losses["loss"]
    assert losses[-15:].mean() < 0.8 * losses[:5].mean()


@pytest.mark.parametrize("changes", [{}, {"train_text_encoder": True}, {"method": "full", "train": "attention"}])
def test_a_checkpoint_opens(arguments, work, base_xl, changes):
    tuned = fine_tune(**arguments, options=options(learning_rate=1e-2, **changes), work=work)
    assert np.isfinite(tuned.losses).all(axis=None)
    checkpoint = Checkpoint(tuned.folder, {"base_model": base_xl})
    plain, opened = (open_model(one, device="cpu") for one in (base_xl, checkpoint))
    assert np.abs(drawn_by(plain) - drawn_by(opened)).max() > 1
    for name, encoder in plain.text_encoders.items():
        theirs = opened.text_encoders[name].state_dict()
        same = all(torch.equal(value, theirs[key]) for key, value in encoder.state_dict().items())
        assert same == ("train_text_encoder" not in changes)


@pytest.mark.parametrize("text", [False, True])
def test_stock_diffusers_draws_the_same_pictures_with_the_lora_file(arguments, work, base_xl, text):
    quick = options(learning_rate=1e-2, lora_alpha=16, train_text_encoder=text)
    tuned = fine_tune(**arguments, options=quick, work=work)
    model = open_model(Checkpoint(tuned.folder, {"base_model": base_xl}), device="cpu")
    pipeline = stock_pipeline(model, base_xl)
    pipeline.load_lora_weights(tuned.folder, weight_name=LORA_FILE)
    theirs = drawn_by_stock(pipeline, model)
    assert np.abs(drawn_by(model) - theirs).max() < 1
    assert np.abs(drawn_by(open_model(base_xl, device="cpu")) - theirs).max() > 1


@pytest.mark.parametrize(
    ("at", "changes"),
    [(4, {"snr_gamma": 5.0, "gradient_accumulation": 2}), (5, {"train_text_encoder": True, "ema_decay": 0.9})],
)
def test_an_interrupted_training_ends_as_an_undisturbed_one(arguments, new_work, interrupted, at, changes):
    arguments |= {"options": options(**changes)}
    undisturbed = fine_tune(**arguments, work=new_work("undisturbed"))
    resumed, steps = interrupted(lambda: fine_tune(**arguments, work=new_work("interrupted")), at)
    assert steps[0] == 3
    files = sorted(path.relative_to(undisturbed.folder) for path in undisturbed.folder.rglob("*.safetensors"))
    assert files
    for file in files:
        expected, found = (load_file(one.folder / file) for one in (undisturbed, resumed))
        assert all(torch.equal(value, found[name]) for name, value in expected.items())


def test_an_identifier_is_refused_before_weights_are_opened(arguments, work, monkeypatch):
    monkeypatch.setattr("likeness.personalise.dreambooth.open_model", None)
    with pytest.raises(ModelError, match=r"train_identifier knows models with one text.*Set train_identifier to false"):
        fine_tune(**arguments, options=options(train_identifier=True), identifier="sks", work=work)


@pytest.fixture
def word(base_xl):
    """Two loud vectors of each text encoder."""
    generator = torch.Generator().manual_seed(0)
    tables = [one.get_input_embeddings().weight for one in open_model(base_xl, device="cpu").text_encoders.values()]
    vectors = [table.std() * 5 * torch.randn(2, table.shape[1], generator=generator) for table in tables]
    return Embedding("<Cézanne>", *vectors)


@pytest.fixture
def inversion(base_xl, make_pictures):
    pictures = {"pictures": make_pictures(2, size=(96, 64)), "held_out": make_pictures(1, seed=1)}
    return {"base": base_xl, "placeholder": "<Cézanne>", "device": "cpu", **pictures}


def test_both_text_encoders_learn_the_word(inversion, work, base_xl):
    model = open_model(base_xl, device="cpu", dtype="float32")
    untouched = open_model(base_xl, device="cpu", dtype="float32")
    held_out = inversion["held_out"]
    arguments = (inversion["pictures"], held_out, "<new>", base_xl, inversion_options(mixed_precision="no"), work)
    training = prepare_inversion(model, *arguments)
    start = [one.rows.detach().clone() for one in training.rows]
    training.steps.step()
    assert all((one.rows - before).abs().min() > 1e-5 for one, before in zip(training.rows, start, strict=True))
    assert [one.rows.shape[1] for one in training.rows] == [32, 16]
    for name, network in (("unet", model.unet), *model.text_encoders.items()):
        now = network.state_dict()
        before = (untouched.unet if name == "unet" else untouched.text_encoders[name]).state_dict()
        for key, value in before.items():
            assert torch.equal(now[key.replace("token_embedding.weight", "token_embedding.table.weight")], value)


def test_in_bfloat16_only_the_rows_are_exact(inversion, work, base_xl):
    model = open_model(base_xl, device="cpu", dtype="float32")
    arguments = (inversion["pictures"], [], "<new>", base_xl, inversion_options(mixed_precision="bf16"), work)
    training = prepare_inversion(model, *arguments)
    start = [one.rows.detach().clone() for one in training.rows]
    training.steps.step()
    for number, encoder in enumerate(model.text_encoders.values()):
        exact = [name for name, one in encoder.named_parameters() if one.dtype == torch.float32]
        assert [name.rpartition(".")[2] for name in exact] == ["rows"]
        assert 0 < (training.rows[number].rows - start[number]).abs().max() < 0.01


def test_the_loss_falls_and_the_word_is_drawn(inversion, work, base_xl):
    inversion |= {"pictures": inversion["pictures"][:1], "held_out": inversion["pictures"][:1]}
    many = inversion_options(steps=60, learning_rate=0.05, checkpoint_every=20, vectors=4, mixed_precision="no")
    learned = learn_embedding(**inversion, options=many, work=work)
    losses = learned.validation["validation_loss"]
    assert losses.iloc[-1] < losses.iloc[0] - 1e-3
    tensors = load_file(learned.folder / DIFFUSERS_FILE)
    assert {name: tuple(value.shape) for name, value in tensors.items()} == {"clip_l": (4, 32), "clip_g": (4, 16)}
    model = open_with_embedding(base_xl, learned.folder, device="cpu")
    assert np.abs(drawn_by(model, "a <Cézanne>") - drawn_by(model, "a man man man man")).max() > 1


def test_an_interrupted_inversion_ends_as_an_undisturbed_one(inversion, new_work, interrupted):
    inversion |= {"options": inversion_options(ema_decay=0.9)}
    undisturbed = learn_embedding(**inversion, work=new_work("undisturbed"))
    resumed, steps = interrupted(lambda: learn_embedding(**inversion, work=new_work("interrupted")), 3)
    assert steps == [2, 3]
    for one, other in zip(undisturbed.embedding.by_encoder, resumed.embedding.by_encoder, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("name", [DIFFUSERS_FILE, "cezanne.safetensors"])
def test_stock_diffusers_draws_the_same_pictures_with_the_word(base_xl, word, tmp_path, name):
    save_embedding(word, tmp_path)
    model = open_with_embedding(base_xl, tmp_path / name, device="cpu")
    pipeline = stock_pipeline(model, base_xl)
    vectors = load_file(tmp_path / name)
    for key, encoder, tokenizer in (
        ("clip_l", "text_encoder", "tokenizer"),
        ("clip_g", "text_encoder_2", "tokenizer_2"),
    ):
        place = {"text_encoder": getattr(pipeline, encoder), "tokenizer": getattr(pipeline, tokenizer)}
        pipeline.load_textual_inversion(vectors[key], token="<cezanne>", **place)
    theirs = drawn_by_stock(pipeline, model, "a man by <cezanne>")
    ours = drawn_by(model, "a man by <Cézanne>")
    assert np.abs(ours - theirs).max() < 1
    assert np.array_equal(ours, drawn_by(model, "a man by <cezanne>"))
    for encoder in model.text_encoders.values():
        encoder.get_input_embeddings().weight.data[-1] = 0
        changed = drawn_by(model, "a man by <cezanne>")
        assert np.abs(changed - ours).max() > 1
        ours = changed


def test_a_prompt_ends_where_it_ends_with_a_word_of_a_higher_number(tiny_xl_model, tmp_path, word):
    """Published configurations of SDXL name a token 2 as the end."""
    old = shutil.copytree(tiny_xl_model, tmp_path / "old")
    config = old / "text_encoder_2" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"eos_token_id": 2}))
    pooled = []
    for folder in (tiny_xl_model, old):
        model = open_model(BaseModel(str(folder)), device="cpu")
        insert_embedding(model, word)
        with torch.no_grad():
            pooled.append(encode_prompts(model, ["a <cezanne> man", "a man"]).pooled)
    assert torch.equal(*pooled)


def test_another_models_word_is_named(base, base_xl, word):
    with pytest.raises(EmbeddingError, match=r"width 32 and 16, but tiny_model takes 32: .*SDXL"):
        insert_embedding(open_model(base, device="cpu"), word)
    with pytest.raises(EmbeddingError, match=r"width 32, but tiny_xl_model takes 32 and 16"):
        insert_embedding(open_model(base_xl, device="cpu"), Embedding("<Cézanne>", word.vectors))


def test_files_of_other_programs_are_read(word, tmp_path):
    file = tmp_path / "style.safetensors"
    save_file({"clip_g": word.second.half(), "clip_l": word.vectors.half()}, file)
    read = read_embedding(file, "<style>")
    assert torch.allclose(read.second, word.second, rtol=1e-2)
    assert [one.dtype for one in read.by_encoder] == [torch.float32] * 2
    with pytest.raises(EmbeddingError, match=r"does not say what prompts call it.* <style>"):
        read_embedding(file)
    save_file({"clip_g": word.second[:1].contiguous(), "clip_l": word.vectors}, file)
    with pytest.raises(EmbeddingError, match=r"2 vectors of one text encoder and 1 of the other"):
        read_embedding(file, "<style>")
