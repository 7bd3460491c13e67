"""Training a classifier on what the trunk made of the views: the head first, then the last layers with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from likeness.classify.calibration import fit_temperature
from likeness.classify.changes import AS_THEY_ARE
from likeness.classify.discriminant import linear_discriminant
from likeness.classify.network import Parts, build_parts, freeze_all_but_last_layers, set_head, standardise
from likeness.classify.options import TrainingOptions
from likeness.classify.trunk_features import TrunkFeatures, in_batches

BATCH = 32
_HISTORY = ["epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"]


@dataclass(frozen=True)
class Trained:
    """A trained network and what is known of its training.

    Attributes:
        parts: the network.
        temperature: that calibrates it, found on validation pictures.
        validation_logits: of the validation pictures under each change, (n, classes), before any refit on them; not
            calibrated.
        history: one row an epoch: fit ("validated", or "refit" on all pictures), epoch (0 is the head alone, the others
            the last layers with it), loss, accuracy, validation_loss, validation_accuracy (of views, classes weighted;
            NaN in a refit).
    """

    parts: Parts
    temperature: float
    validation_logits: Mapping[str, NDArray[np.float64]]
    history: pd.DataFrame


def new_parts(options: TrainingOptions, classes: int) -> Parts:
    """Build the untrained classifier; equal options give equal weights."""
    from likeness.classify.quiet_keras import keras

    keras.utils.set_random_seed(options.seed)
    return build_parts(options.backbone, classes=classes, weights=options.weights, side=options.side)


def train(
    parts: Parts,
    training: TrunkFeatures,
    labels: NDArray[np.int64],
    validation: TrunkFeatures,
    judged: Mapping[str, TrunkFeatures],
    validation_labels: NDArray[np.int64],
    options: TrainingOptions,
) -> Trained:
    """Train a classifier with early stopping, calibrate it, and train it anew on all pictures if so asked.

    Args:
        parts: of `new_parts`; the network is changed in place.
        training: views that pictures are trained on.
        labels: class of each picture, counted from 0.
        validation: the validation pictures' training views.
        judged: the validation pictures' judging views, as they are and by the names of changes.
        validation_labels: class of each validation picture.
        options: how it is trained.

    Raises:
        ValueError: a class has no picture to train on.
    """
    start = parts.whole.get_weights()
    epochs, history = _fit(parts, training, labels, options, options.epochs, (validation, validation_labels))
    logits = {name: picture_logits(parts, features) for name, features in judged.items()}
    temperature = fit_temperature(logits[AS_THEY_ARE], validation_labels)
    tables = [history.assign(fit="validated")]
    if options.refit:
        parts.whole.set_weights(start)
        everything = TrunkFeatures([*training.maps, *validation.maps], [*training.features, *validation.features])
        both = np.concatenate([labels, validation_labels])
        tables.append(_fit(parts, everything, both, options, epochs)[1].assign(fit="refit"))
    return Trained(parts, temperature, logits, pd.concat(tables, ignore_index=True))


def picture_logits(parts: Parts, judged: TrunkFeatures) -> NDArray[np.float64]:
    """Logits of each picture, the mean over its views: (pictures, classes)."""
    pictures = []
    for maps, features in zip(judged.maps, judged.features, strict=True):
        [logits] = in_batches(parts.tail, maps, features, batch=BATCH)
        pictures.append(logits.astype(np.float64).mean(axis=0))
    return np.stack(pictures) if pictures else np.empty((0, parts.whole.output_shape[-1]))


class _Rows:
    """The views of some pictures as Keras takes them: inputs, one-hot classes and weights, row by row."""

    def __init__(self, views: TrunkFeatures, labels: NDArray[np.int64], class_weights: NDArray[np.float64]) -> None:
        self.pictures = np.repeat(np.arange(len(labels)), [len(features) for features in views.features])
        self.labels = labels[self.pictures]
        self.inputs = list(views.flat())
        self.targets = np.eye(len(class_weights), dtype=np.float32)[self.labels]
        self.weights = class_weights[self.labels].astype(np.float32)

    def drawn(self, views: int, generator: np.random.Generator) -> dict[str, Any]:
        """Keras's arguments for at most so many views of each picture, drawn at random."""
        order = generator.permutation(len(self.labels))
        rank = pd.Series(self.pictures[order]).groupby(self.pictures[order]).cumcount().to_numpy()
        chosen = order[rank < views]
        return {
            "x": [values[chosen] for values in self.inputs],
            "y": self.targets[chosen],
            "sample_weight": self.weights[chosen],
        }

    def measured(self, logits: NDArray[np.float32], smoothing: float) -> tuple[float, float]:
        """Loss and accuracy of logits of all rows, as Keras counts them in training."""
        targets = (1 - smoothing) * self.targets + smoothing / self.targets.shape[1]
        losses = -(targets * special.log_softmax(logits.astype(np.float64), axis=1)).sum(axis=1)
        right = logits.argmax(axis=1) == self.labels
        return float((self.weights * losses).mean()), float(np.average(right, weights=self.weights))


