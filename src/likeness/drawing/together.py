"""Pictures dealt to several processes, each with a model of its own; they meet in a work folder alone."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from likeness.datasets.work import WorkFolder
from likeness.drawing.drawer import Drawer, described_drawer
from likeness.drawing.pictures import Request, Settings, in_batches
from likeness.personalise.launching import WorkerError, worker_environment

logger = logging.getLogger(__name__)

_WORKER = "likeness.drawing.worker"
_TRIES = 2
_LOOK_EVERY = 0.2  # seconds


@dataclass(frozen=True)
class Share:
    """What one process draws.

    Attributes:
        drawer: draws.
        requests: what is wanted.
        settings: how it is drawn.
        work: folder where pictures are kept.
        device: "auto", or a torch device.
        index: of the process, and of its GPU.
    """

    drawer: Drawer
    requests: Sequence[Request]
    settings: Settings
    work: Path
    device: str
    index: int

    def write(self, path: Path) -> None:
        """Write it as JSON, for `read_share`."""
        described = {
            **vars(self),
            "drawer": self.drawer.described(),
            "requests": [asdict(request) for request in self.requests],
            "settings": asdict(self.settings),
            "work": str(self.work.resolve()),
        }
        path.write_text(json.dumps(described), encoding="utf-8")


@dataclass(frozen=True)
class Report:
    """What a process did.

    Attributes:
        pictures: that it drew.
        opening_seconds: until the model was open.
        saved_seconds: from then until each picture was saved.
    """

    pictures: int
    opening_seconds: float
    saved_seconds: Sequence[float]


def read_share(path: Path) -> Share:
    """Read what `Share.write` wrote."""
    described = json.loads(path.read_text(encoding="utf-8"))
    described["drawer"] = described_drawer(described["drawer"])
    described["requests"] = [Request(**one) for one in described["requests"]]
    described["settings"] = Settings(**described["settings"])
    return Share(**described | {"work": Path(described["work"])})


def report_path(share: Path) -> Path:
    """Where the process that was given a share reports."""
    return share.with_suffix(".report")


def draw_together(
    drawer: Drawer,
    requests: Sequence[Request],
    settings: Settings,
    work: WorkFolder,
    processes: int,
    *,
    device: str = "auto",
    bar: tqdm[Any] | None = None,
) -> list[Report]:
    """Draw pictures in several processes.

    Whole batches are dealt in turn. What a process that ended early has not drawn is drawn in a second try by those
    that did not.

    Args:
        drawer: draws.
        requests: what is wanted; none is there yet.
        settings: how it is drawn.
        work: where pictures are kept.
        processes: at most; each has batches.
        device: "auto", "cuda" or "cpu".
        bar: told of every picture.

    Returns:
        What each process of the last try did.

    Raises:
        WorkerError: some are missing after the second try.
    """
    able, missing = list(range(processes)), list(requests)
    for left in reversed(range(_TRIES)):
        dealt: dict[int, list[Request]] = {}
        for number, batch in enumerate(in_batches(missing, settings)):
            dealt.setdefault(able[number % len(able)], []).extend(batch)
        shares = [Share(drawer, own, settings, work.path, device, index) for index, own in dealt.items()]
        reports, failures = _run(shares, work, bar)
        missing = [request for request in missing if not work.has(request.file)]
        if not missing:
            break
        told = "; ".join(f"process {index}: {reason}" for index, reason in failures.items())
        if not left:
            raise WorkerError(f"{len(missing)} pictures could not be drawn ({told}). Run again to go on with them.")
        logger.warning("%d pictures are drawn again by other processes (%s).", len(missing), told)
        able = [index for index in able if index not in failures] or able
    return reports


def _run(shares: Sequence[Share], work: WorkFolder, bar: tqdm[Any] | None) -> tuple[list[Report], dict[int, str]]:
    """Have every share drawn; gives what was reported, and why the others ended, by index."""
    reports, failures = [], {}
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"{share.index}.json") for share in shares]
        errors = [path.with_suffix(".errors") for path in paths]
        for share, path in zip(shares, paths, strict=True):
            share.write(path)
        running = []
        try:
            running += [_started(path, error, len(shares)) for path, error in zip(paths, errors, strict=True)]
            _watch(running, [request for share in shares for request in share.requests], work, bar)
        finally:
            for process in running:
                process.terminate()
                process.wait()
        for share, path, error, process in zip(shares, paths, errors, running, strict=True):
            if process.returncode == 0:
                reports.append(Report(**json.loads(report_path(path).read_text(encoding="utf-8"))))
            else:
                lines = error.read_text(encoding="utf-8", errors="replace").strip().splitlines()
                failures[share.index] = lines[-1] if process.returncode > 0 and lines else "it was killed"
    return reports, failures


def _started(path: Path, errors: Path, processes: int) -> subprocess.Popen[bytes]:
    with errors.open("wb") as told:
        return subprocess.Popen(
            [sys.executable, "-m", _WORKER, str(path)], env=worker_environment(processes), stderr=told
        )


def _watch(
    running: Sequence[subprocess.Popen[bytes]], requests: Sequence[Request], work: WorkFolder, bar: tqdm[Any] | None
) -> None:
    """Wait for all, and tell the bar of pictures as they come."""
    waited_for = list(requests)
    ended = False
    while not ended:
        ended = all(process.poll() is not None for process in running)
        left = [request for request in waited_for if not work.has(request.file)]
        if bar is not None:
            bar.update(len(waited_for) - len(left))
        waited_for = left
        if not ended:
            time.sleep(_LOOK_EVERY)
