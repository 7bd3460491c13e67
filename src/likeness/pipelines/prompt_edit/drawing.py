"""Draw sources and edits of them; each picture is kept in the work folder and never drawn twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from likeness.datasets import BaseModel, ImageSet, WorkFolder, digest_of, package_digest, save_picture
from likeness.diffusion.editing import Edit, EditedPictures, edit_pictures
from likeness.diffusion.memory import enough_memory
from likeness.diffusion.model import DiffusionModel, open_model
from likeness.diffusion.safety import SafetyChecker, open_safety_checker
from likeness.drawing.withheld import WITHHELD, is_withheld, log_withheld
from likeness.pipelines.prompt_edit.album import kept_pictures
from likeness.pipelines.prompt_edit.options import PhotoOptions, SamplingOptions
from likeness.pipelines.prompt_edit.photos import Inversions, photo_digest
from likeness.pipelines.prompt_edit.plan import PlannedSource
from likeness.pipelines.prompt_edit.schedulers import open_scheduler, sampler_name
from likeness.pipelines.prompt_edit.wanted import PHOTO, Request, Wanted

_COLUMNS = ("source", "edit", "variant", "seed", "prompt", "word", "weight")
_MAP_COLUMNS = ("source", "seed", "word", "prompt")


@dataclass(frozen=True)
class _Task:
    """One source and seed: what is wanted, by file, and the words whose attention is."""

    source: PlannedSource
    seed: int
    pictures: Mapping[str, Wanted]
    maps: Mapping[str, str]


class Studio:
    """Draws with one model, and keeps what is drawn.

    Args:
        reference: the model; opened, as its safety checker is, only when a picture is missing.
        resolution: px a side of all pictures.
        sampling: how sources and edits are drawn.
        photos: how photographs are.
        work_folder: the root of unfinished work.
    """

    def __init__(
        self,
        reference: BaseModel,
        resolution: int,
        sampling: SamplingOptions,
        photos: PhotoOptions,
        work_folder: str,
    ) -> None:
        self._reference, self._resolution = reference, resolution
        self._sampling, self._photos = sampling, photos
        self._work = WorkFolder(work_folder, "edits", digest_of(reference.digest, package_digest("likeness.diffusion")))
        self._opened: DiffusionModel | None = None
        self._safety: SafetyChecker | None = None
        self.inversions = Inversions(self.model, reference.digest, resolution, sampling, photos, work_folder)

    def model(self) -> DiffusionModel:
        """Open the model, once."""
        self._opened = self._opened or open_model(self._reference)
        return self._opened

    def safety(self) -> SafetyChecker | None:
        """Open the model's safety checker, once, where the options ask for it."""
        if self._sampling.safety_checker:
            self._safety = self._safety or open_safety_checker(self._reference)
        return self._safety

    def draw(self, requests: Iterable[Request]) -> tuple[ImageSet, ImageSet]:
        """Draw what is wanted of every source and seed, or take it from the work folder.

        Returns:
            The pictures, one a `Wanted` with its columns and model, steps, guidance_scale, negative_prompt and sampler,
            and withheld where the safety checker is asked (never of the photographs themselves, which are not drawn);
            and the source's attention to the words that its edits name, one grey picture a source, seed and word, of
            the latents' size: source, seed, word, prompt.

        Raises:
            ModelError: the model or its safety checker cannot be read.
            ValueError: an edit cannot be made.
        """
        tasks = [self._task(request) for request in requests]
        total = sum(len(task.pictures) for task in tasks)
        missing = sum(len(self._missing(task)) for task in tasks)
        with tqdm(total=total, initial=total - missing, desc="drawing", unit="picture", disable=None) as bar:
            for _, group in groupby((task for task in tasks if not self._is_done(task)), key=self._lacking):
                self._draw(list(group), bar)
        pictures = [
            {"file": file, **wanted.columns, **self._settings(task.source)}
            for task in tasks
            for file, wanted in task.pictures.items()
        ]
        if self._sampling.safety_checker:
            for row in pictures:
                row[WITHHELD] = is_withheld(self._work.file(row["file"]))
            log_withheld(self._reference.name, [row[WITHHELD] for row in pictures if row["variant"] != PHOTO])
        maps = [{"file": file, **_about_map(task, word)} for task in tasks for word, file in task.maps.items()]
        return kept_pictures(self._work, pictures, _COLUMNS), kept_pictures(self._work, maps, _MAP_COLUMNS)

    def _task(self, request: Request) -> _Task:
        source, seed = request.source, request.seed
        photo = (photo_digest(source.photo), self.inversions.digest) if source.photo else None
        identity = digest_of(self._settings(source), self._resolution, source.prompt, photo, seed)
        pictures = {}
        for wanted in request.pictures:
            columns = wanted.columns
            parts = filter(None, (columns["edit"] or source.name, columns["variant"], columns.get("word")))
            digest = digest_of(identity, columns["edit"], wanted.edit, self._sampling.safety_checker)[:8]
            pictures[f"{'-'.join(map(_slug, parts))}-seed_{seed}-{digest}.png"] = wanted
        maps = {
            word: f"attention/{_slug(source.name)}-{_slug(word)}-seed_{seed}-{digest_of(identity, word)[:8]}.png"
            for word in request.words
        }
        return _Task(source, seed, pictures, maps)

    def _settings(self, source: PlannedSource) -> dict[str, Any]:
        how = self._sampling
        return {
            "model": self._reference.name,
            "steps": how.steps,
            "guidance_scale": self._photos.guidance_scale if source.photo else how.guidance_scale,
            "negative_prompt": how.negative_prompt,
            "sampler": sampler_name(None if source.photo else how.scheduler, inverted=bool(source.photo)),
            "inversion": self._photos.method if source.photo else "",
        }

    def _missing(self, task: _Task) -> dict[str, Wanted]:
        return {file: wanted for file, wanted in task.pictures.items() if not self._work.has(file)}

    def _lacks_maps(self, task: _Task) -> bool:
        return not all(self._work.has(file) for file in task.maps.values())

    def _is_done(self, task: _Task) -> bool:
        return not self._missing(task) and not self._lacks_maps(task)

    def _edits(self, task: _Task) -> dict[str, Edit]:
        """The distinct edits that are missing; several pictures may be of one."""
        return {digest_of(wanted.edit): wanted.edit for wanted in self._missing(task).values() if wanted.edit}

    def _lacking(self, task: _Task) -> tuple[object, ...]:
        """What seeds have in common that can be drawn together."""
        return task.source.name, tuple(self._edits(task)), self._lacks_maps(task)

    def _draw(self, tasks: list[_Task], bar: tqdm[Any]) -> None:
        safety = self.safety()  # first, so that one that is lacking is told at once
        source, how, model = tasks[0].source, self._sampling, self.model()
        missing = self._edits(tasks[0])
        inversion = self.inversions.of(source, self._photos.method) if source.photo else None
        kept = f"Pictures that are done stay in {self._work.path}: run again to go on with the others."
        with enough_memory("drawing", model.device, now=f"batch_size: {how.batch_size}", kept=kept):
            made = edit_pictures(
                model,
                source.prompt,
                list(missing.values()),
                [task.seed for task in tasks],
                steps=how.steps,
                guidance_scale=self._settings(source)["guidance_scale"],
                negative_prompt=how.negative_prompt,
                resolution=self._resolution,
                scheduler=None if inversion else open_scheduler(model, how.scheduler),
                start=inversion,
                keep_maps=self._lacks_maps(tasks[0]),
                batch_size=how.batch_size,
            )
            for task, result in zip(tasks, made, strict=True):
                drawn = dict(zip(missing, result.edited, strict=True))
                for file, wanted in self._missing(task).items():
                    image = drawn[digest_of(wanted.edit)] if wanted.edit else result.source
                    made_by = {**wanted.columns, **self._settings(source)}
                    if inversion and wanted.columns["variant"] == PHOTO:
                        image = inversion.photograph
                    elif safety is not None:
                        image, made_by[WITHHELD] = safety.passed(image)
                    save_picture(self._work.file(file), image, made_by)
                    bar.update()
                self._save_maps(task, result)

    def _save_maps(self, task: _Task, result: EditedPictures) -> None:
        if result.maps is None:
            return
        for word, file in task.maps.items():
            levels = np.rint(255 * result.maps.of(word)).astype(np.uint8)
            save_picture(self._work.file(file), Image.fromarray(levels), _about_map(task, word))


def _about_map(task: _Task, word: str) -> dict[str, Any]:
    return {"source": task.source.name, "seed": task.seed, "word": word, "prompt": task.source.prompt}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:40]
