import logging

from kedro.framework.hooks.manager import _create_hook_manager, _register_hooks
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner

from likeness.hooks import ProgressHook


def add_one(value):
    return value + 1


def run(caplog, counted):
    steps = Pipeline([node(add_one, "a", "b", name="first"), node(add_one, "b", "c", name="second")])
    manager, catalog = _create_hook_manager(), DataCatalog({"a": MemoryDataset(1)})
    _register_hooks(manager, (ProgressHook(),))
    if counted:
        manager.hook.before_pipeline_run(run_params={}, pipeline=steps, catalog=catalog)
    with caplog.at_level(logging.INFO, logger="likeness.hooks.progress"):
        SequentialRunner().run(steps, catalog, manager)
    return [record.message for record in caplog.records if record.name == "likeness.hooks.progress"]


def test_every_node_is_named_and_counted(caplog):
    assert run(caplog, counted=True) == ["1 of 2: first", "2 of 2: second"]


def test_a_process_that_saw_no_start_counts_nothing(caplog):
    assert run(caplog, counted=False) == ["first", "second"]
