"""What a person may set about fine-tuning."""

from typing import Literal, Self

import pydantic
from pydantic import Field

from likeness.diffusion.placement import Processes

TrainedPart = Literal["all", "attention", "cross_attention"]


class TrainingOptions(pydantic.BaseModel):
    """What every training of a denoiser on pictures has."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    steps: int = Field(800, ge=1, description="optimiser steps")
    batch_size: int = Field(4, ge=1, description="training pictures seen at once")
    gradient_accumulation: int = Field(1, ge=1, description="batches whose gradients are averaged for one step")
    gradient_checkpointing: bool = Field(False, description="save memory by computing activations a second time")
    mixed_precision: Literal["auto", "no", "bf16", "fp16"] = Field(
        "auto", description="number format of the forward pass; auto: bf16 where the machine has it, else fp16 on CUDA"
    )

    learning_rate: float = Field(5e-6, gt=0, description="AdamW's, per step")
    warmup_steps: int = Field(0, ge=0, description="steps over which the learning rate rises from zero")
    learning_rate_decay: Literal["constant", "cosine"] = Field(
        "constant", description="whether the learning rate stays or falls to zero after the warmup"
    )
    max_gradient_norm: float = Field(1.0, gt=0, description="longer gradients are scaled down to this length")
    ema_decay: float | None = Field(
        None, gt=0, lt=1, description="keep a moving average of the weights; none: the last"
    )

    snr_gamma: float | None = Field(
        None, gt=0, description="cap of min-SNR loss weighting, 5 is usual; none: no weighting"
    )
    horizontal_flip: bool = Field(False, description="show half of the pictures mirrored")
    resolution: int | None = Field(
        None, ge=16, description="side of the training pictures in px; none: the model's own"
    )

    compile: Literal["no", "default", "reduce-overhead"] = Field(
        "no", description="torch.compile's mode for the networks on a GPU: a minute or two once, then faster steps"
    )
    replay: bool = Field(
        True,
        description="record a step as a CUDA graph on a GPU, where Python is the slower one; no effect on a CPU, with "
        "gradient_checkpointing or sharding, or where compile is reduce-overhead, which records by itself",
    )

    checkpoint_every: int = Field(
        100, ge=1, description="steps between saved states that an interrupted run resumes from"
    )
    seed: int = Field(0, ge=0, description="of everything random")

    @property
    def full_learning_rate(self) -> float:
        """The learning rate between warmup and decay."""
        return self.learning_rate

    @property
    def replays(self) -> bool:
        """Whether a GPU is to record the step: what is recorded may neither save random states nor record itself."""
        return self.replay and not self.gradient_checkpointing and self.compile != "reduce-overhead"


class DreamBoothOptions(TrainingOptions):
    """How DreamBooth (Ruiz et al. 2023, arXiv 2208.12242) fine-tunes a model; the defaults are the paper's recipe."""

    processes: Processes = Field(
        1, description="that train together, each on a GPU and pictures of its own; auto: as many as there are GPUs"
    )
    sharding: Literal["none", "full"] = Field(
        "none",
        description="full: each process keeps a part of the UNet's weights, gradients and moments, for what does not "
        "fit one GPU; none: each keeps all",
    )
    method: Literal["full", "lora"] = Field("full", description="train the weights themselves, or low-rank additions")
    train: TrainedPart = Field("all", description="which layers of the UNet are trained")
    train_text_encoder: bool = Field(False, description="train the text encoder along with the UNet")
    train_identifier: bool = Field(False, description="train the identifier's embedding and no other word's")
    prior_batch_size: int | None = Field(None, ge=1, description="class pictures seen with them; none: as many")

    learning_rate: float = Field(5e-6, gt=0, description="of the UNet (or its low-rank additions)")
    text_encoder_learning_rate: float | None = Field(None, gt=0, description="of the text encoder; none: the same")
    identifier_learning_rate: float = Field(1e-3, gt=0, description="of the identifier's embedding")
    weight_decay: float = Field(1e-2, ge=0, description="AdamW's, per step and unit of learning rate")
    moments: Literal["float32", "8bit"] = Field(
        "float32", description="format of AdamW's moments; 8bit saves 6 bytes a trained weight, and needs bf16"
    )

    lora_rank: int = Field(8, ge=1, description="rank of the low-rank additions")
    lora_alpha: float | None = Field(None, gt=0, description="scale of the low-rank additions times rank; none: rank")

    prior_weight: float = Field(1.0, ge=0, description="weight of the loss on class pictures")
    class_pictures: int = Field(
        100, ge=0, description="class pictures made by the base model; 0: no prior preservation"
    )
    face_weight: float = Field(
        1.0, gt=0, description="weight of errors in the region of the face, beside 1 elsewhere; 1: all count alike"
    )

    @property
    def replays(self) -> bool:
        """Whether a GPU is to record the step: not one in which weights are put together and freed."""
        return super().replays and self.sharding == "none"

    @pydantic.model_validator(mode="after")
    def _text_is_trained_one_way(self) -> Self:
        if self.train_text_encoder and self.train_identifier:
            raise ValueError("train_text_encoder trains every word's embedding: leave train_identifier off with it.")
        return self

    @pydantic.model_validator(mode="after")
    def _what_is_sharded_can_be(self) -> Self:
        refused = {
            "processes: 1": self.processes == 1,
            "method: lora": self.method == "lora",
            "train_text_encoder: true": self.train_text_encoder,
            "train_identifier: true": self.train_identifier,
            f"compile: {self.compile}": self.compile != "no",
            "mixed_precision: fp16": self.mixed_precision == "fp16",
            "moments: 8bit": self.moments == "8bit",
        }
        found = [setting for setting, given in refused.items() if given]
        if self.sharding == "full" and found:
            raise ValueError(
                f"sharding: full does not go with {', '.join(found)}. It shares the UNet of a full fine-tuning out to "
                "several processes. Change these, or set sharding: none."
            )
        return self

    @pydantic.model_validator(mode="after")
    def _eight_bits_have_copies(self) -> Self:
        if self.moments == "8bit" and self.mixed_precision in ("no", "fp16"):
            raise ValueError(f"moments: 8bit works in bfloat16 only, not with mixed_precision {self.mixed_precision}.")
        return self


