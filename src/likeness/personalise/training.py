"""The training loop's body: one optimiser step of weighted denoising on pictures and, beside them, class pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from likeness.diffusion.placement import choose_dtype, computes_bfloat16
from likeness.personalise.conditioning import Conditioning
from likeness.personalise.draws import Draw, draw, mixed_seed
from likeness.personalise.latents import Moments
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
        prompts: numbers of the prompts that each picture is seen with, int64 (pictures, alternatives).
        emphasis: of the positions of each picture, (pictures, variants, 1, h, w) with mean 1; h and w may be 1.
        batch_size: pictures seen at once.
    """

    moments: Moments
    prompts: Tensor
    emphasis: Tensor
    batch_size: int


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
    ) -> None:
        self._unet, self._conditioning, self._schedule = unet, conditioning, schedule
        self._prior_weight = prior_weight
        self._sets, self.state, self._options, self.device = sets, state, options, device
        self._timesteps = len(schedule.alphas_cumprod)
        self._precision = mixed_precision(options.mixed_precision, device)
        weights = torch.ones(self._timesteps, device=device)
        if options.snr_gamma is not None:
            weights = min_snr_weights(schedule.signal_to_noise, options.snr_gamma, schedule.prediction)
        self._weights = weights

    def step(self) -> None:
        """Take the next optimiser step and record its losses."""
        begun, state, options = time.perf_counter(), self.state, self._options
        # Only dropout, where a model has it, draws from the global generator.
        torch.manual_seed(mixed_seed(options.seed, state.step))
        factor = learning_rate_factor(state.step, options)
        for group in state.optimiser.param_groups:
            group["lr"] = group["initial_lr"] * factor

        for draws in zip(*(self._draw(index) for index in range(len(self._sets))), strict=True):
            torch.autograd.backward(state.scaler.scale(self._loss(draws)))
        state.scaler.unscale_(state.optimiser)
        torch.nn.utils.clip_grad_norm_(state.parameters.values(), options.max_gradient_norm)
        state.scaler.step(state.optimiser)
        state.scaler.update()
        state.optimiser.zero_grad(set_to_none=True)
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
        # Numbers of prompts stay on the CPU, where conditioning can look at them without waiting for a GPU.
        prompts = torch.cat([kind.prompts[part.pictures, part.prompts] for kind, part in zip(sets, draws, strict=True)])
        emphasis = torch.cat([kind.emphasis[p.pictures, p.variants] for kind, p in zip(sets, placed, strict=True)])
        noisy = self._schedule.add_noise(latents, noise, timesteps).to(self._unet.dtype)
        noisy = noisy.contiguous(memory_format=torch.channels_last)
        # A network that already is in the format needs no conversions.
        with torch.autocast(self.device.type, self._precision, enabled=self._precision != self._unet.dtype):
            prediction = self._unet(noisy, timesteps, encoder_hidden_states=self._conditioning(prompts)).sample
        return denoising_errors(prediction, self._schedule.target(latents, noise, timesteps), emphasis), timesteps

    def _draw(self, index: int) -> Sequence[Draw]:
        pictures, variants, *shape = self._sets[index].moments.mean.shape
        accumulated = self._options.gradient_accumulation
        whole = draw(
            self._sets[index].batch_size * accumulated,
            pictures=pictures,
            variants=variants,
            timesteps=self._timesteps,
            shape=tuple(shape),
            seed=self._options.seed,
            step=self.state.step,
            stream=index,
            prompts=self._sets[index].prompts.shape[1],
        )
        return list(whole.chunks(accumulated))

    def _loss(self, draws: Sequence[Draw]) -> Tensor:
        """Loss of one batch, of which there may be several in a step."""
        errors, timesteps = self.errors(self._sets, draws)
        instances = len(draws[0].pictures)
        loss, instance, prior = dreambooth_loss(errors, self._weights[timesteps], instances, self._prior_weight)
        self._record(errors[:instances].detach(), timesteps[:instances], instance, prior)
        return loss / self._options.gradient_accumulation

    def _record(self, errors: Tensor, timesteps: Tensor, instance: Tensor, prior: Tensor) -> None:
        records, share = self.state.records, 1 / self._options.gradient_accumulation
        records["losses"][self.state.step] += share * torch.stack([instance, prior])
        bins = timesteps * TIMESTEP_BINS // self._timesteps
        records["timestep_errors"].index_add_(0, bins, errors)
        records["timestep_counts"].index_add_(0, bins, torch.ones_like(errors))
