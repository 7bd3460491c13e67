"""Pictures that the rows of a table ask for, as an image set."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from likeness.datasets.image_set import ImageSet
from likeness.datasets.picture import measure_picture
from likeness.datasets.work import WorkFolder
from likeness.diffusion.placement import Processes
from likeness.drawing.drawer import Drawer
from likeness.drawing.missing import draw_missing
from likeness.drawing.pictures import Request, Settings
from likeness.drawing.withheld import WITHHELD, is_withheld, log_withheld


def draw_table(
    drawer: Drawer,
    table: pd.DataFrame,
    settings: Settings,
    work: WorkFolder,
    *,
    processes: Processes = 1,
    title: str = "drawing",
) -> ImageSet:
    """Draw what a work folder lacks of the pictures that a table asks for.

    Args:
        drawer: draws; opened only when a picture is missing.
        table: one row a picture: file, prompt, seed, guidance_scale, model, and anything else the manifest should say.
        settings: how they are drawn.
        work: where pictures are kept.
        processes: that draw, each on a GPU of its own.
        title: of the progress bar.

    Returns:
        The pictures with the table's columns, and `withheld` where the safety checker looked.

    Raises:
        ValueError: there are fewer GPUs than processes.
        ModelError: the model or its safety checker cannot be read.
        WorkerError: several processes could not draw all.
    """
    wanted = ["file", "prompt", "seed", "guidance_scale", "model"]
    requests = [Request(*row) for row in table[wanted].itertuples(index=False, name=None)]
    draw_missing(drawer, requests, settings, work, processes=processes, title=title)
    if settings.safety_checker:
        table = table.assign(**{WITHHELD: [is_withheld(work.file(file)) for file in table["file"]]})
        log_withheld(", ".join(table["model"].unique()), table[WITHHELD].tolist())
    return measured_set(work.path, table)


def measured_set(root: str | Path, table: pd.DataFrame) -> ImageSet:
    """The pictures of a local folder that a table names by `file`, as a set; nothing is set aside."""
    measured = pd.DataFrame([{"file": file, **measure_picture(Path(root) / file)} for file in table["file"]])
    return ImageSet(str(root), pd.concat([measured, table.drop(columns="file").reset_index(drop=True)], axis=1))
