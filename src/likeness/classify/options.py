"""What a person may set about training a classifier."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from likeness.classify.backbones import BackboneName, Weights
from likeness.classify.views import ViewOptions


class DecoderOptions(BaseModel):
    """Which pictures pass through a generator's decoder, so that its traces do not tell the class."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    classes: tuple[str, ...] = Field((), description="classes whose pictures are encoded and decoded for training")
    probability: float = Field(0.5, ge=0, le=1, description="share of the versions that pass through it")


class TrainingOptions(BaseModel):
    """How a classifier is trained: its head first, then the network's last layers with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backbone: BackboneName = Field("efficientnet_lite0", description="the network")
    weights: Weights = Field("imagenet", description="what its weights are at the start")
    side: int | None = Field(None, ge=32, description="side of the views in px; none: the backbone's own")
    views: ViewOptions = Field(default_factory=ViewOptions, description="how pictures are cut into views")
    decoder: DecoderOptions = Field(default_factory=DecoderOptions, description="pictures that pass through a decoder")

    shrinkage: float = Field(
        0.003, gt=0, le=1, description="share of the identity in the features' covariance, by which the head is found"
    )
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="share of a label spread over all classes")
    class_weights: bool = Field(True, description="whether every class weighs the same, however many pictures it has")
    views_per_epoch: int = Field(4, ge=1, description="views of each picture that an epoch draws")
    batch_size: int = Field(32, ge=1, description="views in a training step")
    epochs: int = Field(2, ge=0, description="most epochs of the last layers; 0: they stay as they are")
    learning_rate: float = Field(3e-5, gt=0, description="Adam's, of the last layers and the head")
    patience: int = Field(1, ge=1, description="epochs without a lower validation loss before training stops")
    validation_share: float = Field(
        0.2, gt=0, le=0.5, description="of the training pictures, by group, for early stopping and calibration"
    )
    refit: bool = Field(
        True, description="train anew on validation pictures too, for as many epochs as were best without them"
    )
    seed: int = Field(0, ge=0, description="of everything random")
