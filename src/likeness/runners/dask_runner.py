"""Run nodes on the workers of a Dask cluster: `kedro run --runner likeness.runners.DaskRunner`."""

from __future__ import annotations

import logging
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

import click
from kedro.io import CatalogProtocol, SharedMemoryCatalogProtocol, Version
from kedro.pipeline import Pipeline
from kedro.runner import AbstractRunner
from pluggy import PluginManager

from likeness.runners.travelling import check_datasets, check_unsaved, run_versions

if TYPE_CHECKING:
    from distributed import Client, SpecCluster

logger = logging.getLogger(__name__)


class NoClusterError(click.ClickException, RuntimeError):
    """There is no Dask, or no cluster to run on."""


class DaskRunner(AbstractRunner):
    """Run every node on a worker as soon as its inputs are there.

    The cluster is the one of `address`, else of the environment variable DASK_SCHEDULER_ADDRESS, else the one that
    `make cluster` started in this folder, else one of this run's own on this machine.

    On the command line: `--runner-params address=tcp://host:8786`, or `--runner-params workers=4,threads=2`.

    Args:
        address: of a scheduler.
        workers: processes of the run's own cluster; null: one a GPU, or one a core where there is none.
        threads: of each of its processes; null: what OMP_NUM_THREADS says, else cores divided by processes.
        gpus: how many of its processes have a GPU of their own; null: as many as there are GPUs.
        is_async: load and save a node's datasets in threads.

    Raises:
        NoClusterError: dask is not installed, or processes are asked for of a cluster that is there already.
    """

    def __init__(
        self,
        address: str | None = None,
        workers: int | None = None,
        threads: int | None = None,
        gpus: int | None = None,
        is_async: bool = False,
    ) -> None:
        super().__init__(is_async=is_async)
        try:
            import distributed  # noqa: F401
        except ModuleNotFoundError as error:
            raise NoClusterError(
                "DaskRunner needs Dask, which is not installed: make .venv/.ready-cluster, or "
                "pip install 'likeness-lab[cluster]'."
            ) from error
        if address and (workers, threads, gpus) != (None, None, None):
            raise NoClusterError(
                f"The cluster at {address} has its own workers: give either address or workers, threads and gpus."
            )
        for name, value in {"workers": workers, "threads": threads}.items():
            if value is not None and value < 1:
                raise NoClusterError(f"--runner-params {name}={value}: expected a number of at least 1.")
        self._address, self._own = address, (workers, threads, gpus)
        self._versions: dict[str, Version] = {}

    @property
    def _logger(self) -> logging.Logger:
        """Kedro's own, so that its configuration holds for this runner too."""
        return logging.getLogger("kedro.runner")

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol[Any, Any] | SharedMemoryCatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        check_datasets(pipeline, catalog)
        self._versions = run_versions(pipeline, catalog)
        check_unsaved(pipeline, catalog, self._versions)
        super()._run(pipeline, catalog, hook_manager, run_id)

    def _get_executor(self, max_workers: int) -> Executor:
        from likeness.runners.executor import DaskExecutor

        client, cluster = self._connect()
        try:
            return DaskExecutor(client, cluster, self._versions)
        except BaseException:
            client.close()
            if cluster:
                cluster.close()
            raise

    def _connect(self) -> tuple[Client, SpecCluster | None]:
        """A client, and the cluster behind it where it is this run's own."""
        from distributed import Client

        from likeness.runners.cluster import found_address, local_cluster

        address = self._address
        if not address and self._own == (None, None, None):
            address = found_address()
        if address:
            try:
                client = Client(address, timeout=10, set_as_default=False)
            except (OSError, ValueError) as error:
                raise NoClusterError(
                    f"No Dask scheduler answers at {address} ({error}). Expected one such as tcp://host:8786: start it "
                    "(make cluster, or dask scheduler), or give another: --runner-params address=<address>."
                ) from error
            logger.info("Running on the cluster at %s", address)
            return client, None
        cluster = local_cluster(*self._own)
        logger.info("Running on %d processes of this machine", len(cluster.worker_spec))
        return Client(cluster, set_as_default=False), cluster
