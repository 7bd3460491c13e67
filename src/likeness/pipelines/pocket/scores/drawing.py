"""Pictures drawn for the scores, kept in the work folder so that a stopped report goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from likeness.datasets import BaseModel, Checkpoint, WorkFolder, digest_of, package_digest
from likeness.diffusion.model import DiffusionModel, open_model
from likeness.diffusion.sampling import generate
from likeness.pipelines.pocket.options import ReportOptions

BATCHES_A_FILE = 16


@dataclass(frozen=True)
class Artist:
    """The model, with how it draws and where its pictures are kept."""

    model: DiffusionModel
    options: ReportOptions
    work: WorkFolder

    @classmethod
    def of(cls, checkpoint: Checkpoint, options: ReportOptions, work_folder: str) -> Artist:
        """Open the model in float32."""
        settings = options.model_dump(include={"steps", "guidance_scale", "batch_size"})
        key = digest_of(checkpoint, settings, package_digest("likeness.diffusion"))
        model = open_model(BaseModel(str(checkpoint.path)), dtype="float32")
        return cls(model, options, WorkFolder(work_folder, "pocket_drawings", key))

    def draw(self, prompts: Sequence[str], seeds: Sequence[int], what: str) -> NDArray[np.uint8]:
        """Draw one picture a prompt and seed.

        Args:
            prompts: n prompts.
            seeds: n seeds.
            what: is drawn, shown beside the progress bar.

        Returns:
            uint8 (n, size, size, 3).
        """
        size = self.options.batch_size * BATCHES_A_FILE
        drawn = [np.empty((0, self.model.resolution, self.model.resolution, 3), dtype=np.uint8)]
        with tqdm(total=len(prompts), desc=what, unit="picture", disable=None) as bar:
            for start in range(0, len(prompts), size):
                drawn.append(self._draw_file(prompts[start : start + size], seeds[start : start + size]))
                bar.update(len(drawn[-1]))
        return np.concatenate(drawn)

    def _draw_file(self, prompts: Sequence[str], seeds: Sequence[int]) -> NDArray[np.uint8]:
        name = f"{digest_of(list(prompts), list(seeds))}.npy"
        if not self.work.has(name):
            options = self.options
            pictures = generate(
                self.model,
                prompts,
                seeds,
                steps=options.steps,
                guidance_scale=options.guidance_scale,
                batch_size=options.batch_size,
            )
            with self.work.writing(name) as path:
                np.save(path, np.stack([np.asarray(picture) for picture in pictures]))
        content: NDArray[np.uint8] = np.load(self.work.file(name), allow_pickle=False)
        return content
