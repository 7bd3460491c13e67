"""The paintings of all classes: a person's own, or the synthetic painter's; and those that a plain model draws."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import cycle, islice

import pandas as pd

from likeness.cleaning import CleaningOptions, clean
from likeness.cleaning.classes import class_labels
from likeness.datasets import BaseModel, ImageSet, WorkFolder, digest_of
from likeness.datasets.image_set import open_folder
from likeness.drawing.drawer import Drawer
from likeness.drawing.withheld import without_withheld
from likeness.pipelines.cezanne.drawing import draw_pictures, model_name, no_pictures
from likeness.pipelines.cezanne.options import GeneratedOptions, PaintingsSource

logger = logging.getLogger(__name__)


def given_paintings(source: PaintingsSource, work_folder: str) -> ImageSet:
    """Read a person's own paintings, or let the synthetic painter paint.

    Raises:
        DatasetError: there is no such folder.
        ValueError: the painter cannot work without what the extra `synthetic` installs, or no picture can be used.
    """
    if source.folder is not None:
        paintings = ImageSet.from_folder(source.folder)
        if not len(paintings):
            raise ValueError(f"paintings: no picture in {source.folder} can be used. Expected a folder of each class.")
        return paintings
    return _painter()(source, work_folder)


def check_own(paintings: ImageSet, generated: GeneratedOptions, cleaning: CleaningOptions, work_folder: str) -> None:
    """Refuse a person's own paintings that nothing can be learned from, naming the folder as it was given.

    Classes that the base model is going to draw need not be there.

    Raises:
        ClassError: a class is missing, empty or too small.
    """
    drawn = {one.label for one in generated.classes}
    own = {label for label in class_labels(paintings) if label}
    wanted = [label for label in cleaning.classes or own if label in own or label not in drawn]
    if len(wanted) >= 2:
        chosen = tuple(wanted) if cleaning.classes else None
        clean(paintings, cleaning.model_copy(update={"classes": chosen}), work_folder)


def draw_generated(base_model: BaseModel, paintings: ImageSet, options: GeneratedOptions, work_folder: str) -> ImageSet:
    """Let the base model draw the classes that the paintings given do not have.

    Returns:
        One picture a row: class, class_name, prompt, seed, guidance_scale, model, steps, negative_prompt.
    """
    given = set(class_labels(paintings))
    wanted = [one for one in options.classes if one.label not in given]
    for one in options.classes:
        if one.label in given:
            logger.info("class %s is among the paintings given: the base model draws none", one.label)
    if not wanted:
        return no_pictures(work_folder, ["class", "class_name"])
    requests = generated_requests(options)
    requests = requests[requests["class"].isin([one.label for one in wanted])].assign(model=model_name(base_model))
    return without_withheld(draw_pictures(Drawer(base_model), base_model.digest, requests, options, work_folder))


def generated_requests(options: GeneratedOptions) -> pd.DataFrame:
    """What the base model is to draw, one row a picture: name, class, class_name, prompt, seed, guidance_scale.

    No two pictures of all classes share a seed; prompts and guidance scales are taken in turn, so that every prompt
    meets every scale.
    """
    rows = []
    for one in options.classes:
        turns = [(prompt, scale) for scale in one.guidance_scales for prompt in options.prompts]
        for number, (prompt, scale) in enumerate(islice(cycle(turns), one.pictures), start=1):
            rows.append((f"{one.label}/{one.name}_{number:03d}", one.label, one.name, prompt, scale))
    table = pd.DataFrame(rows, columns=["name", "class", "class_name", "prompt", "guidance_scale"])
    return table.assign(seed=range(options.seed, options.seed + len(table)))


def gathered(sets: list[ImageSet], work_folder: str) -> ImageSet:
    """Put sets of pictures together under one roof; their files are copied, their columns joined.

    Raises:
        ValueError: two sets have a file of one name.
    """
    work = WorkFolder(work_folder, "painting_sets", digest_of(*(images.digest for images in sets)))
    manifest = pd.concat([images.manifest for images in sets if len(images)], ignore_index=True)
    if manifest["file"].duplicated().any():
        twice = manifest.loc[manifest["file"].duplicated(), "file"].iloc[0]
        raise ValueError(f"two pictures are called {twice}: give one another name")
    for images in sets:
        fs, root = open_folder(images.root, images.storage_options)
        for file in images.manifest["file"]:
            if not work.has(file):
                with work.writing(file) as path:
                    fs.get_file(f"{root}/{file}", str(path))
    rejected = pd.concat([images.rejected for images in sets], ignore_index=True)
    return ImageSet(str(work.path), manifest, rejected)


def _painter() -> Callable[[PaintingsSource, str], ImageSet]:
    """The synthetic painter, imported only when asked to paint: all else works without what it needs."""
    try:
        from likeness.synthetic.paintings import paint_classes
    except ModuleNotFoundError as error:
        raise ValueError(
            f"paintings: the sample is painted by the synthetic painter, which needs {error.name}. `make cezanne` "
            "installs it (the extra 'synthetic'); or give your own: --params paintings=<folder of class folders>."
        ) from error
    return paint_classes
