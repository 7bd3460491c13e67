"""DreamBooth (Ruiz et al. 2023, arXiv 2208.12242): teach a diffusion model one person from a few pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from PIL import Image
from torch import Tensor
from torch.nn import Parameter
from tqdm import tqdm

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder, digest_of
from likeness.diffusion.emphasis import Region
from likeness.diffusion.memory import enough_memory, release_unused
from likeness.diffusion.model import open_model
from likeness.diffusion.placement import choose_device, process_count
from likeness.personalise.checkpoint_choice import CheckpointChoice, Validation, chosen
from likeness.personalise.data_parallel import ALONE, Rank
from likeness.personalise.draws import own_randomness
from likeness.personalise.dreambooth_job import DreamBoothJob
from likeness.personalise.dreambooth_training import make_lesson, prepare_training
from likeness.personalise.ema import assign
from likeness.personalise.launching import do_together
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.records import loss_table, timestep_loss_table
from likeness.personalise.sharding import gathered, share_out
from likeness.personalise.trainable import make_trainable, refuse_untrainable, save_trained
from likeness.personalise.training import DenoisingTraining, mixed_precision
from likeness.personalise.training_state import TrainingState

_WORKER = "likeness.personalise.dreambooth_worker"
LOSSES, TIMESTEP_LOSSES, TRAINED = "losses.csv", "timestep_losses.csv", "trained.csv"
VALIDATION = "validation.csv"


@dataclass(frozen=True)
class FineTuned:
    """What fine-tuning leaves.

    Attributes:
        folder: the parts of the model that learned, in the layout of a checkpoint (see `open_model`).
        losses: one row a step that was taken: step (from 1), loss, prior_loss, learning_rate, seconds.
        timestep_losses: one row a tenth of the noise levels: first_timestep, last_timestep, loss (unweighted mean
            squared error on the training pictures), samples.
        trained: one row a part of the model that learned: part, parameters (how many).
        validation: one row a validation: step, its scores, loss (mean since the one before), smoothed_score, kept;
            without validation there is none.
    """

    folder: Path
    losses: pd.DataFrame
    timestep_losses: pd.DataFrame
    trained: pd.DataFrame
    validation: pd.DataFrame


def fine_tune(
    base: BaseModel,
    pictures: Sequence[Image.Image],
    prompts: str | Sequence[str],
    *,
    options: DreamBoothOptions,
    work: WorkFolder,
    faces: Sequence[Region | None] = (),
    prior_pictures: Sequence[Image.Image] = (),
    prior_prompts: str | Sequence[str] = "",
    identifier: str = "",
    cache: WorkFolder | None = None,
    validation: Validation | None = None,
    device: str = "auto",
) -> FineTuned:
    """Fine-tune a base model on pictures of one subject, with or without class pictures beside them.

    An interrupted call, made again with the same arguments, goes on where its state was last saved and ends with the
    weights it would have had, to the bit where the device computes alike every time (CPUs do); a finished one returns
    at once. Validations that are done are not repeated.

    Args:
        base: model to start from; not changed.
        pictures: of the subject, square crops of any size (of others the middle is taken); at least one.
        prompts: what the pictures show, with the rare identifier and the class word; one for all or one for each.
        options: of the training.
        work: where the state and the result are kept.
        faces: where the subject's face is on each picture, for `options.face_weight`; none: nowhere known.
        prior_pictures: of the subject's class, made by the base model; none: no prior preservation.
        prior_prompts: what the class pictures show; one for all or one for each.
        identifier: the rare identifier in the prompts; needed with `options.train_identifier`.
        cache: where encoded pictures are kept; give several trainings the same one to encode each picture only once.
        validation: scores checkpoints on the way, of which the best is kept; none: the last step's is. The model that
            learns is not touched by it: a checkpoint is written from a copy of its weights.
        device: "auto", or a torch device.

    Raises:
        ValueError: no pictures, prompts or faces that do not match them, more processes than GPUs, several processes
            and a validation, or one process and `options.sharding`.
        ModelError: the base model cannot be used, or not with `options.train_identifier`.
        WorkerError: one of several processes failed.
    """
    options = type(options)(**dict(options) | {"processes": process_count(options.processes, device)})
    lessons = [make_lesson("pictures", pictures, prompts, faces, options.batch_size)]
    if prior_pictures and options.prior_weight > 0:
        prior_batch_size = options.prior_batch_size or options.batch_size
        lessons.append(make_lesson("prior_pictures", prior_pictures, prior_prompts, (), prior_batch_size))
    if options.train_identifier:
        _check_identifier(identifier, prompts=lessons[0].prompts)
    if validation and options.processes != 1:
        raise ValueError("processes: several processes do not validate. Set processes: 1, or train without validation.")
    word = identifier if options.train_identifier else ""
    key = digest_of(base, options, lessons, word, *([validation.digest] if validation else []))
    if not work.has(f"fine_tuned-{key}"):
        refuse_untrainable(base, options)
        job = DreamBoothJob(base, lessons, identifier, options, key, work, cache or work, device)
        if options.processes == 1:
            learn(job, device=device, validation=validation)
        else:
            do_together("Fine-tuning", _WORKER, job, int(options.processes))
    folder = work.file(f"fine_tuned-{key}")
    return FineTuned(folder, *(pd.read_csv(folder / name) for name in (LOSSES, TIMESTEP_LOSSES, TRAINED, VALIDATION)))


def learn(job: DreamBoothJob, *, device: str, rank: Rank = ALONE, validation: Validation | None = None) -> None:
    """Fine-tune, alone or together with the processes that do the same job, and leave the result in its work folder.

    Args:
        job: what is to be done.
        device: of this process.
        rank: of this process; the first one writes.
        validation: chooses the checkpoint; none: the last.

    Raises:
        GpuMemoryError: memory ran out.
    """
    kept = (
        f"A state that was saved stays in {job.work.path}, for the same settings with more memory; others begin anew."
    )
    now = f"batch_size: {job.options.batch_size}, method: {job.options.method}, train: {job.options.train}"
    with enough_memory("fine_tuning", choose_device(device), now=now, kept=kept):
        _learn(job, device, rank, validation)
    release_unused(choose_device(device))


def _learn(job: DreamBoothJob, device: str, rank: Rank, validation: Validation | None) -> None:
    choice = CheckpointChoice(validation, job.work, job.key) if validation else None
    state_file = f"training-{job.key}.safetensors"
    model = open_model(job.base, device=device, dtype="float32")
    parts = make_trainable(model, job.options, job.identifier)
    if job.options.sharding == "full":
        parts = {"unet": share_out(model.unet, mixed_precision(job.options.mixed_precision, model.device))}
    with rank.after_the_first():  # which encodes the pictures
        training = prepare_training(model, parts, job.lessons, job.base, job.options, job.cache, rank)
    _run(training, job, state_file, rank, choice)
    result = gathered(_result(training.state), keep=rank.is_first)
    if rank.is_first:
        with job.work.writing(f"fine_tuned-{job.key}") as folder:
            if choice:
                choice.copy_best(folder)
            elif job.options.sharding == "full":
                _write_copy(result, job, folder)
            else:
                assign(training.state.parameters, result)
                save_trained(model, parts, folder)
            timesteps = len(model.scheduler.alphas_cumprod)
            _write_tables(parts, training.state, job.options, timesteps, choice, folder)
        if choice:
            choice.remove()
        job.work.file(state_file).unlink(missing_ok=True)


def _check_identifier(identifier: str, prompts: Sequence[str]) -> None:
    if not identifier or len(identifier.split()) != 1:
        raise ValueError(f"identifier: train_identifier needs the one word to train, not {identifier!r}.")
    for prompt in prompts:
        if identifier not in prompt:
            raise ValueError(f"The prompt {prompt!r} lacks the identifier {identifier!r} that train_identifier trains.")


def _run(
    training: DenoisingTraining, job: DreamBoothJob, name: str, rank: Rank, choice: CheckpointChoice | None
) -> None:
    """Train from the last saved state to the end, saving the state now and then, and validating where it is due."""
    state, options = training.state, job.options
    state.resume(job.work, name)
    bar = tqdm(
        total=options.steps,
        initial=state.step,
        desc="fine-tuning",
        unit="step",
        disable=None if rank.is_first else True,
    )
    with bar, own_randomness(options.seed, training.device):
        while not _is_finished(state, job, choice):
            training.step()
            bar.update()
            validates = choice is not None and choice.validation.is_due(state.step, options.steps)
            saves = state.step % options.checkpoint_every == 0 and state.step < options.steps
            if saves or validates:
                state.save(job.work, name, writes=rank.is_first)


def _is_finished(state: TrainingState, job: DreamBoothJob, choice: CheckpointChoice | None) -> bool:
    """Validate what is due, and say whether the steps or the patience are at their end."""
    last = state.step == job.options.steps
    if choice is None or state.step == 0 or not choice.validation.is_due(state.step, job.options.steps):
        return last
    if not choice.has(state.step):
        with job.work.writing(choice.folder(state.step)) as folder:
            _write_copy(_result(state), job, folder)
        since = max([0, *(step for step in range(1, state.step) if choice.has(step))])
        loss = float(state.records["losses"][since : state.step, 0].mean())
        choice.add(state.step, loss, job.work.file(choice.folder(state.step)))
    return last or choice.is_over(state.step)


def _result(state: TrainingState) -> Mapping[str, Tensor]:
    """The weights that training leads to: their moving average, where there is one."""
    return state.average.values if state.average else state.parameters


def _write_copy(weights: Mapping[str, Tensor], job: DreamBoothJob, folder: Path) -> None:
    """Write a checkpoint by another copy of the model: the one that learns would change, or has parts of weights."""
    model = open_model(job.base, device="cpu", dtype="float32")
    parts = make_trainable(model, job.options, job.identifier)
    assign({f"{part}/{name}": value for part, named in parts.items() for name, value in named.items()}, weights)
    save_trained(model, parts, folder)


def _write_tables(
    parts: Mapping[str, Mapping[str, Parameter]],
    state: TrainingState,
    options: DreamBoothOptions,
    timesteps: int,
    choice: CheckpointChoice | None,
    folder: Path,
) -> None:
    loss_table(state.records, options).head(state.step).to_csv(folder / LOSSES, index=False)
    timestep_loss_table(state.records, timesteps).to_csv(folder / TIMESTEP_LOSSES, index=False)
    counts = [(part, sum(value.numel() for value in named.values())) for part, named in parts.items()]
    pd.DataFrame(counts, columns=["part", "parameters"]).to_csv(folder / TRAINED, index=False)
    validation = choice.table() if choice else chosen(pd.DataFrame(columns=["step", "score", "loss"]))
    validation.to_csv(folder / VALIDATION, index=False)
