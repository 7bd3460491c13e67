"""Kedro's tasks as tasks of Dask, behind the interface of concurrent.futures that Kedro's runners work with."""

from __future__ import annotations

import logging
import pickle
import uuid
from concurrent.futures import Executor, Future
from functools import partial

from distributed import Client, SpecCluster
from distributed import Future as DaskFuture
from kedro.pipeline.node import Node
from kedro.runner.task import Task

from likeness.runners.node_run import Done, Project, packed, run_node
from likeness.runners.travelling import Versions, catalog_for

GPU = "GPU"
GPU_TAG = "gpu"
_WAIT_FOR_WORKERS = 60  # seconds

logger = logging.getLogger(__name__)


class DaskExecutor(Executor):
    """Send nodes to workers; what they leave in memory comes back to this process's catalog.

    A node tagged `gpu` asks for a worker with the resource GPU, where the cluster has one when this is made.

    Args:
        client: of the cluster; it is closed with this.
        cluster: closed with this, or None where others use it too.
        versions: of all versioned datasets.

    Raises:
        TimeoutError: the cluster has no worker.
    """

    def __init__(self, client: Client, cluster: SpecCluster | None, versions: Versions) -> None:
        self._client, self._cluster, self._versions = client, cluster, versions
        self._running: set[DaskFuture] = set()
        self._done = 0
        self._project = Project.here()
        try:
            client.wait_for_workers(1, timeout=_WAIT_FOR_WORKERS)
        except TimeoutError as error:
            raise TimeoutError(
                f"The cluster at {client.scheduler.address} has no worker, {_WAIT_FOR_WORKERS} s long. Start one: "
                f"dask worker {client.scheduler.address} --nthreads 1."
            ) from error
        workers = client.scheduler_info()["workers"].values()
        self._has_gpus = any(worker["resources"].get(GPU) for worker in workers)
        if any(worker["nthreads"] > 1 for worker in workers):
            logger.warning("Some workers run several nodes at once in one process: start them with --nthreads 1.")

    def submit(self, task: Task, /) -> Future[Node]:  # type: ignore[override]
        """Send a node to a worker.

        Returns:
            Resolves to the node when all that it leaves in memory is in the task's catalog.
        """
        node = task.node
        catalog = catalog_for(node, task.catalog, self._versions)
        remote = self._client.submit(
            run_node,
            self._project,
            packed(node, catalog, task.is_async, task.run_id),
            key=f"{node.name}-{uuid.uuid4().hex}",
            resources={GPU: 1} if self._has_gpus and GPU_TAG in node.tags else None,
            pure=False,
        )
        self._running.add(remote)
        ended: Future[Node] = Future()
        ended.set_running_or_notify_cancel()
        remote.add_done_callback(partial(self._take, task, ended))
        return ended

    def _take(self, task: Task, ended: Future[Node], remote: DaskFuture) -> None:
        """Take what a node leaves in memory, or its error."""
        try:
            if remote.cancelled():
                raise RuntimeError(f"{task.node.name} was cancelled: the scheduler is gone, or was restarted.")
            done: Done = remote.result()
            for name, value in done.values.items():
                task.catalog[name].save(pickle.loads(value))
        except BaseException as error:
            ended.set_exception(error)
            return
        self._running.discard(remote)
        self._done += 1
        logger.info("%d done: %s in %.1f s", self._done, task.node.name, done.seconds)
        ended.set_result(task.node)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel what has not ended, and leave the cluster; one of this run's own ends."""
        if self._running:
            self._client.cancel(list(self._running), force=True)
        self._client.close()
        if self._cluster:
            # Everything is saved: that a process had to be ended is no news.
            of_dask = logging.getLogger("distributed")
            level = of_dask.level
            of_dask.setLevel(logging.ERROR)
            self._cluster.close()
            of_dask.setLevel(level)
