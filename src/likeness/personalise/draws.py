"""Everything random in a training step, as a function of the seed and the step's number alone.

An interrupted run therefore needs no generator's state to go on exactly as it would have.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Draw:
    """The random choices for n samples.

    Attributes:
        pictures: which pictures, int64 (n,).
        variants: which of their variants (plain or mirrored), int64 (n,).
        prompts: which of their prompts, int64 (n,).
        timesteps: noise levels, int64 (n,).
        posterior_noise: picks latents from each picture's distribution, float32 (n, c, h, w).
        noise: what the latents are blended with, float32 (n, c, h, w).
    """

    pictures: Tensor
    variants: Tensor
    prompts: Tensor
    timesteps: Tensor
    posterior_noise: Tensor
    noise: Tensor

    def chunks(self, count: int) -> Iterator[Draw]:
        """The draw in `count` equal parts, in order."""
        parts_of_fields = (getattr(self, field.name).chunk(count) for field in fields(self))
        for parts in zip(*parts_of_fields, strict=True):
            yield Draw(*parts)

    def to(self, device: torch.device) -> Draw:
        """The draw on a device; nothing waits for what a GPU still has to do."""
        values = (getattr(self, field.name) for field in fields(self))
        pinned = (value.pin_memory() if device.type == "cuda" and value.is_cpu else value for value in values)
        return Draw(*(value.to(device, non_blocking=True) for value in pinned))


def draw(
    size: int,
    *,
    pictures: int,
    variants: int,
    timesteps: int,
    shape: tuple[int, ...],
    seed: int,
    step: int,
    stream: int,
    prompts: int = 1,
) -> Draw:
    """Draw one step's samples, on the CPU.

    Pictures come in a new random order every epoch, so that each is seen equally often. Timesteps are uniform, and
    spread evenly within the step, which lowers the gradient's variance (Kingma et al. 2021, arXiv 2107.00630, I.1).

    Args:
        size: samples of the step, n.
        pictures: how many to choose from.
        variants: of each picture.
        timesteps: of the diffusion process.
        shape: of the latents of one sample, (c, h, w).
        seed: of the training.
        step: number of the step, from 0.
        stream: another number for each kind of picture, so that their draws differ.
        prompts: to choose from for each picture.
    """
    generator = torch.Generator().manual_seed(mixed_seed(seed, stream, step))
    offsets = torch.rand(1, generator=generator) + torch.arange(size) / size
    return Draw(
        pictures=torch.tensor([_picture_at(step * size + i, pictures, seed, stream) for i in range(size)]),
        variants=torch.randint(variants, (size,), generator=generator),
        timesteps=((offsets % 1) * timesteps).long().clamp(max=timesteps - 1),
        posterior_noise=torch.randn(size, *shape, generator=generator),
        noise=torch.randn(size, *shape, generator=generator),
        prompts=torch.randint(prompts, (size,), generator=generator),
    )


@contextmanager
def own_randomness(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators, and put them back as they were afterwards."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _picture_at(position: int, pictures: int, seed: int, stream: int) -> int:
    epoch, place = divmod(position, pictures)
    return int(np.random.default_rng([seed, stream, epoch]).permutation(pictures)[place])


def mixed_seed(*numbers: int) -> int:
    """One 63-bit seed of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))
