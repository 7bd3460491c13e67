"""DreamBooth as the usual training script does it, to compare with.

Written after what diffusers' example script does under accelerate: the UNet's weights are in float32 and its forward
pass under autocast; every step encodes its pictures and its prompts anew, by networks in the format of mixed precision;
torch's plain AdamW updates the weights; every step's loss is read off the device. Gradients are let go after a step,
which is torch's default; the script's own keeps them, and takes more memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from likeness.diffusion.autoencoding import encode, scale, to_pixels
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.parts import place
from likeness.diffusion.prompts import tokenise
from likeness.personalise.draws import Draw, draw
from likeness.personalise.options import DreamBoothOptions
from likeness.personalise.training import mixed_precision


class UsualDreamBooth:
    """Steps through a training of the whole UNet, with the random choices that `DenoisingTraining` makes.

    Args:
        model: in float32; is changed.
        kinds: the training pictures and, with prior preservation, the class pictures: squares of one size.
        prompts: what each kind shows.
        options: batch size, prior weight, rates, format and seed are taken from them.

    Attributes:
        losses: of the steps so far.
    """

    def __init__(
        self,
        model: DiffusionModel,
        kinds: Sequence[Sequence[Image.Image]],
        prompts: Sequence[str],
        options: DreamBoothOptions,
    ) -> None:
        self._model, self._options = model, options
        self._precision = mixed_precision(options.mixed_precision, model.device)
        place(model.unet, model.device, torch.float32, torch.contiguous_format)
        for network in (model.vae, model.text_encoder):
            place(network, model.device, self._precision, torch.contiguous_format)
        model.unet.requires_grad_(True).train()
        self._pixels = [to_pixels(pictures).to(model.device) for pictures in kinds]
        self._ids = tokenise(model.tokenizer, prompts, model.prompt_length).to(model.device)
        self._parameters = list(model.unet.parameters())
        self._optimiser = torch.optim.AdamW(self._parameters, options.learning_rate, weight_decay=options.weight_decay)
        self.losses: list[float] = []

    def step(self) -> None:
        """Take the next step."""
        model, draws = self._model, [self._drawn(kind).to(self._model.device) for kind in range(len(self._pixels))]
        pixels = torch.cat([pixels[one.pictures] for pixels, one in zip(self._pixels, draws, strict=True)])
        ids = torch.cat([self._ids[[kind] * len(one.pictures)] for kind, one in enumerate(draws)])
        timesteps = torch.cat([one.timesteps for one in draws])
        with torch.no_grad():
            mean, std = encode(model.vae, pixels)
            posterior_noise = torch.cat([one.posterior_noise for one in draws])
            latents = scale(model.vae, mean + std * posterior_noise.to(std))
            context = model.text_encoder(ids)[0]
        noise = torch.cat([one.noise for one in draws]).to(latents)
        noisy = model.scheduler.add_noise(latents, noise, timesteps)
        with torch.autocast(model.device.type, self._precision, enabled=self._precision != torch.float32):
            prediction = model.unet(noisy, timesteps, encoder_hidden_states=context).sample
        is_velocity = model.scheduler.config.prediction_type == "v_prediction"
        target = model.scheduler.get_velocity(latents, noise, timesteps) if is_velocity else noise
        loss = self._loss(prediction.float(), target.float(), len(draws[0].pictures))
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self._parameters, self._options.max_gradient_norm)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self.losses.append(loss.item())

    def _loss(self, prediction: Tensor, target: Tensor, instances: int) -> Tensor:
        loss = mse_loss(prediction[:instances], target[:instances])
        if instances < len(prediction):
            loss = loss + self._options.prior_weight * mse_loss(prediction[instances:], target[instances:])
        return loss

    def _drawn(self, kind: int) -> Draw:
        side = self._pixels[kind].shape[-1] // self._model.vae_scale_factor
        return draw(
            self._options.batch_size,
            pictures=len(self._pixels[kind]),
            variants=1,
            timesteps=self._model.scheduler.config.num_train_timesteps,
            shape=(self._model.unet.config.in_channels, side, side),
            seed=self._options.seed,
            step=len(self.losses),
            stream=kind,
        )
