"""What a person may change about the pocket model: sizes, and how long and how it is trained."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Channels = Annotated[int, Field(gt=0, multiple_of=8)]


class Section(BaseModel):
    """A section of the parameters: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TrainingOptions(Section):
    """How long to train and how fast; shared by both networks."""

    steps: int = Field(gt=0, description="optimiser steps at most")
    minutes: float | None = Field(None, gt=0, description="minutes at most; the schedule ends at whichever ends first")
    batch_size: int = Field(gt=0, description="pictures a step")
    optimiser: Literal["muon", "adamw"] = Field(
        "muon", description="of the weights of hidden layers; all others have AdamW"
    )
    learning_rate: float = Field(gt=0, description="highest learning rate, of both")
    warmup_steps: int = Field(500, ge=0, description="steps over which the learning rate rises from 0")
    decay_from: float = Field(0.0, ge=0, lt=1, description="share of the training after which the rate falls, to 0")
    weight_decay: float = Field(0.01, ge=0, description="share of a weight, times the learning rate, lost a step")
    max_gradient_norm: float = Field(1.0, gt=0, description="longer gradients are shortened to this")
    ema_decay: float = Field(0.9995, ge=0, lt=1, description="of the running average of the weights, which is kept")
    mixed_precision: bool = Field(True, description="bfloat16 arithmetic on a GPU")
    compile: bool = Field(True, description="torch.compile on a GPU: a minute or two once, then faster steps")
    replay: bool = Field(True, description="record a step as a CUDA graph on a GPU, where Python is the slower one")
    checkpoint_every: int = Field(2000, gt=0, description="steps between states that a restarted run goes on from")
    log_every: int = Field(100, gt=0, description="steps a row of the losses stands for")
    seed: int = Field(0, ge=0, description="seed of weights, batches and noise")


class AutoencoderOptions(TrainingOptions):
    """The autoencoder between pixels and latents (Kingma & Welling 2014; Rombach et al. 2022)."""

    channels: tuple[Channels, ...] = Field((24, 48, 96, 152), min_length=1, description="of each level, finest first")
    layers_per_block: int = Field(
        1, gt=0, description="residual blocks a level of the encoder; the decoder has one more"
    )
    norm_groups: int = Field(8, gt=0, description="groups of each group normalisation")
    latent_channels: int = Field(12, gt=0, description="numbers a latent pixel has")
    crop: int = Field(128, gt=0, description="side in pixels of the random crops of the first part")
    full_size_from: float = Field(0.8, ge=0, le=1, description="share of the training after which pictures are whole")
    full_size_batch: int = Field(16, gt=0, description="pictures a step from then on")
    edge_weight: float = Field(1.5, ge=0, description="of the difference between gradients")
    pyramid_weight: float = Field(0.5, ge=0, description="of the difference between pictures at 1/2, 1/4 and 1/8")
    kl_weight: float = Field(1e-6, ge=0, description="of the divergence from standard normal latents")
    adversarial_weight: float = Field(
        0.06, ge=0, description="pull of the discriminator beside the other losses' pull on the pixels; 0 for none"
    )
    adversarial_from: float = Field(0.6, ge=0, le=1, description="share of the training after which it has a say")
    discriminator_width: int = Field(48, gt=0, description="channels of the discriminator's first layer")
    compile: bool = Field(False, description="torch.compile on a GPU: crops and whole pictures cost minutes of it")

    @model_validator(mode="after")
    def _fits(self) -> "AutoencoderOptions":
        if any(width % self.norm_groups for width in self.channels):
            raise ValueError(f"every one of channels {self.channels} must be a multiple of norm_groups")
        if self.crop % self.factor:
            raise ValueError(f"crop {self.crop} must be a multiple of {self.factor}, the pixels a latent stands for")
        return self

    @property
    def factor(self) -> int:
        """Pixels a latent stands for, along one side."""
        return int(2 ** (len(self.channels) - 1))


class TokenizerOptions(Section):
    """The tokenizer, in CLIP's format (Radford et al. 2021): byte-level, lower-cased pieces of words."""

    vocabulary: int = Field(1500, ge=514, description="pieces at most, the 512 single bytes and 2 marks counted in")
    length: int = Field(64, ge=4, description="tokens of a prompt at most, start and end counted in")


class TextEncoderOptions(Section):
    """The text encoder, a causal transformer as CLIP's."""

    width: int = Field(192, gt=0, description="numbers a token's state has")
    layers: int = Field(4, gt=0, description="transformer layers")
    heads: int = Field(6, gt=0, description="attention heads; they divide the width")

    @model_validator(mode="after")
    def _fits(self) -> "TextEncoderOptions":
        if self.width % self.heads:
            raise ValueError(f"width {self.width} must be a multiple of heads {self.heads}")
        return self


class DenoiserOptions(TrainingOptions):
    """The UNet, trained together with the text encoder to predict velocities (Salimans & Ho 2022)."""

    channels: tuple[Channels, ...] = Field((96, 160, 160), min_length=2, description="of each level, finest first")
    layers: tuple[int, ...] = Field(
        (2, 1, 1), description="residual blocks a level on the way down; one more on the way up"
    )
    head_width: int = Field(32, gt=0, description="channels an attention head has")
    norm_groups: int = Field(16, gt=0, description="groups of each group normalisation")
    mirror: bool = Field(True, description="learn from every picture's mirror image, too")
    caption_dropout: float = Field(0.1, ge=0, lt=1, description="share of pictures shown without caption, for guidance")
    snr_gamma: float | None = Field(
        None, gt=0, description="signal-to-noise ratio from which steps weigh less; or none"
    )
    face_weight: float = Field(3.0, gt=0, description="of errors where a portrait's face is, beside 1 elsewhere")
    face_region: tuple[float, float, float, float] = Field(
        (0.25, 0.32, 0.75, 0.82), description="where that is: left, top, right, bottom as shares of the picture's side"
    )

    @model_validator(mode="after")
    def _fits(self) -> "DenoiserOptions":
        if len(self.layers) != len(self.channels):
            raise ValueError(f"layers {self.layers} must say one number for each of channels {self.channels}")
        if any(width % self.norm_groups or width % self.head_width for width in self.channels):
            raise ValueError(f"every one of channels {self.channels} must be a multiple of norm_groups and head_width")
        left, top, right, bottom = self.face_region
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError(f"face_region {self.face_region} must say left < right and top < bottom, from 0 to 1")
        return self
