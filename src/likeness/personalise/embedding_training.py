"""Everything that a training of a placeholder's vectors needs, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import nn

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.placeholders import encode
from likeness.diffusion.replay import changeable
from likeness.personalise.checkpoints import Checkpoints
from likeness.personalise.compiling import compiled
from likeness.personalise.conditioning import TrainedConditioning
from likeness.personalise.data_parallel import ALONE, Rank
from likeness.personalise.ema import MovingAverage, averaged
from likeness.personalise.embedding_files import Embedding
from likeness.personalise.gradient_averaging import GradientAveraging
from likeness.personalise.latents import cached_moments
from likeness.personalise.objective import NoiseSchedule
from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.picture_sizes import size_conditions
from likeness.personalise.placeholder_rows import PlaceholderRows, train_placeholder
from likeness.personalise.records import new_records
from likeness.personalise.templates import prompts_for
from likeness.personalise.training import DenoisingTraining, TrainingSet, mixed_precision
from likeness.personalise.training_state import TrainingState
from likeness.personalise.validation import HeldOut

_ROWS = ("rows", "second_rows")
"""Names of the text encoders' rows in a training's state."""


@dataclass(frozen=True)
class EmbeddingTraining:
    """A training of a placeholder's vectors, with what is kept along its way.

    Attributes:
        steps: takes the optimiser's steps.
        checkpoints: what was learned so far.
        held_out: measures checkpoints, where there are held-out pictures.
        rows: of each text encoder, under training.
        placeholder: whose vectors they are.
        rank: of this process among those that learn together.
    """

    steps: DenoisingTraining
    checkpoints: Checkpoints
    held_out: HeldOut | None
    rows: tuple[PlaceholderRows, ...]
    placeholder: str
    rank: Rank = ALONE

    @property
    def state(self) -> TrainingState:
        """What changes during training."""
        return self.steps.state

    def checkpoint(self) -> None:
        """Keep the vectors as they are now: their moving average, where there is one."""
        state = self.state
        with averaged(state.parameters, state.average):
            # The mean, lest processes that differ by rounding end after different steps.
            loss = self.rank.mean(self.held_out.loss(self.steps)) if self.held_out else None
            side_by_side = torch.cat([one.rows.detach() for one in self.rows], dim=1)
            self.checkpoints.add(state.step, side_by_side, loss)

    def embedding(self, step: int) -> Embedding:
        """The embedding at a checkpoint."""
        widths = [one.rows.shape[1] for one in self.rows]
        return Embedding(self.placeholder, *torch.split(self.checkpoints.rows(step), widths, dim=1))


def prepare_training(
    model: DiffusionModel,
    pictures: Sequence[Image.Image],
    held_out: Sequence[Image.Image],
    placeholder: str,
    base: BaseModel,
    options: TextualInversionOptions,
    cache: WorkFolder,
    rank: Rank = ALONE,
) -> EmbeddingTraining:
    """Everything the loop needs, with the pictures encoded once for all.

    Args:
        model: opened in float32; is changed.
        pictures: to learn from.
        held_out: to measure checkpoints on; may be none.
        placeholder: no token of the model yet.
        base: the model's reference, which names its VAE in the cache.
        options: of the training.
        cache: where encoded pictures are kept.
        rank: of this process among those that learn together.

    Raises:
        ValueError: the placeholder already is a token, the initialiser is none or several, or a prompt is too long.
    """
    rows = train_placeholder(
        model, placeholder, vectors=options.vectors, initialiser=options.initialiser, seed=options.seed
    )
    prompts = prompts_for(placeholder, options)
    _check_that_they_fit(model, prompts, options.vectors)

    def encoded(some: Sequence[Image.Image], mirrored: bool) -> TrainingSet:
        resolution = options.resolution or model.resolution
        moments = cached_moments(
            model, some, model_digest=base.digest, resolution=resolution, mirrored=mirrored, cache=cache
        )
        alternatives = torch.arange(len(prompts), device=model.device).expand(len(some), -1)
        even = torch.ones(len(some), 1 + mirrored, 1, 1, 1, device=model.device)
        sizes = size_conditions(some, resolution).to(model.device) if model.second else None
        return TrainingSet(moments, alternatives, even, options.batch_size, sizes)

    training_set = encoded(pictures, options.horizontal_flip)
    validation_set = encoded(held_out, False) if held_out else None
    model.vae.to("cpu")  # it has done its work, and its memory is wanted
    precision = mixed_precision(options.mixed_precision, model.device)
    _cast(model, rows, precision)
    if options.gradient_checkpointing:
        model.unet.enable_gradient_checkpointing()
    parameters = {_ROWS[number]: one.rows for number, one in enumerate(rows)}
    records = new_records(options.steps, model.device)
    width = sum(one.rows.shape[1] for one in rows)
    checkpoints = Checkpoints.beside(records, options, width, model.device)
    state = TrainingState(
        parameters=parameters,
        optimiser=_optimiser(list(parameters.values()), options.full_learning_rate, model.device),
        average=MovingAverage(parameters, options.ema_decay) if options.ema_decay else None,
        scaler=torch.amp.GradScaler(model.device.type, enabled=precision == torch.float16),
        records=records,
    )
    schedule = NoiseSchedule(model.scheduler.alphas_cumprod.to(model.device), model.scheduler.config.prediction_type)
    model.change_text_encoders(lambda encoder: compiled(encoder, options, model.device))
    training = DenoisingTraining(
        compiled(model.unet, options, model.device),
        TrainedConditioning(model, prompts, once=False),
        schedule,
        [training_set],
        state,
        options,
        model.device,
        replay=options.replays,
        rank=rank,
        averaging=GradientAveraging(parameters.values(), options.gradient_accumulation) if rank.count > 1 else None,
    )
    validation = None
    if validation_set:
        timesteps = len(schedule.alphas_cumprod)
        validation = HeldOut(validation_set, options.validation_samples, timesteps, options.seed)
    return EmbeddingTraining(training, checkpoints, validation, rows, placeholder, rank)


def _check_that_they_fit(model: DiffusionModel, prompts: Sequence[str], vectors: int) -> None:
    for prompt in prompts:
        tokens = len(encode(model.tokenizer, prompt).ids)
        if tokens > model.prompt_length:
            raise ValueError(
                f"Parameters vectors and templates: with {vectors} vectors the prompt {prompt!r} is {tokens} tokens, "
                f"but the text encoder of {model.name} takes {model.prompt_length}. Use fewer or shorter ones."
            )


def _cast(model: DiffusionModel, rows: Sequence[PlaceholderRows], precision: torch.dtype) -> None:
    """Put the frozen networks into the format they compute in, but not the rows, whose steps are too small for it."""
    own = [one.rows.data for one in rows]
    for network in (model.unet, *model.text_encoders.values()):
        nn.Module.to(network, dtype=precision)
    for one, data in zip(rows, own, strict=True):
        one.rows.data = data


def _optimiser(rows: Sequence[nn.Parameter], rate: float, device: torch.device) -> torch.optim.AdamW:
    return torch.optim.AdamW(
        [{"params": list(rows), "initial_lr": rate}],
        lr=changeable(rate, device),
        # The length of an embedding means something; decay would shorten it.
        weight_decay=0.0,
        fused=True,
        capturable=device.type == "cuda",
    )
