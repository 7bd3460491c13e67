"""The denoising error on pictures held out from training, always under the same noise."""

from __future__ import annotations

import torch
from torch import Tensor

from likeness.personalise.draws import draw
from likeness.personalise.training import DenoisingTraining, TrainingSet

_STREAM = 2
"""Of randomness; training pictures and class pictures have 0 and 1."""


class HeldOut:
    """Held-out pictures with noise, timesteps and prompts that are drawn once.

    Losses at different steps of a training then differ by what was learned alone, and even small differences tell.

    Args:
        pictures: held out.
        samples: noisy latents to measure on, rounded up to whole batches; their timesteps are spread evenly.
        timesteps: of the diffusion process.
        seed: of the training.
    """

    def __init__(self, pictures: TrainingSet, samples: int, timesteps: int, seed: int) -> None:
        self._pictures = pictures
        count, variants, *shape = pictures.moments.mean.shape
        batches = -(-samples // pictures.batch_size)
        whole = draw(
            batches * pictures.batch_size,
            pictures=count,
            variants=variants,
            timesteps=timesteps,
            shape=tuple(shape),
            seed=seed,
            step=0,
            stream=_STREAM,
            prompts=pictures.prompts.shape[1],
        )
        self._draws = list(whole.chunks(batches))

    @torch.no_grad()
    def loss(self, training: DenoisingTraining) -> Tensor:
        """Mean squared error of the network as it is now, unweighted: a scalar on the device."""
        errors = [training.errors([self._pictures], [part])[0] for part in self._draws]
        return torch.cat(errors).mean()
