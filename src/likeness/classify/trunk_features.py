"""What the part of a network that never changes makes of every view, computed once and kept on disk.

Head and last layers then train on it without the pictures, in all epochs and all folds, and a run that was stopped
goes on with the next picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from likeness.classify import backbones, detail, efficientnet_lite, network, views
from likeness.classify.changes import Change
from likeness.classify.network import Parts
from likeness.classify.options import TrainingOptions
from likeness.classify.views import ViewOptions, judging_views, training_views
from likeness.datasets import ImageSet, WorkFolder, code_digest, digest_of

STEP = "classify"
# Small batches keep the maps in the processor's cache: half as fast again as batches of 32 on two cores.
BATCH = 4


@dataclass(frozen=True)
class TrunkFeatures:
    """The trunk's outputs for some pictures, views of one picture side by side.

    Attributes:
        maps: float16 (pictures, views, h, w, c), maps that the last layers begin with.
        features: float16 (pictures, views, f), of the stages before them.
    """

    maps: Sequence[NDArray[np.float16]]
    features: Sequence[NDArray[np.float16]]

    def __len__(self) -> int:
        return len(self.maps)

    def select(self, places: Sequence[int] | NDArray[np.int64]) -> TrunkFeatures:
        """The same of the pictures at these places."""
        return TrunkFeatures([self.maps[place] for place in places], [self.features[place] for place in places])

    def flat(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Maps (pictures · views, h, w, c) and features (pictures · views, f), picture by picture."""
        return np.concatenate(self.maps).astype(np.float32), np.concatenate(self.features).astype(np.float32)


def training_features(
    parts: Parts,
    pictures: ImageSet,
    labels: Sequence[str],
    options: TrainingOptions,
    work_root: Path,
    round_trip: Change | None = None,
) -> TrunkFeatures:
    """Look at every picture's random training views; those in the work folder are not computed again.

    Args:
        parts: the network.
        pictures: in the order of the labels.
        labels: the class of each.
        options: how views are cut, and which classes pass through the decoder.
        work_root: the folder of unfinished work.
        round_trip: the decoder.

    Raises:
        ValueError: classes are to pass through a decoder and there is none.
    """
    if options.decoder.classes and options.decoder.probability and round_trip is None:
        raise ValueError(f"classes {', '.join(options.decoder.classes)} are to pass through a decoder: give round_trip")

    def cut(image: Image.Image, sha256: str, label: str) -> NDArray[np.uint8]:
        generator = np.random.default_rng([options.seed, int(sha256[:12], 16)])
        through = generator.random(options.views.versions) < options.decoder.probability
        versions = [image] * options.views.versions
        if round_trip is not None and label in options.decoder.classes and through.any():
            decoded = round_trip.apply(image)
            versions = [decoded if passes else image for passes in through]
        return training_views(versions, parts.side, options.views, generator)

    work = WorkFolder(work_root, f"{STEP}/training_views", features_key(options, round_trip))
    return _looked_at(parts, pictures, labels, cut, work, "training")


def judging_features(
    parts: Parts,
    pictures: ImageSet,
    options: ViewOptions,
    work_root: Path,
    *,
    change: Change | None = None,
) -> TrunkFeatures:
    """Look at the views that pictures are judged by; those in the work folder are not computed again.

    All classifiers with the same trunk share them.

    Args:
        parts: the network.
        pictures: to judge.
        options: how views are cut.
        work_root: the folder of unfinished work.
        change: what happens to each picture first.
    """

    def cut(image: Image.Image, sha256: str, label: str) -> NDArray[np.uint8]:
        return judging_views(image if change is None else change.apply(image), parts.side, options)

    settings = (options.finest_side, options.judged_grids, options.flip, parts.side, change and change.digest)
    weights = [array.tobytes() for array in parts.trunk.get_weights()]
    key = digest_of(parts.whole.name, weights, *settings, _code())
    work = WorkFolder(work_root, f"{STEP}/judging_views", key)
    return _looked_at(parts, pictures, [""] * len(pictures), cut, work, "judging")


def features_key(options: TrainingOptions, round_trip: Change | None = None) -> str:
    """Digest what training features depend on besides pictures: options and decoder, not how the head is trained."""
    from likeness.classify.quiet_keras import keras

    settings = (options.backbone, options.weights, options.side, options.views, options.decoder, options.seed)
    return digest_of(*settings, round_trip.digest if round_trip else None, keras.__version__, _code())


def in_batches(model: Any, *inputs: NDArray[Any], batch: int = BATCH) -> list[NDArray[np.float32]]:
    """Outputs of a model for inputs (n, …), a few at a time and in inference mode."""
    rows = len(inputs[0])
    found: list[list[NDArray[np.float32]]] = []
    for start in range(0, rows, batch):
        # The last batch is filled up: another size would be compiled anew.
        places = np.arange(start, start + batch) % rows
        given = [values[places].astype(np.float32) for values in inputs]
        outputs = model.predict_on_batch(given if len(given) > 1 else given[0])
        found.append(list(outputs) if isinstance(outputs, list | tuple) else [outputs])
    return [np.concatenate(parts)[:rows] for parts in zip(*found, strict=True)]


def _code() -> str:
    return code_digest(backbones, detail, efficientnet_lite, network, views)


def _looked_at(
    parts: Parts,
    pictures: ImageSet,
    labels: Sequence[str],
    cut: Callable[[Image.Image, str, str], NDArray[np.uint8]],
    work: WorkFolder,
    name: str,
) -> TrunkFeatures:
    maps, features = [], []
    rows = zip(pictures.manifest["file"], pictures.manifest["sha256"], labels, strict=True)
    for file, sha256, label in tqdm(rows, total=len(labels), desc=f"views for {name}", unit="picture"):
        stored = f"{name}/{digest_of(sha256, label)}.npz"
        if not work.has(stored):
            seen = cut(pictures.open(file), sha256, label)
            outputs = in_batches(parts.trunk, seen)
            with work.writing(stored) as path:
                np.savez(path, maps=outputs[0].astype(np.float16), features=outputs[1].astype(np.float16))
        with np.load(work.file(stored)) as found:
            maps.append(found["maps"])
            features.append(found["features"])
    return TrunkFeatures(maps, features)
