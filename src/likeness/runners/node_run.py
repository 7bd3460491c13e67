"""What a worker does: one node, as Kedro's ParallelRunner runs it in a process of its own."""

from __future__ import annotations

import logging
import os
import pickle
import socket
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import cloudpickle
from kedro.framework import project
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline.node import Node
from kedro.runner.task import Task

from likeness.runners.travelling import in_memory, look_afresh, remove_lost_try

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Project:
    """Where and how a node runs; the same on all machines.

    Attributes:
        folder: of the project, from which relative paths go.
        package: of the project, None outside one.
        logging: Kedro's logging configuration.
    """

    folder: str
    package: str | None
    logging: dict[str, Any]

    @classmethod
    def here(cls) -> Project:
        """The project of this process."""
        return cls(os.getcwd(), project.PACKAGE_NAME, dict(project.LOGGING.data))


@dataclass(frozen=True)
class Done:
    """What a node that has run leaves beside its saved datasets.

    Attributes:
        values: of outputs that are in memory, pickled, by name.
        seconds: from its coming to the worker to its last output.
    """

    values: dict[str, bytes]
    seconds: float


def packed(node: Node, catalog: DataCatalog, is_async: bool, run_id: str | None) -> bytes:
    """Pickle a node and its datasets.

    Raises:
        DatasetError: names the node, where something of it cannot be sent to another process.
    """
    try:
        return bytes(cloudpickle.dumps((node, catalog, is_async, run_id)))
    except Exception as error:
        raise DatasetError(
            f"{node.name} cannot be sent to a worker ({error}). Its function, and the values of its inputs that are "
            "only in memory, must be picklable: give these inputs an entry in the catalog."
        ) from error


def run_node(place: Project, payload: bytes) -> Done:
    """Run a node on this worker.

    Args:
        place: where.
        payload: of `packed`.

    Raises:
        FileNotFoundError: the project's folder is not on this machine.
        Exception: what the node raises.
    """
    begun = time.perf_counter()
    _enter(place)
    node, catalog, is_async, run_id = pickle.loads(payload)
    look_afresh(node, catalog)
    if removed := remove_lost_try(node, catalog):
        logger.warning("%s is run again: a worker was lost after it had saved %s", node.name, ", ".join(removed))
    Task(node=node, catalog=catalog, is_async=is_async, run_id=run_id, parallel=True).execute()
    values = {}
    for name in in_memory(node, catalog):
        try:
            values[name] = cloudpickle.dumps(catalog[name].load())
        except Exception as error:
            raise DatasetError(
                f"{name}: this value of {node.name} is in memory only and cannot be sent from a worker ({error}). "
                "Give it an entry in the catalog."
            ) from error
    return Done(values, time.perf_counter() - begun)


def _enter(place: Project) -> None:
    try:
        os.chdir(place.folder)
    except OSError as error:
        raise FileNotFoundError(
            f"{socket.gethostname()} has no folder {place.folder}. Every worker needs the project at the same path: "
            "share the folder, or check the project out there."
        ) from error
    if place.package:
        _configure(place.package)
        project.configure_logging(place.logging)


@cache
def _configure(package: str) -> None:
    """Read the project's settings, hooks among them, once in a process."""
    project.configure_project(package)
