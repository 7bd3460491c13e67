"""The pipelines, the catalog and the parameters agree."""

import graphlib
from pathlib import Path

import pytest
from kedro.framework.project import configure_project, pipelines
from kedro.framework.session import KedroSession
from kedro.io import MemoryDataset

from likeness.hooks.run_times import DATASET
from likeness.hooks.unknown_parameters import raw_configuration

PROJECT = Path(__file__).parents[1]


def is_parameter(name):
    return name == "parameters" or name.startswith("params:")


@pytest.fixture(scope="module")
def context():
    configure_project("likeness")
    return KedroSession.create(PROJECT).load_context()


@pytest.fixture(scope="module")
def registered(context):
    return dict(pipelines)


@pytest.fixture(scope="module")
def catalog(context):
    # The context makes a new one each time that it is asked.
    return context.catalog


@pytest.fixture(scope="module")
def layers(catalog, registered):
    """Kedro-Viz's layer of every dataset."""
    names = {name for pipeline in registered.values() for name in pipeline.datasets() if not is_parameter(name)}
    return {name: ((catalog.get(name).metadata or {}).get("kedro-viz") or {}).get("layer") for name in names}


def test_every_pipeline_is_found_and_avatar_is_the_default(registered):
    folders = {folder.parent.name for folder in (PROJECT / "src/likeness/pipelines").glob("*/pipeline.py")}
    assert {"avatar", "benchmark", "pocket", "sample"} <= folders
    assert set(registered) == {*folders, "__default__"}
    assert registered["__default__"] is registered["avatar"]


def test_every_dataset_of_a_pipeline_is_in_the_catalog(catalog, layers):
    in_memory = [name for name in layers if isinstance(catalog.get(name), MemoryDataset)]
    assert in_memory == []


def test_every_catalog_entry_is_used(context, layers):
    entries = raw_configuration(context.config_loader, "catalog")
    kept = {name for name in entries if not name.startswith("_") and "{" not in name}
    assert kept - layers.keys() == {DATASET}


def test_every_parameter_of_a_node_exists(catalog, registered):
    wanted = {name for pipeline in registered.values() for name in pipeline.datasets() if is_parameter(name)}
    assert wanted
    assert [name for name in wanted if not catalog.exists(name)] == []


def test_layers_form_an_order(registered, layers):
    """Kedro-Viz shows no layers at all when two of them feed each other."""
    assert [name for name, layer in layers.items() if layer is None] == []
    feeds = {}
    for node in (node for pipeline in registered.values() for node in pipeline.nodes):
        before = {layers[name] for name in node.inputs if not is_parameter(name)}
        for after in {layers[name] for name in node.outputs}:
            feeds.setdefault(after, set()).update(before - {after})
    order = list(graphlib.TopologicalSorter(feeds).static_order())
    assert order[-1] == "reporting"
