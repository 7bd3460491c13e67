"""A fine-tuning as a folder: what processes need that train together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.personalise.dreambooth_training import Lesson
from likeness.personalise.options import DreamBoothOptions

_JOB = "job.json"


@dataclass(frozen=True)
class DreamBoothJob:
    """A fine-tuning that is to be done.

    Attributes:
        base: model to start from.
        lessons: the training pictures and, optionally, the class pictures.
        identifier: the rare word in the prompts.
        options: of the training.
        key: in the names of its state and its result in the work folder.
        work: where these are kept.
        cache: where encoded pictures are kept.
        device: "auto", or a torch device.
    """

    base: BaseModel
    lessons: Sequence[Lesson]
    identifier: str
    options: DreamBoothOptions
    key: str
    work: WorkFolder
    cache: WorkFolder
    device: str

    def write(self, folder: Path) -> None:
        """Write it to a new folder: JSON, and the pictures as PNG."""
        folder.mkdir()
        for number, lesson in enumerate(self.lessons):
            for place, picture in enumerate(lesson.pictures):
                picture.convert("RGB").save(_picture(folder, number, place), compress_level=1)
        described = {
            "base": [self.base.source, self.base.revision],
            "lessons": [
                {"prompts": list(one.prompts), "faces": list(one.faces), "batch_size": one.batch_size}
                for one in self.lessons
            ],
            "identifier": self.identifier,
            # A pipeline's options may have further fields.
            "options": self.options.model_dump(mode="json", include=set(DreamBoothOptions.model_fields)),
            "key": self.key,
            "work": str(self.work.path.resolve()),
            "cache": str(self.cache.path.resolve()),
            "device": self.device,
        }
        (folder / _JOB).write_text(json.dumps(described, indent=1), encoding="utf-8")


def read_job(folder: Path) -> DreamBoothJob:
    """Read what `DreamBoothJob.write` wrote."""
    described = json.loads((folder / _JOB).read_text(encoding="utf-8"))
    lessons = [
        Lesson(
            [opened(_picture(folder, number, place)) for place in range(len(one["prompts"]))],
            one["prompts"],
            [face and tuple(face) for face in one["faces"]],
            one["batch_size"],
        )
        for number, one in enumerate(described["lessons"])
    ]
    return DreamBoothJob(
        BaseModel(*described["base"]),
        lessons,
        described["identifier"],
        DreamBoothOptions.model_validate(described["options"]),
        described["key"],
        work_folder(described["work"]),
        work_folder(described["cache"]),
        described["device"],
    )


def _picture(folder: Path, lesson: int, place: int) -> Path:
    return folder / f"picture_{lesson}_{place:05}.png"


def opened(path: Path) -> Image.Image:
    """The picture, and no open file."""
    with Image.open(path) as picture:
        picture.load()
    return picture


def work_folder(path: str) -> WorkFolder:
    """The work folder at a path that a job names."""
    return WorkFolder(Path(path).parents[1], Path(path).parent.name, Path(path).name)