class TextualInversionOptions(TrainingOptions):
    """How Textual Inversion (Gal et al. 2022, arXiv 2208.01618) learns a placeholder's vectors.

    The defaults are the published Cézanne study's, for Stable Diffusion 2 at 512 px on one GPU. The pocket model on a
    CPU learns in two minutes with 4 vectors that start from `painting`, 120 steps, a learning rate of 3e-3 that decays
    along a cosine, mirrored pictures, and a checkpoint every 40 steps.
    """

    processes: Processes = Field(
        1, description="that learn together, each on a GPU and pictures of its own; auto: as many as there are GPUs"
    )
    learn: Literal["style", "object"] = Field("style", description="what the pictures share: sets the prompts")
    templates: tuple[str, ...] = Field(
        (), description="prompts to train with, {} where the placeholder goes; none: the paper's for what is learned"
    )
    vectors: int = Field(1, ge=1, le=32, description="vectors that the placeholder stands for, tokens of a prompt each")
    initialiser: str | None = Field(
        None, description="word of one token that every vector starts from; none: random, like the vocabulary's"
    )

    steps: int = Field(2000, ge=1, description="optimiser steps")
    learning_rate: float = Field(5e-4, gt=0, description="of the vectors, before scaling")
    scale_learning_rate: bool = Field(
        True,
        description="multiply the learning rate by the pictures a step sees, in all processes",
    )
    validation_samples: int = Field(
        64, ge=1, description="noisy held-out latents, the same at every checkpoint, that measure its loss"
    )
    patience: int | None = Field(
        None, ge=1, description="stop after so many checkpoints without a lower validation loss; none: never"
    )

    @property
    def full_learning_rate(self) -> float:
        """The learning rate between warmup and decay."""
        pictures = self.batch_size * self.gradient_accumulation * (1 if self.processes == "auto" else self.processes)
        return self.learning_rate * (pictures if self.scale_learning_rate else 1)

    @pydantic.field_validator("templates")
    @classmethod
    def _templates_hold_the_placeholder(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        for template in templates:
            if template.count("{}") != 1:
                raise ValueError(f"the template {template!r} needs one {{}}, where the placeholder goes.")
        return templates
