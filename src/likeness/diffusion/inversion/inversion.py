"""What an inversion leaves for the edits of a photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from PIL import Image
from torch import Tensor

from likeness.diffusion.embeddings import PromptEmbeddings

Method = Literal["direct", "ddim", "negative_prompt", "null_text"]
METHODS: tuple[str, ...] = get_args(Method)


@dataclass(frozen=True)
class Inversion:
    """A photograph as a deterministic sampler would have made it from noise.

    An edit samples with `ddim_scheduler(model, steps)` from `start`, with `prompt` as the source branch's prompt. In
    every step it takes its unconditional embeddings from `unconditional` where that is given, and hands the batch's
    latents to `corrected` after it.

    Attributes:
        method: how the photograph was inverted.
        prompt: of the photograph; what the source branch is conditioned on.
        steps: of the scheduler.
        guidance_scale: that the reconstruction was made with; for null-text inversion also what its embeddings are for.
        trajectory: float32 (steps + 1, channels, h, w), from the starting noise to the photograph's own latents.
        unconditional: the unconditional embeddings, float32, a row for every step; None for those of the negative
            prompt.
        photograph: as it was encoded.
        round_trip: of the photograph through the VAE; no reconstruction can be expected to come closer.
        reconstruction: what the source branch makes of `start` at `guidance_scale`.
    """

    method: Method
    prompt: str
    steps: int
    guidance_scale: float
    trajectory: Tensor
    unconditional: PromptEmbeddings | None
    photograph: Image.Image
    round_trip: Image.Image
    reconstruction: Image.Image

    @property
    def start(self) -> Tensor:
        """The noise to sample from, float32 (channels, h, w)."""
        return self.trajectory[0]

    def corrected(self, step: int, latents: Tensor, *, share: float = 1.0) -> Tensor:
        """Latents after the scheduler's step, with the source branch put back on the photograph's trajectory.

        Only direct inversion changes anything. It adds to the source branch the offset between the trajectory and where
        the step led, whatever the guidance scale and the negative prompt (Ju et al. 2023, arXiv 2310.01506, algorithm
        1). They leave the edited branches as they are, which then drift as far as guidance drives them: an unchanged
        prompt no longer gives the photograph. With the offset added to them too, it does. At equal latents their
        prediction is then c + w (c' - c), with c and c' for the source's and the edited prompt: guidance away from the
        source, as in negative-prompt inversion, and without its error.

        Args:
            step: that was just taken, from 0.
            latents: (n, channels, h, w) of which the first row is the source branch.
            share: of the offset that the edited rows receive, 0 (as published) to 1.

        Returns:
            Shaped as `latents`.
        """
        if self.method != "direct":
            return latents
        aim = self.trajectory[step + 1].to(latents)
        corrected = latents + share * (aim - latents[0])
        corrected[0] = aim
        return corrected
