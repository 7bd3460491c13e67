"""A Textual Inversion as a folder: what processes need that learn a word together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.personalise.dreambooth_job import opened, work_folder
from likeness.personalise.options import TextualInversionOptions

_JOB, _KINDS = "job.json", ("pictures", "held_out")


@dataclass(frozen=True)
class InversionJob:
    """A word that is to be learned.

    Attributes:
        base: model that learns it.
        pictures: to learn from.
        held_out: to measure checkpoints on; may be none.
        placeholder: the word, as it is spelled in prompts.
        options: of the training.
        key: in the names of its state and its result in the work folder.
        work: where these are kept.
        cache: where encoded pictures are kept.
        device: "auto", or a torch device.
    """

    base: BaseModel
    pictures: Sequence[Image.Image]
    held_out: Sequence[Image.Image]
    placeholder: str
    options: TextualInversionOptions
    key: str
    work: WorkFolder
    cache: WorkFolder
    device: str

    def write(self, folder: Path) -> None:
        """Write it to a new folder: JSON, and the pictures as PNG."""
        for kind in _KINDS:
            (folder / kind).mkdir(parents=True)
            for place, picture in enumerate(getattr(self, kind)):
                picture.convert("RGB").save(folder / kind / f"{place:05}.png", compress_level=1)
        described = {
            "base": [self.base.source, self.base.revision],
            "placeholder": self.placeholder,
            # A pipeline's options may have further fields.
            "options": self.options.model_dump(mode="json", include=set(TextualInversionOptions.model_fields)),
            "key": self.key,
            "work": str(self.work.path.resolve()),
            "cache": str(self.cache.path.resolve()),
            "device": self.device,
        }
        (folder / _JOB).write_text(json.dumps(described, indent=1), encoding="utf-8")


def read_job(folder: Path) -> InversionJob:
    """Read what `InversionJob.write` wrote."""
    described = json.loads((folder / _JOB).read_text(encoding="utf-8"))
    pictures, held_out = ([opened(path) for path in sorted((folder / kind).glob("*.png"))] for kind in _KINDS)
    return InversionJob(
        BaseModel(*described["base"]),
        pictures,
        held_out,
        described["placeholder"],
        TextualInversionOptions.model_validate(described["options"]),
        described["key"],
        work_folder(described["work"]),
        work_folder(described["cache"]),
        described["device"],
    )
