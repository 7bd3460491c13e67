"""The painted classes of the sample: the painter to be learned, the replica, and impressionism in general."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from likeness.datasets import ImageSet, WorkFolder, digest_of, package_digest, save_picture
from likeness.synthetic.landscapes.landscape import Landscape, draw_landscape
from likeness.synthetic.landscapes.render import render_landscape
from likeness.synthetic.painter import LEARNED_STYLE, REPLICA_STYLE, STYLES, Style, paint
from likeness.synthetic.paintings_options import SEEDS_A_CLASS, PaintingsOptions
from likeness.synthetic.person import draw_person
from likeness.synthetic.portrait import render
from likeness.synthetic.shot import draw_shot
from likeness.synthetic.sitting import Sitting

FIRST_SUBJECT_SEED = 2**40
"""Landscapes and persons here have seeds from here on; those in training pictures lie below, so none is shared."""

_SUBJECT, _BRUSH = 41, 43
"""Streams of randomness."""
_SUPERSAMPLING = 1.5
_GLASSES_SHARE = 0.05


class PaintedClass(NamedTuple):
    """A class of paintings.

    Attributes:
        label: Its number in the study, and its folder.
        name: What it is.
        style: How all its pictures are painted.
    """

    label: str
    name: str
    style: Style


PAINTED_CLASSES = (
    PaintedClass("0", "authentic", LEARNED_STYLE),
    PaintedClass("1", "replica", REPLICA_STYLE),
    PaintedClass("4", "impressionism", STYLES["impressionist"]),
)
"""The study's classes that a painter painted; its classes 2 and 3 are a model's."""


@dataclass(frozen=True)
class Painting:
    """A painting to be painted.

    Attributes:
        file: Where it is stored, relative to its set.
        painted_class: Its class.
        subject: What it shows.
        seed: Of the subject; no two paintings of a set share one.
        brush: Seed of the painter's hand.
    """

    file: str
    painted_class: PaintedClass
    subject: Landscape | Sitting
    seed: int
    brush: int

    def row(self) -> dict[str, object]:
        """The manifest's row."""
        subject = self.subject
        view = subject if isinstance(subject, Landscape) else None
        return {
            "file": self.file,
            "class": self.painted_class.label,
            "class_name": self.painted_class.name,
            "style": self.painted_class.style.name,
            "subject": "portrait" if view is None else view.kind,
            "season": "" if view is None else view.season,
            "hour": "" if view is None else view.hour,
            "seed": self.seed,
        }


def plan_paintings(options: PaintingsOptions) -> Iterator[Painting]:
    """Decide what every class shows: subjects of the same kinds, but no subject twice.

    A painting depends on its class, its index and the seed alone, so that more of a class begin with the same ones.
    """
    for number, painted_class in enumerate(PAINTED_CLASSES):
        for index in range(getattr(options, painted_class.name)):
            seed = FIRST_SUBJECT_SEED + (options.seed * len(PAINTED_CLASSES) + number) * SEEDS_A_CLASS + index
            portrait = int((index + 1) * options.portrait_share) > int(index * options.portrait_share)
            yield Painting(
                file=f"{painted_class.label}/{painted_class.name}_{index + 1:03d}.png",
                painted_class=painted_class,
                subject=_draw_sitting(seed) if portrait else _draw_view(seed),
                seed=seed,
                brush=int(np.random.default_rng([seed, _BRUSH]).integers(1 << 31)),
            )


def render_painting(painting: Painting, size: int) -> NDArray[np.uint8]:
    """Paint what is planned, (size, size, 3) uint8 sRGB; the same painting, the same picture."""
    subject = painting.subject
    if isinstance(subject, Sitting):
        seen = render(subject.person, subject.shot, size, supersampling=_SUPERSAMPLING)
    else:
        seen = render_landscape(subject, size, supersampling=_SUPERSAMPLING)
    return paint(seen, painting.painted_class.style, painting.brush)


def paint_classes(options: PaintingsOptions, work_folder: str) -> ImageSet:
    """Paint the three classes; what an earlier run has painted is taken from the work folder.

    Args:
        options: Size, seed and numbers.
        work_folder: The root of unfinished work.

    Returns:
        RGB pictures in the folders 0, 1 and 4. Columns besides those of every image set: class (as the folder),
        class_name, style, subject (a landscape's kind, or portrait), season and hour (empty for portraits), seed.
    """
    key = digest_of(options.size, options.seed, options.portrait_share, package_digest("likeness.synthetic"))
    work = WorkFolder(work_folder, "paintings", key)
    plan = list(plan_paintings(options))
    for painting in tqdm(plan, desc="painting", unit="picture", disable=None):
        path = work.file(painting.file)
        if not path.exists():
            made_by = {"painter": "likeness.synthetic", "brush": painting.brush, **painting.row()}
            save_picture(path, Image.fromarray(render_painting(painting, options.size)), made_by)
    metadata = pd.DataFrame([painting.row() for painting in plan])
    return ImageSet.from_folder(work.path, metadata, files=metadata["file"])


def _draw_view(seed: int) -> Landscape:
    """Country by day and in fair weather, without people, as a painter out of doors would choose it."""
    rng = np.random.default_rng([seed, _SUBJECT])
    while True:
        view = draw_landscape(rng)
        fair = view.hour != "night" and view.weather in ("clear", "cloudy")
        empty = view.season == "winter" and view.hour == "dawn"  # all white, and the distance in the mist
        if fair and not empty and view.kind != "street" and not view.fantasy:
            return replace(view, seed=seed, figure="")


def _draw_sitting(seed: int) -> Sitting:
    """An adult who sits for a portrait."""
    rng = np.random.default_rng([seed, _SUBJECT])
    return Sitting(draw_person(seed), draw_shot(rng, float(rng.uniform(18, 75)), glasses_share=_GLASSES_SHARE))
