"""The UNet and the text encoder, trained together on latents and captions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.training_utils import EMAModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from likeness.datasets.work import WorkFolder
from likeness.diffusion.emphasis import region_weights
from likeness.diffusion.replay import Batch
from likeness.pocket.batches import random_indices, sample_captions, sample_latents, step_generator, stratified_indices
from likeness.pocket.export import sampling_scheduler
from likeness.pocket.options import DenoiserOptions, TextEncoderOptions
from likeness.pocket.tokenizer import token_ids
from likeness.pocket.training import make_optimisers, mixed_precision, quickened, replayed, train, update
from likeness.pocket.training_state import Trained
from likeness.pocket.velocity import noised, snr_weights, velocity


def build_text_encoder(tokenizer: CLIPTokenizer, options: TextEncoderOptions) -> CLIPTextModel:
    """An untrained text encoder for a tokenizer."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=options.width,
            projection_dim=options.width,
            intermediate_size=4 * options.width,
            num_hidden_layers=options.layers,
            num_attention_heads=options.heads,
            max_position_embeddings=tokenizer.model_max_length,
            hidden_act="gelu",
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def build_unet(
    options: DenoiserOptions, *, latent_channels: int, latent_size: int, text_width: int
) -> UNet2DConditionModel:
    """An untrained UNet; the finest level, where attention costs most, has none."""
    attended = len(options.channels) - 1
    return UNet2DConditionModel(
        sample_size=latent_size,
        in_channels=latent_channels,
        out_channels=latent_channels,
        block_out_channels=options.channels,
        layers_per_block=options.layers,
        down_block_types=("DownBlock2D", *("CrossAttnDownBlock2D",) * attended),
        up_block_types=(*("CrossAttnUpBlock2D",) * attended, "UpBlock2D"),
        cross_attention_dim=text_width,
        # diffusers' name is wrong: it is the number of heads.
        attention_head_dim=tuple(width // options.head_width for width in options.channels),
        norm_num_groups=options.norm_groups,
        use_linear_projection=True,
    )


def train_denoiser(
    moments: Tensor,
    captions: tuple[Tensor, Tensor],
    tokenizer: CLIPTokenizer,
    text_options: TextEncoderOptions,
    options: DenoiserOptions,
    work: WorkFolder,
    *,
    portraits: Tensor | None = None,
) -> tuple[UNet2DConditionModel, CLIPTextModel, pd.DataFrame]:
    """Train a UNet and a text encoder from scratch.

    Args:
        moments: of `encode_pictures`, float16 (m · n, 2, channels, h, w), on the device to train on; where m > 1, of
            all n pictures in m versions, as mirrored ones.
        captions: of `token_table`: tokens (n, alternatives, tokens) and counts (n,).
        tokenizer: which made the tokens.
        text_options: size of the text encoder.
        options: size of the UNet, loss and schedule.
        work: where an interrupted training goes on.
        portraits: bool (n,), which pictures have a face where `options.face_region` is; none by default.

    Returns:
        UNet and text encoder with averaged weights, in evaluation mode on the device; and the losses.
    """
    device = moments.device
    torch.manual_seed(options.seed)
    text_encoder = build_text_encoder(tokenizer, text_options).to(device)
    unet = build_unet(
        options,
        latent_channels=moments.shape[2],
        latent_size=moments.shape[3],
        text_width=text_options.width,
    ).to(device, memory_format=torch.channels_last)
    both = nn.ModuleList([unet, text_encoder])
    table, counts = (tensor.to(device) for tensor in captions)
    if portraits is None:
        portraits = torch.zeros(len(table), dtype=torch.bool)
    weights = region_weights([None, options.face_region], moments.shape[3], options.face_weight, mirrored=False)[:, 0]
    trainer = _Trainer(
        networks=both,
        predict=quickened(unet, options, device),
        optimisers=make_optimisers("denoiser", both, options, device),
        moments=moments,
        table=table,
        counts=counts,
        portraits=portraits.long().to(device),
        weights=weights.to(device),
        empty=token_ids(tokenizer, [""])[0].to(device),
        signal=DDPMScheduler.from_config(sampling_scheduler().config).alphas_cumprod.to(device),
        options=options,
    )
    learn = replayed(trainer.learn, options, device)
    average = EMAModel(both.parameters(), decay=options.ema_decay, foreach=True)
    trained = Trained({"denoiser": both}, trainer.optimisers, {"denoiser": average})
    losses = train("denoiser", trained, lambda step, share: learn(trainer.draw(step)), options, work)
    average.copy_to(both.parameters())
    both.eval().requires_grad_(False)
    return unet, text_encoder, losses


@dataclass(frozen=True)
class _Trainer:
    networks: nn.ModuleList
    predict: Callable[..., Any]
    optimisers: dict[str, torch.optim.Optimizer]
    moments: Tensor
    table: Tensor
    counts: Tensor
    portraits: Tensor
    weights: Tensor
    empty: Tensor
    signal: Tensor
    options: DenoiserOptions

    def draw(self, step: int) -> dict[str, Tensor]:
        """A step's batch: all that is random in it."""
        options, device = self.options, self.moments.device
        generator = step_generator(device, options.seed, step)
        indices = random_indices(len(self.table), options.batch_size, generator)
        version = random_indices(len(self.moments) // len(self.table), options.batch_size, generator)
        latents = sample_latents(self.moments, indices + version * len(self.table), generator)
        tokens = sample_captions(self.table, self.counts, self.empty, indices, options.caption_dropout, generator)
        return {
            "latents": latents,
            "tokens": tokens,
            "timesteps": stratified_indices(len(self.signal), options.batch_size, generator),
            "noise": torch.randn(latents.shape, generator=generator, device=device),
            "portraits": self.portraits[indices],
        }

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        options, latents, noise = self.options, batch["latents"], batch["noise"]
        signal = self.signal[batch["timesteps"]]
        noisy = noised(latents, noise, signal).contiguous(memory_format=torch.channels_last)
        with mixed_precision(options, latents.device):
            context = self.networks[1](batch["tokens"])[0]
            prediction = self.predict(noisy, batch["timesteps"], context, return_dict=False)[0].float()
        squared = (prediction - velocity(latents, noise, signal)).square()
        error = (squared * self.weights[batch["portraits"]]).mean((1, 2, 3))
        loss = (snr_weights(signal, options.snr_gamma) * error).mean()
        loss.backward()
        update(self.networks.parameters(), self.optimisers.values(), options)
        return {"loss": loss.detach()}
