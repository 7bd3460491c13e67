"""Pictures that a work folder lacks, drawn in this process or in several."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from tqdm import tqdm

from likeness.datasets.work import WorkFolder
from likeness.diffusion.placement import Processes, process_count
from likeness.drawing.drawer import Drawer
from likeness.drawing.pictures import Request, Settings, draw
from likeness.drawing.together import draw_together

logger = logging.getLogger(__name__)


def draw_missing(
    drawer: Drawer,
    requests: Sequence[Request],
    settings: Settings,
    work: WorkFolder,
    *,
    processes: Processes = 1,
    device: str = "auto",
    title: str = "drawing",
) -> None:
    """Draw those pictures that the work folder lacks; the model is opened only where there are any.

    A picture is the same however many processes draw, on the same machine at the same batch size.

    Args:
        drawer: draws.
        requests: what is wanted.
        settings: how it is drawn.
        work: where pictures are kept.
        processes: that draw, each on a GPU of its own.
        device: "auto", or a torch device.
        title: of the progress bar.

    Raises:
        ValueError: there are fewer GPUs than processes.
        ModelError: the model or its safety checker cannot be read.
        WorkerError: some are missing after several processes have tried twice.
    """
    count = process_count(processes, device)
    missing = [request for request in requests if not work.has(request.file)]
    if not missing:
        return
    done = len(requests) - len(missing)
    with tqdm(total=len(requests), initial=done, desc=title, unit="picture", disable=None) as bar:
        if count > 1:
            for report in draw_together(drawer, missing, settings, work, count, device=device, bar=bar):
                logger.info(
                    "%s: a process drew %d pictures in %.0f s", title, report.pictures, report.saved_seconds[-1]
                )
            return
        # First, so that one that is lacking is told at once.
        checker = drawer.open_checker(device) if settings.safety_checker else None
        for _ in draw(drawer.open(device), missing, settings, work, checker):
            bar.update()
