"""The training loop's body: one optimiser step of weighted denoising on pictures and, beside them, class pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from likeness.diffusion.embeddings import combined
from likeness.diffusion.placement import choose_dtype, computes_bfloat16
from likeness.diffusion.replay import Batch, ReplayedStep, change_rate
from likeness.personalise.conditioning import Conditioning
from likeness.personalise.data_parallel import ALONE, Rank
from likeness.personalise.draws import Draw, draw, mixed_seed
from likeness.personalise.gradient_averaging import GradientAveraging
from likeness.personalise.latents import Moments
from likeness.personalise.master_adamw import MasterAdamW
from likeness.personalise.objective import NoiseSchedule, denoising_errors, dreambooth_loss, min_snr_weights
from likeness.personalise.optimiser import learning_rate_factor
from likeness.personalise.options import TrainingOptions
from likeness.personalise.records import TIMESTEP_BINS
from likeness.personalise.training_state import TrainingState

_FORMATS = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class TrainingSet:
    """Pictures of one kind.

    Attributes:
        moments: of their latents, scaled as the UNet sees them.
        prompts: numbers of the prompts that each picture is seen with, int64 (pictures, alternatives); on the CPU, or
            on the networks' device, where steps are replayed.
        emphasis: of the positions of each picture, (pictures, variants, 1, h, w) with mean 1; h and w may be 1.
        batch_size: pictures seen at once.
        sizes: what SDXL is told of each picture's size (see `size_conditions`), on the networks' device; None for
            other models.
    """

    moments: Moments
    prompts: Tensor
    emphasis: Tensor
    batch_size: int
    sizes: Tensor | None = None


def mixed_precision(name: str, device: torch.device) -> torch.dtype:
    """The number format of the forward pass; float32 means none is mixed in."""
    if name != "auto":
        return _FORMATS[name]
    return torch.bfloat16 if computes_bfloat16(device) else choose_dtype("auto", device)


class DenoisingTraining:
    """Steps through a training.

    Args:
        unet: under training.
        conditioning: embeds the prompts.
        schedule: of the noise, on the device.
        sets: the training pictures and, optionally, the class pictures.
        state: is changed in place.
        options: of the training.
        device: of all tensors.
        prior_weight: of the class pictures' loss.
        replay: whether a GPU records the step and replays it (see `ReplayedStep`); other devices do not.
        rank: of this process among those that train together.
        averaging: of the gradients over these processes, where there are several.
        computing: format in which the UNet computes, where that is not its weights'.
    """

    def __init__(
        self,
        unet: UNet2DConditionModel,
        conditioning: Conditioning,
        schedule: NoiseSchedule,
        sets: Sequence[TrainingSet],
        state: TrainingState,
        options: TrainingOptions,
        device: torch.device,
        prior_weight: float = 1.0,
        replay: bool = False,
        rank: Rank = ALONE,
        averaging: GradientAveraging | None = None,
        computing: torch.dtype | None = None,
    ) -> None:
        self._unet, self._conditioning, self._schedule = unet, conditioning, schedule
        self._prior_weight, self._rank, self._averaging = prior_weight, rank, averaging
        self._sets, self.state, self._options, self.device = sets, state, options, device
        self._timesteps = len(schedule.alphas_cumprod)
        self._precision = mixed_precision(options.mixed_precision, device)
        self._format = computing or unet.dtype
        weights = torch.ones(self._timesteps, device=device)
        if options.snr_gamma is not None:
            weights = min_snr_weights(schedule.signal_to_noise, options.snr_gamma, schedule.prediction)
        self._weights = weights
        self._replays = replay and device.type == "cuda"
        self._learned = ReplayedStep(self._learn, enabled=self._replays)

    def step(self) -> None:
        """Take the next optimiser step and record its losses."""
        begun, state, options = time.perf_counter(), self.state, self._options
        # Only dropout, where a model has it, draws from the global generator.
        torch.manual_seed(mixed_seed(options.seed, state.step, self._rank.index))
        factor = learning_rate_factor(state.step, options)
        for group in state.optimiser.param_groups:
            change_rate(group, group["initial_lr"] * factor)

        draws = [self._draw(index) for index in range(len(self._sets))]
        if self._replays:
            draws = [part.to(self.device) for part in draws]
        # Every step has the same shapes, so the search for cuDNN's fastest kernels pays.
        with torch.backends.cudnn.flags(enabled=True, benchmark=True):
            self._record(self._learned(_as_batch(draws)))
        if state.average:
            state.average.update(state.parameters, state.step)

        state.records["seconds"][state.step] = time.perf_counter() - begun
        state.step += 1

    def errors(self, sets: Sequence[TrainingSet], draws: Sequence[Draw]) -> tuple[Tensor, Tensor]:
        """Mean squared error (n,) and timestep (n,) of the samples drawn of each set, one set after the other."""
        placed = [part.to(self.device) for part in draws]
        latents = torch.cat(
            [
                kind.moments.sample(part.pictures, part.variants, part.posterior_noise)
                for kind, part in zip(sets, placed, strict=True)
            ]
        )
        noise, timesteps = torch.cat([part.noise for part in placed]), torch.cat([part.timesteps for part in placed])
        # Where they stay on the CPU, conditioning can look at numbers of prompts without waiting for a GPU.
        chosen = draws if sets[0].prompts.is_cpu else placed
        prompts = torch.cat([kind.prompts[p.pictures, p.prompts] for kind, p in zip(sets, chosen, strict=True)])
        emphasis = torch.cat([kind.emphasis[p.pictures, p.variants] for kind, p in zip(sets, placed, strict=True)])
        noisy = self._schedule.add_noise(latents, noise, timesteps).to(self._format)
        noisy = noisy.contiguous(memory_format=torch.channels_last)
        # A network that already computes in the format needs no conversions.
        with torch.autocast(self.device.type, self._precision, enabled=self._precision != self._format):
            context = combined(lambda values: values.to(self._format), self._conditioning(prompts))
            added = None
            if context.pooled is not None:
                sizes = [kind.sizes[p.pictures] for kind, p in zip(sets, placed, strict=True) if kind.sizes is not None]
                added = {"text_embeds": context.pooled, "time_ids": torch.cat(sizes)}
            prediction = self._unet(
                noisy, timesteps, encoder_hidden_states=context.hidden_states, added_cond_kwargs=added
            ).sample
        return denoising_errors(prediction, self._schedule.target(latents, noise, timesteps), emphasis), timesteps

    def _draw(self, index: int) -> Draw:
        pictures, variants, *shape = self._sets[index].moments.mean.shape
        drawn = draw(
            self._sets[index].batch_size * self._options.gradient_accumulation * self._rank.count,
            pictures=pictures,
            variants=variants,
            timesteps=self._timesteps,
            shape=tuple(shape),
            seed=self._options.seed,
            step=self.state.step,
            stream=index,
            prompts=self._sets[index].prompts.shape[1],
        )
        return self._rank.share(drawn)

    def _learn(self, batch: Batch) -> dict[str, Tensor]:
        """Update the weights with a step's draws; nothing else is random, and no number is looked at."""
        state, accumulated = self.state, self._options.gradient_accumulation
        measured = []
        for draws in zip(*(whole.chunks(accumulated) for whole in _as_draws(batch)), strict=True):
            loss, found = self._loss(draws)
            torch.autograd.backward(state.scaler.scale(loss / accumulated))
            measured.append(found)
        if self._averaging:
            self._averaging.finish()
        self._update()
        losses, errors, timesteps = zip(*measured, strict=True)
        return {
            "losses": self._rank.mean(torch.stack(losses).mean(0)),
            "errors": self._rank.joined(torch.cat(errors)),
            "timesteps": self._rank.joined(torch.cat(timesteps)),
        }

    def _update(self) -> None:
        """Move the weights along their gradients, which are shortened where they are too long, and clear these."""
        state = self.state
        if isinstance(state.optimiser, MasterAdamW):
            state.optimiser.step()
            return
        state.scaler.unscale_(state.optimiser)
        torch.nn.utils.clip_grad_norm_(state.parameters.values(), self._options.max_gradient_norm)
        state.scaler.step(state.optimiser)
        state.scaler.update()
        state.optimiser.zero_grad(set_to_none=True)

    def _loss(self, draws: Sequence[Draw]) -> tuple[Tensor, tuple[Tensor, Tensor, Tensor]]:
        """Loss of one batch, of which there may be several in a step, and what is recorded of it."""
        errors, timesteps = self.errors(self._sets, draws)
        instances = len(draws[0].pictures)
        loss, instance, prior = dreambooth_loss(errors, self._weights[timesteps], instances, self._prior_weight)
        return loss, (torch.stack([instance.detach(), prior]), errors[:instances].detach(), timesteps[:instances])

    def _record(self, measured: Batch) -> None:
        records = self.state.records
        records["losses"][self.state.step] = measured["losses"]
        bins = measured["timesteps"] * TIMESTEP_BINS // self._timesteps
        records["timestep_errors"].index_add_(0, bins, measured["errors"])
        records["timestep_counts"].index_add_(0, bins, torch.ones_like(measured["errors"]))


def _as_batch(draws: Sequence[Draw]) -> dict[str, Tensor]:
    """One draw of each set, as tensors by name."""
    return {f"{index}/{name}": value for index, part in enumerate(draws) for name, value in vars(part).items()}


def _as_draws(batch: Batch) -> list[Draw]:
    names = [field.name for field in fields(Draw)]
    return [Draw(*(batch[f"{index}/{name}"] for name in names)) for index in range(len(batch) // len(names))]
