import pytest
import torch

from likeness.diffusion.model import open_model
from likeness.personalise.embedding_training import prepare_training
from likeness.personalise.options import TextualInversionOptions


@pytest.fixture
def start(base, make_pictures, work):
    def prepare(**options):
        quick = {
            "steps": 6,
            "batch_size": 2,
            "vectors": 2,
            "learn": "object",
            "mixed_precision": "no",
            "validation_samples": 2,
        }
        settings = TextualInversionOptions(**(quick | options))
        model = open_model(base, device="cpu")
        pictures, held_out = make_pictures(2), make_pictures(1, seed=1)
        return model, prepare_training(model, pictures, held_out, "<new>", base, settings, work)

    return prepare


def test_only_the_new_rows_change(start, base):
    model, training = start(learning_rate=0.1)
    rows = training.rows[0].rows.detach().clone()
    for _ in range(4):
        training.steps.step()
    assert (training.rows[0].rows - rows).abs().min() > 0.01
    untouched = open_model(base, device="cpu")
    for part in ("unet", "text_encoder", "vae"):
        now = getattr(model, part).state_dict()
        for name, value in getattr(untouched, part).state_dict().items():
            assert torch.equal(now[name.replace("token_embedding.weight", "token_embedding.table.weight")], value)
    assert [len(group["params"]) for group in training.state.optimiser.param_groups] == [1]
    assert training.state.optimiser.param_groups[0]["weight_decay"] == 0


def test_each_step_draws_prompts_among_all_templates(start, monkeypatch):
    model, training = start(steps=80)
    seen = []
    ids = {tuple(row): number for number, row in enumerate(training.steps._conditioning._ids.tolist())}
    model.text_encoder.register_forward_pre_hook(
        lambda _, inputs: seen.extend(ids[tuple(row)] for row in inputs[0].tolist())
    )
    for _ in range(80):
        training.steps.step()
    assert set(seen) == set(range(27))


def test_accumulated_batches_are_one_large_batch(start):
    updates = []
    for sizes in ({"batch_size": 4}, {"batch_size": 2, "gradient_accumulation": 2}):
        _, training = start(**sizes)
        training.state.optimiser.zero_grad = lambda set_to_none: None
        training.steps.step()
        updates.append(training.rows[0].rows.grad)
    assert torch.allclose(updates[0], updates[1], rtol=1e-3, atol=1e-6)
    assert updates[0].abs().max() > 1e-5


def test_mixed_precision_computes_in_bfloat16_and_keeps_the_rows(start):
    model, training = start(mixed_precision="bf16", initialiser="man")
    exact, _ = start(initialiser="man")
    expected = exact.text_encoder.get_input_embeddings().rows
    assert model.unet.dtype == model.text_encoder.final_layer_norm.weight.dtype == torch.bfloat16
    assert training.rows[0].rows.dtype == torch.float32
    assert torch.equal(training.rows[0].rows, expected)
    training.steps.step()
    assert training.state.records["losses"][0, 0].isfinite()
    assert 0 < (training.rows[0].rows - expected).abs().max() < 0.01


def test_the_precisions_agree_on_the_loss(start):
    losses = []
    for precision in ("no", "bf16"):
        _, training = start(mixed_precision=precision, batch_size=4)
        training.steps.step()
        losses.append(training.state.records["losses"][0, 0].item())
    assert losses[1] == pytest.approx(losses[0], rel=0.02)


def test_gradient_checkpointing_changes_no_update(start):
    rows = []
    for checkpointing in (False, True):
        model, training = start(gradient_checkpointing=checkpointing)
        assert model.unet.is_gradient_checkpointing == checkpointing
        training.steps.step()
        rows.append(training.rows[0].rows.detach())
    assert torch.allclose(rows[0], rows[1], atol=1e-6)


def test_a_checkpoint_holds_the_average_and_its_loss(start):
    _, training = start(ema_decay=0.9, learning_rate=0.1)
    _, plain = start(learning_rate=0.1)
    for _ in range(6):
        training.steps.step()
        plain.steps.step()
    now = training.rows[0].rows.detach().clone()
    training.checkpoint()
    plain.checkpoint()
    assert torch.equal(now, training.rows[0].rows)
    assert torch.equal(training.checkpoints.rows(6), training.state.average.values["rows"])
    assert torch.equal(plain.checkpoints.rows(6), now)
    losses = [one.checkpoints.table(6)["validation_loss"].iloc[-1] for one in (training, plain)]
    assert losses[0] != losses[1]
    assert training.embedding(6).placeholder == "<new>"


@pytest.mark.parametrize("options", [{}, {"gradient_accumulation": 2}, {"snr_gamma": 5.0}, {"mixed_precision": "bf16"}])
def test_what_a_step_learns_can_be_recorded(start, options, recordable):
    _, training = start(**options)
    training.steps.step()  # the optimiser makes its state in the first
    plain = training.steps._learned
    seen = []

    def recorded(batch):
        with recordable():
            seen.append(plain(batch))
        return seen[-1]

    training.steps._learned = recorded
    before = training.rows[0].rows.detach().clone()
    training.steps.step()
    assert not torch.equal(training.rows[0].rows, before)
    assert training.state.records["losses"][1, 0] == seen[0]["losses"][0] > 0
    assert len(seen[0]["timesteps"]) == 2 * training.steps._options.gradient_accumulation


@pytest.mark.parametrize(
    "look", [lambda one: one.sum().item(), lambda one: one[one > 0], torch.nonzero, torch.rand_like, torch.unique]
)
def test_a_step_that_looks_at_numbers_or_draws_cannot_be_recorded(look, recordable):
    with pytest.raises(AssertionError), recordable():
        look(torch.tensor([1.0, 0.0]))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("options", [{}, {"gradient_accumulation": 2}, {"mixed_precision": "fp16"}])
def test_a_recorded_training_is_the_plain_one(base, make_pictures, work, options):
    learned, losses = [], []
    for replay in (False, True):
        quick = {"steps": 12, "batch_size": 2, "warmup_steps": 6, "mixed_precision": "no", "validation_samples": 2}
        settings = TextualInversionOptions(**(quick | options), replay=replay)
        model = open_model(base, device="cuda", dtype="float32")
        training = prepare_training(model, make_pictures(3), make_pictures(1, seed=1), "<new>", base, settings, work)
        for step in range(12):
            if step % 5 == 0:
                training.held_out.loss(training.steps)
            training.steps.step()
        learned.append(training.rows[0].rows.detach())
        losses.append(training.state.records["losses"][:, 0])
    assert torch.allclose(losses[0], losses[1], rtol=1e-3)
    assert torch.allclose(learned[0], learned[1], atol=1e-3)
