"""The part of a catalog that travels with a node, its versions fixed once for all workers."""

from __future__ import annotations

import copy
from pathlib import PurePosixPath
from typing import Any, cast

from kedro.io import (
    AbstractDataset,
    AbstractVersionedDataset,
    CatalogProtocol,
    DataCatalog,
    DatasetError,
    MemoryDataset,
    Version,
)
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

Versions = dict[str, Version]
Catalog = CatalogProtocol[Any, Any]


def check_datasets(pipeline: Pipeline, catalog: Catalog) -> None:
    """Refuse datasets that several processes cannot share.

    Raises:
        DatasetError: names the datasets.
    """
    single = [name for name in pipeline.datasets() if getattr(catalog[name], "_SINGLE_PROCESS", False)]
    local = [name for name in pipeline.datasets() if getattr(catalog[name], "_protocol", "") == "memory"]
    if single or local:
        raise DatasetError(
            f"{', '.join(sorted({*single, *local}))}: the workers are processes of their own and would not see what "
            "another one saves there. Give these datasets a place that all can reach, a folder or s3://…, or run "
            "without --runner."
        )


def run_versions(pipeline: Pipeline, catalog: Catalog) -> Versions:
    """Fix the version of every versioned dataset: that of this run where the run makes it, else the one it finds.

    A dataset that is not there yet is left to its node, whose error says so.
    """
    # The part before @ names the data, the part after it one of several ways to read it.
    made = {name.partition("@")[0] for name in pipeline.all_outputs()}
    versions = {}
    for name in pipeline.datasets():
        dataset = catalog[name]
        if not isinstance(dataset, AbstractVersionedDataset) or (save := dataset.resolve_save_version()) is None:
            continue
        if name.partition("@")[0] in made:
            versions[name] = Version(save, save)
        elif dataset.exists():
            versions[name] = Version(dataset.resolve_load_version(), save)
    return versions


def check_unsaved(pipeline: Pipeline, catalog: Catalog, versions: Versions) -> None:
    """Refuse to run where a version is there before its node has run: from now on, such a version is of a lost try.

    Raises:
        DatasetError: names the dataset and the version.
    """
    for name in sorted(pipeline.all_outputs() & versions.keys()):
        if _fixed(catalog, name, versions).exists():
            raise DatasetError(f"{name}: version {versions[name].save} is there already and must not be. Run again.")


def catalog_for(node: Node, catalog: Catalog, versions: Versions) -> DataCatalog:
    """The node's own datasets, with the values of those in memory."""
    part = copy.copy(cast(DataCatalog, catalog))
    part._datasets = {name: _fixed(catalog, name, versions) for name in dict.fromkeys([*node.inputs, *node.outputs])}
    part._lazy_datasets = {}
    return part


def look_afresh(node: Node, catalog: Catalog) -> None:
    """Forget what this process remembers of the storage: another one may have saved since."""
    for name in {*node.inputs, *node.outputs}:
        if isinstance(dataset := catalog[name], AbstractVersionedDataset):
            dataset.release()


def in_memory(node: Node, catalog: Catalog) -> list[str]:
    """Outputs of a node that no place but memory holds."""
    return [name for name in node.outputs if isinstance(catalog[name], MemoryDataset)]


def remove_lost_try(node: Node, catalog: Catalog) -> list[str]:
    """Remove what an earlier try of this node, whose worker was lost, has saved of this run's version.

    A table may have been half-written, and a version is never written over. A folder is whole or not there.

    Returns:
        The names of the datasets.
    """
    removed = []
    for name in node.outputs:
        dataset = catalog[name]
        if isinstance(dataset, AbstractVersionedDataset) and hasattr(dataset, "_fs") and dataset.exists():
            version = dataset.resolve_save_version()
            folder = PurePosixPath(dataset._get_versioned_path(str(version))).parent
            dataset._fs.rm(folder.as_posix(), recursive=True)
            dataset.release()
            removed.append(name)
    return removed


def _fixed(catalog: Catalog, name: str, versions: Versions) -> AbstractDataset[Any, Any]:
    dataset = cast(DataCatalog, catalog).get(name, version=versions.get(name))
    return cast("AbstractDataset[Any, Any]", dataset)
