"""Workers on one machine that compute together, started by `accelerate launch`."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import torch
from accelerate import PartialState

import likeness
from likeness.datasets.staging import remove
from likeness.datasets.work import WorkFolder
from likeness.personalise.data_parallel import Rank


class WorkerError(RuntimeError):
    """Workers did not do what they were started for."""


class Job(Protocol):
    """What workers are to do."""

    @property
    def key(self) -> str:
        """In the names of what is made."""
        ...

    @property
    def work(self) -> WorkFolder:
        """Where it is made."""
        ...

    def write(self, folder: Path) -> None:
        """Write it to a new folder."""
        ...


def do_together(what: str, module: str, job: Job, processes: int) -> None:
    """Have several processes do a job, by way of a folder, which is removed afterwards.

    Args:
        what: is done, for messages.
        module: of the workers.
        job: to do.
        processes: how many.

    Raises:
        WorkerError: one failed; all have ended.
    """
    name = f"job-{job.key}"
    with job.work.writing(name) as folder:
        job.write(folder)
    try:
        launch(module, job.work.file(name), processes)
    except WorkerError as error:
        raise WorkerError(f"{what} failed. {error}. What was saved stays in {job.work.path}: run again.") from error
    finally:
        remove(job.work.file(name))


def launch(module: str, job: Path, processes: int) -> None:
    """Run a module in several processes, with the job's folder as its argument, and wait for them.

    What they write to standard output and error, such as the first one's progress bar, goes to those of this process.

    Args:
        module: whose main part runs inside `working`.
        job: a folder; workers leave there what went wrong.
        processes: how many.

    Raises:
        WorkerError: one failed; all have ended.
    """
    for old in job.glob("failed-*.txt"):
        old.unlink()
    several = ["--multi_gpu"] if processes > 1 else []
    command = [sys.executable, "-m", "accelerate.commands.launch", *several, "--num_processes", str(processes)]
    # Said in full, so that no configuration of the machine's owner has a say in it.
    command += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    with subprocess.Popen([*command, "-m", module, str(job)], env=worker_environment(processes)) as launcher:
        try:
            code = launcher.wait()
        except BaseException:
            # The launcher ends its workers with itself.
            launcher.terminate()
            raise
    # What fails next fails because the first did.
    told = sorted(job.glob("failed-*.txt"), key=lambda path: path.stat().st_mtime_ns)
    if code or told:
        reason = told[0].read_text(encoding="utf-8") if told else f"the launcher ended with {code}: a worker was killed"
        if 0 < len(told) < processes:
            reason += (
                " (Others said nothing: if this one lost its connection, they were killed, as where memory is short.)"
            )
        raise WorkerError(f"{module}, {processes} processes: {reason}")


def worker_environment(processes: int) -> dict[str, str]:
    """The environment of a worker: this one, where it finds this code, and its part of the machine's cores."""
    source = str(Path(likeness.__path__[0]).parent)
    paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    threads = str(max((os.cpu_count() or 1) // processes, 1))
    return {"OMP_NUM_THREADS": threads, **os.environ, "PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def working(job: Path, device: torch.device) -> Iterator[tuple[Rank, torch.device]]:
    """Be one of the workers that `launch` started; what goes wrong is left in the job's folder.

    Args:
        job: the folder that the worker was given.
        device: of the kind that all compute on.

    Yields:
        This worker's place, and its device.
    """
    state = PartialState(cpu=device.type == "cpu")
    try:
        yield Rank(state.process_index, state.num_processes), state.device
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        (job / f"failed-{state.process_index}.txt").write_text(text, encoding="utf-8")
        raise
    # Communication cannot be taken down while a recorded step still holds on to it.
    gc.collect()
    state.destroy_process_group()
