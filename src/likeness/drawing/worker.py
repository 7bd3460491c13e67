"""One of the processes that draw pictures, started by `likeness.drawing.together.draw_together`."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import torch

from likeness.datasets.work import WorkFolder
from likeness.diffusion.placement import choose_device
from likeness.drawing.pictures import draw
from likeness.drawing.together import Report, read_share, report_path


def main(path: Path) -> None:
    """Draw the share that a file describes."""
    share = read_share(path)
    device = choose_device(share.device)
    if device.type == "cuda":
        device = torch.device("cuda", share.index)
        torch.cuda.set_device(device)
    work = WorkFolder(share.work.parents[1], share.work.parent.name, share.work.name)
    begun = time.perf_counter()
    checker = share.drawer.open_checker(str(device)) if share.settings.safety_checker else None
    model = share.drawer.open(str(device))
    opened = time.perf_counter()
    saved = [time.perf_counter() - opened for _ in draw(model, share.requests, share.settings, work, checker)]
    report = Report(len(saved), opened - begun, saved)
    report_path(path).write_text(json.dumps(asdict(report)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
