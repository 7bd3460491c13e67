"""Dask clusters on this machine: a run's own, or one that stays for many: `make cluster`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dask
from dask.system import CPU_COUNT
from distributed import Nanny, Scheduler, SpecCluster

from likeness.runners.executor import GPU

# Lines about connections say nothing to whoever runs a pipeline.
logging.getLogger("distributed").setLevel(logging.WARNING)

# Where `make cluster` says, to runs in the same folder, that it is there.
CLUSTER_FILE = Path("data/00_work/cluster.json")
# Nothing but this machine reaches it: whoever reaches a scheduler may run anything.
HOST = "127.0.0.1"
SCHEDULER_PORT, DASHBOARD_PORT = 8786, 8787

# What the libraries read, each for itself, when they are loaded.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


def local_cluster(
    workers: int | None = None,
    threads: int | None = None,
    gpus: int | None = None,
    port: int = 0,
    dashboard: str | None = None,
) -> SpecCluster:
    """Start a scheduler and worker processes, each of which runs one node at a time.

    Args:
        workers: processes; None: one a GPU, or one a core where there is none.
        threads: of each process; None: what OMP_NUM_THREADS says, else cores divided by processes.
        gpus: processes that have a GPU of their own, at most as many as there are; None: as many as there are.
        port: of the scheduler; 0: any.
        dashboard: address of the dashboard; None: no dashboard.

    Raises:
        ValueError: there are fewer GPUs or processes than `gpus`.
    """
    devices = visible_gpus()
    if gpus is not None and gpus > len(devices):
        raise ValueError(f"gpus={gpus}, and this machine shows {len(devices)}.")
    devices = devices[: min(len(devices) if gpus is None else gpus, workers or len(devices))]
    workers = workers or len(devices) or CPU_COUNT
    if gpus is not None and gpus > workers:
        raise ValueError(f"gpus={gpus}, and there are only workers={workers}: a process has one GPU.")
    threads = threads or _asked_threads() or max(1, CPU_COUNT // workers)
    return started([worker(number, threads, devices) for number in range(workers)], port, dashboard)


def started(workers: Sequence[Mapping[str, Any]], port: int = 0, dashboard: str | None = None) -> SpecCluster:
    """Start a scheduler and the workers described; the other arguments are those of `local_cluster`."""
    # Nodes may start processes of their own, which daemons must not. They still end with this process.
    before_start = dask.config.get("distributed.nanny.pre-spawn-environ") | {"DASK_LOGGING__DISTRIBUTED": "warning"}
    dask.config.set({"distributed.worker.daemon": False, "distributed.nanny.pre-spawn-environ": before_start})
    options = {"host": HOST, "port": port, "dashboard": bool(dashboard), "dashboard_address": dashboard or f"{HOST}:0"}
    return SpecCluster(
        workers=dict(enumerate(workers)),
        scheduler={"cls": Scheduler, "options": options},
        name="likeness",
        silence_logs=logging.WARNING,
    )


def worker(number: int, threads: int, devices: Sequence[str]) -> dict[str, Any]:
    """Describe a worker process; the first ones have a GPU each, where there are any the others have none."""
    environment = {name: str(threads) for name in THREAD_VARIABLES}
    # Bars of several processes on one terminal write over each other.
    environment["TQDM_DISABLE"] = "1"
    resources = {}
    if devices:
        environment["CUDA_VISIBLE_DEVICES"] = devices[number] if number < len(devices) else ""
        resources = {GPU: 1.0} if number < len(devices) else {}
    options = {"nthreads": 1, "host": HOST, "env": environment, "resources": resources, "dashboard": False}
    # What fails on a worker is said once, by the runner.
    options["silence_logs"] = logging.CRITICAL
    # A node may take what memory there is, as with Kedro's runners; Dask would end it at a share of its own choice.
    return {"cls": Nanny, "options": options | {"memory_limit": 0}}


def visible_gpus() -> list[str]:
    """CUDA's names of the GPUs that this process may use."""
    # Imported late: it takes seconds.
    import torch

    asked = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = asked.split(",") if asked else [str(number) for number in range(torch.cuda.device_count())]
    return names[: torch.cuda.device_count()]


def found_address(folder: Path = Path()) -> str | None:
    """Address of the scheduler that this process is meant to use, None where there is none.

    That of DASK_SCHEDULER_ADDRESS, as Dask itself reads it, or of a `make cluster` in the folder that still answers.
    """
    if named := dask.config.get("scheduler-address", None):
        return str(named)
    try:
        address = str(json.loads((folder / CLUSTER_FILE).read_text(encoding="utf-8"))["address"])
        place = urlsplit(address)
        with closing(socket.create_connection((place.hostname, place.port or 0), timeout=2)):
            return address
    except (OSError, ValueError, KeyError):
        return None


def announce(cluster: Mapping[str, str], folder: Path = Path()) -> Path:
    """Leave a cluster's addresses where `found_address` looks."""
    path = folder / CLUSTER_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(cluster)), encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None, stop: threading.Event | None = None) -> None:
    """Start a cluster, say where it is, and keep it until it is interrupted."""
    parser = argparse.ArgumentParser(prog="make cluster", description=main.__doc__)
    parser.add_argument("--workers", type=int, help="processes; default: one a GPU, or one a core")
    parser.add_argument("--threads", type=int, help="of each; default: OMP_NUM_THREADS, or cores / processes")
    parser.add_argument("--gpus", type=int, help="processes with a GPU of their own; default: as many as there are")
    parser.add_argument("--port", type=int, default=SCHEDULER_PORT, help="of the scheduler")
    parser.add_argument("--dashboard-port", type=int, default=DASHBOARD_PORT)
    given = parser.parse_args(arguments)
    dashboard = f"{HOST}:{given.dashboard_port}"
    with local_cluster(given.workers, given.threads, given.gpus, given.port, dashboard) as cluster:
        path = announce({"address": cluster.scheduler_address, "dashboard": cluster.dashboard_link})
        print(f"scheduler  {cluster.scheduler_address}  ({len(cluster.worker_spec)} workers)")
        print(f"dashboard  {cluster.dashboard_link}")
        print("In this folder:  make avatar ARGS='--runner likeness.runners.DaskRunner'")
        print(f"Elsewhere:       DASK_SCHEDULER_ADDRESS={cluster.scheduler_address}")
        print("Ctrl-C ends it.", flush=True)
        try:
            with suppress(KeyboardInterrupt):
                (stop or threading.Event()).wait()
        finally:
            path.unlink(missing_ok=True)


def _asked_threads() -> int | None:
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdigit() and int(asked) else None


if __name__ == "__main__":
    main()
