"""Textual Inversion as the usual training script does it, to compare with.

Written after what diffusers' example script does: the whole table of token embeddings learns, and after every step all
of it but the new rows is put back as it was; every step encodes its pictures anew; the denoiser and the VAE are in the
format of mixed precision, the text encoder in float32 under autocast; every step's loss is read off the device.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from likeness.diffusion.autoencoding import encode, scale, to_pixels
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.prompts import tokenise
from likeness.personalise.draws import Draw, draw
from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.training import mixed_precision

WEIGHT_DECAY = 1e-2
"""The script's default."""


class UsualInversion:
    """Steps through a training, with the random choices that `DenoisingTraining` makes.

    Args:
        model: in float32; is changed. Its tokenizer knows the placeholder.
        pictures: to learn from, squares of one size.
        prompts: to train with, the placeholder in them.
        first: id of the placeholder's first token.
        rows: where its vectors start from, (vectors, width).
        options: batch size, learning rate, format and seed are taken from them.

    Attributes:
        losses: of the steps so far.
    """

    def __init__(
        self,
        model: DiffusionModel,
        pictures: Sequence[Image.Image],
        prompts: Sequence[str],
        first: int,
        rows: Tensor,
        options: TextualInversionOptions,
    ) -> None:
        self._model, self._options = model, options
        self._precision = mixed_precision(options.mixed_precision, model.device)
        for network in (model.unet, model.vae):
            nn.Module.to(network, dtype=self._precision)
        self._pixels = to_pixels(pictures).to(model.device)
        self._ids = tokenise(model.tokenizer, prompts, model.prompt_length).to(model.device)
        self._table: Tensor = model.text_encoder.get_input_embeddings().weight
        self._new = slice(first, first + len(rows))
        with torch.no_grad():
            self._table[self._new] = rows.to(self._table)
        self._original = self._table.detach().clone()
        self._others = torch.ones(len(self._table), dtype=torch.bool, device=model.device)
        self._others[self._new] = False
        self._table.requires_grad_(True)
        self._optimiser = torch.optim.AdamW([self._table], options.full_learning_rate, weight_decay=WEIGHT_DECAY)
        self.losses: list[float] = []

    @property
    def rows(self) -> Tensor:
        """The vectors as they are now, (vectors, width)."""
        return self._table.detach()[self._new]

    def step(self) -> None:
        """Take the next step."""
        model, drawn = self._model, self._drawn().to(self._model.device)
        mean, std = encode(model.vae, self._pixels[drawn.pictures])
        latents = scale(model.vae, mean + std * drawn.posterior_noise.to(std))
        noise, timesteps = drawn.noise.to(latents), drawn.timesteps
        noisy = model.scheduler.add_noise(latents, noise, timesteps)
        with torch.autocast(model.device.type, self._precision, enabled=self._precision != torch.float32):
            context = model.text_encoder(self._ids[drawn.prompts])[0]
        prediction = model.unet(noisy, timesteps, encoder_hidden_states=context.to(self._precision)).sample
        is_velocity = model.scheduler.config.prediction_type == "v_prediction"
        target = model.scheduler.get_velocity(latents, noise, timesteps) if is_velocity else noise
        loss = mse_loss(prediction.float(), target.float())
        torch.autograd.backward(loss)
        self._optimiser.step()
        self._optimiser.zero_grad()
        with torch.no_grad():
            self._table[self._others] = self._original[self._others]
        self.losses.append(loss.item())

    def _drawn(self) -> Draw:
        side = self._pixels.shape[-1] // self._model.vae_scale_factor
        return draw(
            self._options.batch_size,
            pictures=len(self._pixels),
            variants=1,
            timesteps=self._model.scheduler.config.num_train_timesteps,
            shape=(self._model.unet.config.in_channels, side, side),
            seed=self._options.seed,
            step=len(self.losses),
            stream=0,
            prompts=len(self._ids),
        )
