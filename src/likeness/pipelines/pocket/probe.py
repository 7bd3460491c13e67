"""The training of the probe: the pocket model's loop around the losses of `likeness.metrics.probe_training`.

It stands in the pipeline because the two are libraries, and libraries do not import each other: the loop belongs to
`likeness.pocket`, and what reads pictures, in every pipeline, to `likeness.metrics`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from diffusers.training_utils import EMAModel
from torch import Tensor

from likeness.datasets import WorkFolder
from likeness.diffusion.placement import choose_device
from likeness.diffusion.replay import Batch
from likeness.metrics.attributes import attributes_of, encode
from likeness.metrics.probe import Probe, ProbeDesign, normalised, shrink
from likeness.metrics.probe_augmentation import augmented
from likeness.metrics.probe_training import attribute_losses, calibrate
from likeness.pipelines.pocket.options import ProbeOptions
from likeness.pocket.batches import random_indices, step_generator
from likeness.pocket.sharding import read_pictures
from likeness.pocket.training import make_optimisers, mixed_precision, quickened, replayed, train, update
from likeness.pocket.training_state import Trained


def read_small_pictures(folder: Path, shards: Sequence[int], size: int) -> Tensor:
    """The pictures of some shards at the probe's size, uint8 (n, size, size, 3); one shard is held whole at a time."""
    first = shrink(torch.from_numpy(read_pictures(folder, shards[:1])), size)
    pictures = torch.empty(len(shards), *first.shape, dtype=torch.uint8)
    pictures[0] = first
    for place, number in enumerate(shards[1:], start=1):
        pictures[place] = shrink(torch.from_numpy(read_pictures(folder, [number])), size)
    return pictures.flatten(0, 1)


def train_probe(
    pictures: Tensor, table: pd.DataFrame, options: ProbeOptions, work: WorkFolder, *, device: str = "auto"
) -> tuple[Probe, pd.DataFrame]:
    """Train a probe from scratch.

    The last of the pictures, a share of `calibration`, are kept from the training and calibrate the probabilities.

    Args:
        pictures: of `read_small_pictures`; moved to the device once.
        table: their attributes, one row a picture; missing cells where one does not apply.
        options: sizes and schedule.
        work: where an interrupted training goes on.
        device: "auto" or a torch device.

    Returns:
        The averaged weights, in evaluation mode on the device, calibrated; and the losses, in nats, of all attributes
        (their mean) and of each.
    """
    target = choose_device(device)
    attributes = attributes_of(table, unread=options.unread)
    targets = torch.from_numpy(encode(table, attributes)).to(target)
    pictures = pictures.to(target)
    kept = len(pictures) - max(1, round(options.calibration * len(pictures)))
    torch.manual_seed(options.seed)
    design = ProbeDesign(size=options.size, channels=options.channels, blocks=options.blocks, attributes=attributes)
    probe = Probe(design).to(target)
    trainer = _Trainer(
        probe=probe,
        predict=quickened(probe, options, target),
        optimisers=make_optimisers("probe", probe, options, target),
        pictures=pictures[:kept],
        targets=targets[:kept],
        options=options,
    )
    average = EMAModel(probe.parameters(), decay=options.ema_decay, foreach=True)
    trained = Trained({"probe": probe}, trainer.optimisers, {"probe": average})
    learn = replayed(trainer.learn, options, target)
    losses = train("probe", trained, lambda step, share: learn(trainer.draw(step)), options, work)
    average.copy_to(probe.parameters())
    probe.eval().requires_grad_(False)
    calibrate(probe, pictures[kept:], targets[kept:])
    return probe, losses


@dataclass(frozen=True)
class _Trainer:
    probe: Probe
    predict: Callable[[Tensor], Tensor]
    optimisers: dict[str, torch.optim.Optimizer]
    pictures: Tensor
    targets: Tensor
    options: ProbeOptions

    def draw(self, step: int) -> dict[str, Tensor]:
        """A step's batch: all that is random in it."""
        generator = step_generator(self.pictures.device, self.options.seed, step)
        indices = random_indices(len(self.pictures), self.options.batch_size, generator)
        pixels = augmented(normalised(self.pictures[indices]), generator)
        return {"pixels": pixels, "targets": self.targets[indices]}

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        attributes = self.probe.design.attributes
        with mixed_precision(self.options, batch["pixels"].device):
            logits = self.predict(batch["pixels"])
        losses = attribute_losses(logits.float(), batch["targets"], attributes)
        losses.mean().backward()  # type: ignore[no-untyped-call]
        update(self.probe.parameters(), self.optimisers.values(), self.options)
        named = zip((attribute.name for attribute in attributes), losses.detach(), strict=True)
        return {"loss": losses.detach().mean(), **dict(named)}