def _fit(
    parts: Parts,
    training: TrunkFeatures,
    labels: NDArray[np.int64],
    options: TrainingOptions,
    epochs: int,
    validation: tuple[TrunkFeatures, NDArray[np.int64]] | None = None,
) -> tuple[int, pd.DataFrame]:
    """Find the head, then train for so many epochs, or stop early and go back to the best; returns their number."""
    from likeness.classify.quiet_keras import keras

    classes = int(parts.whole.output_shape[-1])
    weights = _class_weights(labels, classes) if options.class_weights else np.ones(classes)
    rows = _Rows(training, labels, weights)
    held = _Rows(*validation, weights) if validation else None
    [features] = in_batches(parts.last_layers, *rows.inputs, batch=BATCH)
    _find_head(parts, features, rows, options)

    def measured() -> tuple[float, float]:
        """Loss and accuracy on the validation views."""
        if held is None:
            return float("nan"), float("nan")
        return held.measured(in_batches(parts.tail, *held.inputs, batch=BATCH)[0], options.label_smoothing)

    started = rows.measured(in_batches(parts.head, features, batch=len(features))[0], options.label_smoothing)
    records = [(0, *started, *measured())]
    if not epochs:
        return 0, pd.DataFrame(records, columns=_HISTORY)
    keras.utils.set_random_seed(options.seed)
    generator = np.random.default_rng(options.seed)
    freeze_all_but_last_layers(parts)
    parts.tail.compile(
        optimizer=keras.optimizers.Adam(options.learning_rate),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=options.label_smoothing),
        weighted_metrics=["accuracy"],
    )
    best, best_weights = 0, parts.whole.get_weights()
    for epoch in range(1, epochs + 1):
        batch = rows.drawn(options.views_per_epoch, generator)
        done = parts.tail.fit(**batch, batch_size=options.batch_size, verbose=0).history
        seen = measured()
        records.append((epoch, done["loss"][0], done["accuracy"][0], *seen))
        if held is None or seen[0] < records[best][3]:
            best, best_weights = epoch, parts.whole.get_weights()
        elif epoch - best >= options.patience:
            break
    parts.whole.set_weights(best_weights)
    return best, pd.DataFrame(records, columns=_HISTORY)


def _find_head(parts: Parts, features: NDArray[np.float32], rows: _Rows, options: TrainingOptions) -> None:
    kernel, bias = linear_discriminant(
        standardise(parts, features),
        rows.labels,
        classes=rows.targets.shape[1],
        shrinkage=options.shrinkage,
        balanced=options.class_weights,
    )
    set_head(parts, kernel, bias)


def _class_weights(labels: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Weights by which all classes weigh the same, and a picture weighs 1 on average."""
    counts = np.bincount(labels, minlength=classes)
    weights: NDArray[np.float64] = len(labels) / (classes * np.maximum(counts, 1))
    return weights
