"""A classifier as it is kept and used: a network in Keras's format, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from likeness.classify.calibration import probabilities
from likeness.classify.trunk_features import in_batches
from likeness.classify.views import ViewOptions, judging_views

NETWORK, DESCRIPTION = "network.keras", "classifier.json"


class ClassifierError(ValueError):
    """A folder holds no classifier that can be opened; the message names it."""


class Description(BaseModel):
    """What a classifier is besides its network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backbone: str = Field(description="the network it was made from")
    classes: tuple[str, ...] = Field(min_length=2, description="in the order of the network's logits")
    temperature: float = Field(gt=0, description="that logits are divided by")
    views: ViewOptions = Field(description="how pictures are cut into views")


@dataclass(frozen=True)
class Classifier:
    """A trained classifier.

    Attributes:
        network: `keras.Model` from RGB 0..255 (n, side, side, 3) to logits (n, classes).
        description: classes, temperature and views.
    """

    network: Any
    description: Description

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of the probabilities."""
        return self.description.classes

    def logits(self, images: Iterable[Image.Image]) -> NDArray[np.float64]:
        """Logits (n, classes) of RGB pictures, each the mean over its views; not calibrated."""
        side = int(self.network.input_shape[1])
        found = []
        for image in images:
            [logits] = in_batches(self.network, judging_views(image, side, self.description.views))
            found.append(logits.astype(np.float64).mean(axis=0))
        return np.stack(found) if found else np.empty((0, len(self.classes)))

    def judge(self, images: Iterable[Image.Image]) -> NDArray[np.float64]:
        """Calibrated probabilities (n, classes) of RGB pictures; every row sums to 1."""
        return probabilities(self.logits(images), self.description.temperature)

    def save(self, folder: Path) -> None:
        """Write network and description; the folder is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self.network.save(folder / NETWORK)
        (folder / DESCRIPTION).write_text(self.description.model_dump_json(indent=1), encoding="utf-8")


def open_classifier(folder: Path) -> Classifier:
    """Open a classifier; its network is loaded in safe mode, so that no code in the file is run.

    Raises:
        ClassifierError: there is none in the folder, or its parts do not fit.
    """
    from likeness.classify.quiet_keras import keras

    try:
        description = Description.model_validate_json((folder / DESCRIPTION).read_bytes())
        network = keras.saving.load_model(folder / NETWORK, compile=False, safe_mode=True)
    except (OSError, ValidationError, ValueError, TypeError, KeyError) as error:
        raise ClassifierError(
            f"There is no classifier in {folder} ({str(error).splitlines()[0]}). Expected {NETWORK} and {DESCRIPTION}."
        ) from error
    if network.output_shape[-1] != len(description.classes):
        raise ClassifierError(
            f"The network in {folder} tells {network.output_shape[-1]} classes apart, and {DESCRIPTION} names "
            f"{', '.join(description.classes)}."
        )
    return Classifier(network, description)
