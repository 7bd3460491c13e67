"""The autoencoder: trained on crops, then on whole pictures, its latents standardised at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import torch
from diffusers import AutoencoderKL
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from diffusers.training_utils import EMAModel
from torch import Tensor

from likeness.datasets.work import WorkFolder
from likeness.diffusion.placement import choose_device
from likeness.diffusion.replay import Batch
from likeness.pocket.batches import random_crops, random_flips, random_indices, step_generator, to_network
from likeness.pocket.options import AutoencoderOptions
from likeness.pocket.reconstruction import PatchDiscriminator, balanced, discriminator_loss, reconstruction_loss
from likeness.pocket.training import (
    make_adamw,
    make_optimisers,
    mixed_precision,
    quickened,
    replayed,
    train,
    update,
)
from likeness.pocket.training_state import Trained

ENCODING_BATCH = 128
# Latents that begin nearly free of noise are of use to the decoder from the first step on.
INITIAL_LOG_VARIANCE = -6.0


def build_autoencoder(options: AutoencoderOptions, size: int) -> AutoencoderKL:
    """An untrained autoencoder for pictures of `size` pixels a side.

    It has no attention, so that its cost grows with the picture's area and no faster.
    """
    levels = len(options.channels)
    vae = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=options.channels,
        layers_per_block=options.layers_per_block,
        latent_channels=options.latent_channels,
        norm_num_groups=options.norm_groups,
        sample_size=size,
        mid_block_add_attention=False,
        scaling_factor=1.0,
        force_upcast=False,
    )
    torch.nn.init.constant_(vae.quant_conv.bias[options.latent_channels :], INITIAL_LOG_VARIANCE)
    return vae


def train_autoencoder(
    pictures: Tensor, options: AutoencoderOptions, work: WorkFolder, *, device: str = "auto"
) -> tuple[AutoencoderKL, pd.DataFrame]:
    """Train an autoencoder from scratch.

    Args:
        pictures: uint8 (n, size, size, 3); moved to the device once.
        options: sizes, losses and schedule.
        work: where an interrupted training goes on.
        device: "auto" or a torch device.

    Returns:
        The averaged weights, in evaluation mode on the device, latents standardised; and the losses.
    """
    target = choose_device(device)
    pictures = pictures.to(target)
    torch.manual_seed(options.seed)
    vae = build_autoencoder(options, pictures.shape[1]).to(target, memory_format=torch.channels_last)
    judge = PatchDiscriminator(options.discriminator_width).to(target)
    trainer = _Trainer(
        vae=vae,
        encoder=quickened(vae.encoder, options, target),
        decoder=quickened(vae.decoder, options, target),
        judge=judge,
        vae_optimisers=make_optimisers("vae", vae, options, target),
        judge_optimiser=make_adamw(judge.parameters(), options, target),
        pictures=pictures,
        options=options,
    )
    trained = Trained(
        networks={"vae": vae, "judge": judge},
        optimisers={**trainer.vae_optimisers, "judge": trainer.judge_optimiser},
        averages={"vae": EMAModel(vae.parameters(), decay=options.ema_decay, foreach=True)},
    )
    # Of crops and of whole pictures, without and with the discriminator.
    learn = {
        (whole, judged): replayed(partial(trainer.learn, judged=judged), options, target)
        for whole in (False, True)
        for judged in (False, True)
    }

    def one_step(step: int, share: float) -> dict[str, Tensor]:
        whole = share >= options.full_size_from
        judged = bool(options.adversarial_weight) and share >= options.adversarial_from
        return learn[whole, judged](trainer.draw(step, whole=whole))

    losses = train("autoencoder", trained, one_step, options, work)
    trained.averages["vae"].copy_to(vae.parameters())
    vae.eval().requires_grad_(False)
    standardise_latents(vae, encode_pictures(vae, pictures[:: max(1, len(pictures) // 2048)]))
    return vae, losses


def open_autoencoder(folder: Path, device: torch.device) -> AutoencoderKL:
    """An exported autoencoder in float32, ready to encode on the device."""
    vae = AutoencoderKL.from_pretrained(folder, use_safetensors=True, local_files_only=True)
    return vae.to(device, torch.float32, memory_format=torch.channels_last).eval().requires_grad_(False)


@dataclass(frozen=True)
class _Trainer:
    vae: AutoencoderKL
    encoder: Callable[[Tensor], Tensor]
    decoder: Callable[[Tensor], Tensor]
    judge: PatchDiscriminator
    vae_optimisers: dict[str, torch.optim.Optimizer]
    judge_optimiser: torch.optim.Optimizer
    pictures: Tensor
    options: AutoencoderOptions

    def draw(self, step: int, *, whole: bool) -> dict[str, Tensor]:
        """A step's batch, crops or whole pictures: all that is random in it."""
        options, device = self.options, self.pictures.device
        generator = step_generator(device, options.seed, step)
        count, side = (options.full_size_batch, self.pictures.shape[1]) if whole else (options.batch_size, options.crop)
        indices = random_indices(len(self.pictures), count, generator)
        pixels = random_flips(to_network(random_crops(self.pictures, indices, side, generator)), generator)
        shape = (count, options.latent_channels, side // options.factor, side // options.factor)
        return {"pixels": pixels, "noise": torch.randn(shape, generator=generator, device=device)}

    def learn(self, batch: Batch, *, judged: bool) -> dict[str, Tensor]:
        options, pixels = self.options, batch["pixels"]
        with mixed_precision(options, pixels.device):
            posterior = DiagonalGaussianDistribution(self.vae.quant_conv(self.encoder(pixels)).float())
            made = self.decoder(self.vae.post_quant_conv(posterior.mean + posterior.std * batch["noise"]))
        # The losses' pull on the pixels is found first, then sent through the autoencoder once.
        output = made.detach().float().requires_grad_()
        loss = reconstruction_loss(
            output, pixels, edge_weight=options.edge_weight, pyramid_weight=options.pyramid_weight
        )
        (pull,) = torch.autograd.grad(loss, output)
        recorded = {"loss": loss.detach(), "discriminator": torch.zeros_like(loss)}
        if judged:
            pull, recorded["discriminator"] = self._adversarial(output, pixels, pull)
        divergence = posterior.kl().mean() / posterior.mean[0].numel()
        torch.autograd.backward([made, options.kl_weight * divergence], [pull.to(made.dtype), None])
        update(self.vae.parameters(), self.vae_optimisers.values(), options)
        recorded["kl"] = divergence.detach()
        error = (output.detach().clamp(-1, 1) - pixels).square().mean((1, 2, 3)).clamp_min(1e-10)
        recorded["psnr"] = (10 * torch.log10(4 / error)).mean()
        return recorded

    def _adversarial(self, output: Tensor, pixels: Tensor, pull: Tensor) -> tuple[Tensor, Tensor]:
        """The pull with the discriminator's added, and the discriminator's own loss, after it was trained a step."""
        with mixed_precision(self.options, pixels.device):
            real, made = self.judge(pixels).float(), self.judge(output.detach()).float()
        verdict = discriminator_loss(real, made)
        verdict.backward()  # type: ignore[no-untyped-call]
        update(self.judge.parameters(), [self.judge_optimiser], self.options)
        with mixed_precision(self.options, pixels.device):
            blame = -self.judge(output).float().mean()
        (blame_pull,) = torch.autograd.grad(blame, output)
        return balanced(pull, blame_pull, self.options.adversarial_weight), verdict.detach()


@torch.no_grad()
def encode_pictures(vae: AutoencoderKL, pictures: Tensor) -> Tensor:
    """Means and standard deviations of pictures' latents.

    Args:
        vae: on any device.
        pictures: uint8 (n, size, size, 3), on any device.

    Returns:
        float16 (n, 2, channels, size / f, size / f) on the autoencoder's device.
    """
    moments = []
    for start in range(0, len(pictures), ENCODING_BATCH):
        batch = pictures[start : start + ENCODING_BATCH]
        posterior = vae.encode(to_network(batch.to(vae.device)).to(vae.dtype)).latent_dist
        moments.append(torch.stack([posterior.mean, posterior.std], dim=1).half())
    return torch.cat(moments)


@torch.no_grad()
def standardise_latents(vae: AutoencoderKL, moments: Tensor) -> None:
    """Change the autoencoder so that every latent channel has mean 0 and variance 1; pictures stay as they are.

    The shift and the scale of each channel go into the 1×1 convolutions on both sides of the latents, so that no
    reader of the model needs to know of them: its `scaling_factor` is 1.

    Args:
        vae: changed in place.
        moments: of `encode_pictures`, of many pictures.
    """
    mean, deviation = moments.float().unbind(1)
    shift = mean.mean((0, 2, 3))
    scale = (mean.var((0, 2, 3)) + deviation.square().mean((0, 2, 3))).sqrt()
    channels = len(scale)
    inward, outward = vae.quant_conv, vae.post_quant_conv
    inward.weight[:channels] /= scale[:, None, None, None]
    inward.bias[:channels] = (inward.bias[:channels] - shift) / scale
    inward.bias[channels:] -= 2 * scale.log()
    outward.bias += (outward.weight[:, :, 0, 0] @ shift[:, None])[:, 0]
    outward.weight *= scale[None, :, None, None]
