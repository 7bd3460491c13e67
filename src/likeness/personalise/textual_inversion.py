"""Textual Inversion (Gal et al. 2022, arXiv 2208.01618): teach a diffusion model a word for what pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from PIL import Image
from tqdm import tqdm

from likeness.datasets.base_model import BaseModel
from likeness.datasets.staging import remove
from likeness.datasets.work import WorkFolder, digest_of
from likeness.diffusion.memory import enough_memory, release_unused
from likeness.diffusion.model import open_model
from likeness.diffusion.placement import choose_device, process_count
from likeness.personalise.data_parallel import ALONE, Rank
from likeness.personalise.draws import own_randomness
from likeness.personalise.embedding_files import Embedding, read_embedding, save_embedding, save_for_diffusers
from likeness.personalise.embedding_training import EmbeddingTraining, prepare_training
from likeness.personalise.inversion_job import InversionJob
from likeness.personalise.latents import picture_digest
from likeness.personalise.launching import do_together
from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.placeholder import ascii_trigger, spelled
from likeness.personalise.records import loss_table, timestep_loss_table

_WORKER = "likeness.personalise.inversion_worker"
LOSSES, TIMESTEP_LOSSES, VALIDATION = "losses.csv", "timestep_losses.csv", "validation.csv"


@dataclass(frozen=True)
class LearnedEmbedding:
    """What Textual Inversion leaves.

    Attributes:
        folder: the embedding as files for diffusers, A1111 and ComfyUI (see `save_embedding`), and the tables.
        embedding: the one that is kept.
        losses: one row a step: step (from 1), loss, learning_rate, seconds.
        timestep_losses: one row a tenth of the noise levels, as after DreamBooth.
        validation: one row a checkpoint: step (from 0), validation_loss (missing without held-out pictures), kept.
        checkpoints: the embedding after each of these steps but 0, as files for diffusers.
    """

    folder: Path
    embedding: Embedding
    losses: pd.DataFrame
    timestep_losses: pd.DataFrame
    validation: pd.DataFrame
    checkpoints: dict[int, Path]


def learn_embedding(
    base: BaseModel,
    pictures: Sequence[Image.Image],
    *,
    placeholder: str,
    options: TextualInversionOptions,
    work: WorkFolder,
    held_out: Sequence[Image.Image] = (),
    cache: WorkFolder | None = None,
    device: str = "auto",
) -> LearnedEmbedding:
    """Learn the vectors of a placeholder from pictures of one style or object; all of the base model stays as it is.

    An interrupted call, made again with the same arguments, goes on at its last checkpoint and ends with the vectors
    it would have had, to the bit where the device computes alike every time (CPUs do); a finished one returns at once.
    Meanwhile the embedding after each checkpoint is in the work folder, under `learning-<key>`.

    Args:
        base: model that is to learn; not changed.
        pictures: of the style or object, of any size and shape (the largest square in the middle is taken).
        placeholder: new word for it, such as `<Cézanne>`; `open_with_embedding` opens models that know it.
        options: of the training.
        work: where the state and the result are kept.
        held_out: more such pictures, not trained on: the checkpoint with the lowest loss on them is kept; none: the
            last checkpoint.
        cache: where encoded pictures are kept; give several trainings the same one to encode each picture only once.
        device: "auto", or a torch device.

    Raises:
        ValueError: no pictures, a placeholder that already is a token, an initialiser of several tokens, prompts too
            long for the vectors, more processes than GPUs, or a learning rate at which the vectors grew out of bounds.
        ModelError: the base model cannot be used.
        GpuMemoryError: memory ran out.
        WorkerError: one of several processes failed.
    """
    if not pictures:
        raise ValueError("pictures: there are none to learn from. Give at least one picture.")
    ascii_trigger(placeholder)
    name = spelled(placeholder)
    options = type(options)(**dict(options) | {"processes": process_count(options.processes, device)})
    key = digest_of(base, options, name, *([picture_digest(one) for one in kind] for kind in (pictures, held_out)))
    if not work.has(f"embedding-{key}"):
        job = InversionJob(base, pictures, held_out, name, options, key, work, cache or work, device)
        if options.processes == 1:
            learn(job, device=device)
        else:
            do_together("Textual Inversion", _WORKER, job, int(options.processes))
    return _read(work.file(f"embedding-{key}"))


def learn(job: InversionJob, *, device: str, rank: Rank = ALONE) -> None:
    """Learn, alone or together with the processes that do the same job, and leave the result in its work folder.

    Args:
        job: what is to be done.
        device: of this process.
        rank: of this process; the first one writes.

    Raises:
        GpuMemoryError: memory ran out.
    """
    work, learning, options = job.work, f"learning-{job.key}", job.options
    kept = f"What was learned stays in {work.file(learning)}, for the same settings with more memory."
    with enough_memory("inversion", choose_device(device), now=f"batch_size: {options.batch_size}", kept=kept):
        model = open_model(job.base, device=device, dtype="float32")
        with rank.after_the_first():  # which encodes the pictures
            training = prepare_training(
                model, job.pictures, job.held_out, job.placeholder, job.base, options, job.cache, rank
            )
        _run(training, work, learning, options, rank)
        if rank.is_first:
            with work.writing(f"embedding-{job.key}") as folder:
                _write(training, len(model.scheduler.alphas_cumprod), options, folder)
            remove(work.file(learning))
    del model, training
    release_unused(choose_device(device))


def _run(
    training: EmbeddingTraining, work: WorkFolder, name: str, options: TextualInversionOptions, rank: Rank
) -> None:
    """Train from the last checkpoint to the end."""
    state, checkpoints, saved = training.state, training.checkpoints, f"{name}/state.safetensors"
    state.resume(work, saved)
    silent = None if rank.is_first else True
    bar = tqdm(total=options.steps, initial=state.step, desc="textual inversion", unit="step", disable=silent)
    with bar, own_randomness(options.seed, training.steps.device):
        if state.step == 0:
            training.checkpoint()
        finished = state.step == options.steps or checkpoints.is_past_best(state.step, options.patience)
        while not finished:
            training.steps.step()
            bar.update()
            if state.step in checkpoints.steps:
                training.checkpoint()
                if rank.is_first:
                    with work.writing(f"{name}/{_file_name(state.step)}") as path:
                        save_for_diffusers(training.embedding(state.step), path)
                    state.save(work, saved)
                finished = state.step == options.steps or checkpoints.is_past_best(state.step, options.patience)


def _write(training: EmbeddingTraining, timesteps: int, options: TextualInversionOptions, folder: Path) -> None:
    state = training.state
    validation = training.checkpoints.table(state.step)
    kept = training.embedding(int(validation.loc[validation["kept"], "step"].iloc[0]))
    if not all(vectors.isfinite().all() for vectors in kept.by_encoder):
        raise ValueError(
            f"Parameter learning_rate: at {options.full_learning_rate:g} a step the vectors grew out of bounds. "
            "Choose a lower one, or another mixed_precision."
        )
    save_embedding(kept, folder)
    (folder / "checkpoints").mkdir()
    for step in validation["step"][1:]:
        save_for_diffusers(training.embedding(step), folder / "checkpoints" / _file_name(step))
    losses = loss_table(state.records, options).drop(columns="prior_loss")
    losses.head(state.step).to_csv(folder / LOSSES, index=False)
    timestep_loss_table(state.records, timesteps).to_csv(folder / TIMESTEP_LOSSES, index=False)
    validation.to_csv(folder / VALIDATION, index=False)


def _read(folder: Path) -> LearnedEmbedding:
    validation = pd.read_csv(folder / VALIDATION)
    return LearnedEmbedding(
        folder,
        read_embedding(folder),
        pd.read_csv(folder / LOSSES),
        pd.read_csv(folder / TIMESTEP_LOSSES),
        validation,
        {int(step): folder / "checkpoints" / _file_name(step) for step in validation["step"][1:]},
    )


def _file_name(step: int) -> str:
    return f"step_{step:06d}.safetensors"
