import logging
import time

import pandas as pd
import pytest
from kedro.framework.hooks.manager import _create_hook_manager, _register_hooks
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner

from likeness.hooks import RunTimesHook
from likeness.hooks.run_times import COLUMNS, DATASET, short_text


class SlowDataset(MemoryDataset):
    """Takes a tenth of a second each way."""

    def load(self):
        time.sleep(0.1)
        return super().load()

    def save(self, data):
        time.sleep(0.1)
        super().save(data)


def paint(seed):
    time.sleep(0.3)
    return seed + 1


def fail(seed):
    raise RuntimeError(f"no paint for {seed}")


def run(pipeline, catalog):
    """What a session does around a runner."""
    manager = _create_hook_manager()
    _register_hooks(manager, (RunTimesHook(),))
    manager.hook.before_pipeline_run(run_params={}, pipeline=pipeline, catalog=catalog)
    try:
        result = SequentialRunner().run(pipeline, catalog, manager)
    except RuntimeError as error:
        manager.hook.on_pipeline_error(error=error, run_params={}, pipeline=pipeline, catalog=catalog)
        raise
    manager.hook.after_pipeline_run(run_params={}, run_result=result, pipeline=pipeline, catalog=catalog)


def catalog_of(**datasets):
    return DataCatalog({"seed": MemoryDataset(1), DATASET: MemoryDataset(), **datasets})


def test_every_node_is_clocked_in_its_three_parts():
    catalog = catalog_of(picture=SlowDataset(), sheet=MemoryDataset())
    steps = Pipeline([node(paint, "seed", "picture", name="paint"), node(paint, "picture", "sheet", name="frame")])
    run(steps, catalog)
    table = catalog.load(DATASET).set_index("node")
    assert list(table.index) == ["paint", "frame"]
    # Sleeping takes longer on a busy machine, never shorter.
    assert 0.3 <= table.loc["paint", "running_s"] < 3
    assert 0.1 <= table.loc["paint", "saving_s"] < 1
    assert 0.1 <= table.loc["frame", "loading_s"] < 1
    assert table.loc["frame", "saving_s"] < 0.1
    assert table["share"].sum() == pytest.approx(1, abs=0.01)
    assert (table["total_s"] - table[["loading_s", "running_s", "saving_s"]].sum(axis=1)).abs().max() < 0.01
    assert (table["peak_memory_mb"] > 20).all()


def test_a_failed_run_reports_how_far_it_went(caplog):
    catalog = catalog_of()
    steps = Pipeline([node(paint, "seed", "picture", name="paint"), node(fail, "picture", "sheet", name="frame")])
    with caplog.at_level(logging.INFO, logger="likeness"), pytest.raises(RuntimeError):
        run(steps, catalog)
    assert list(catalog.load(DATASET)["node"]) == ["paint", "frame"]
    assert "Where the time went" in caplog.text


def test_without_the_dataset_the_table_is_only_logged(caplog):
    catalog = DataCatalog({"seed": MemoryDataset(1)})
    with caplog.at_level(logging.INFO, logger="likeness"):
        run(Pipeline([node(paint, "seed", "picture", name="paint")]), catalog)
    assert "paint" in caplog.text
    assert DATASET not in catalog


def test_a_run_of_nothing_writes_nothing():
    catalog = catalog_of()
    run(Pipeline([]), catalog)
    assert not catalog.exists(DATASET)


def test_short_text_joins_namespaces_and_sums_the_rest():
    text = short_text(two_and_twenty_nodes(gpu=float("nan")), lines=3).splitlines()
    assert text[0].split() == ["step", "seconds", "share", "peak", "MB"]
    assert text[1].split() == ["fine_tune", "×", "2", "20.0", "20%", "500"]
    assert text[-2].split() == ["18", "shorter", "steps", "18.0", "18%"]
    assert text[-1].split() == ["all", "40.0", "500"]


def test_short_text_tells_what_a_gpu_must_have():
    text = short_text(two_and_twenty_nodes(gpu=8000.0), lines=3).splitlines()
    assert text[0].split() == ["step", "seconds", "share", "peak", "MB", "GPU", "MB"]
    assert text[1].split() == ["fine_tune", "×", "2", "20.0", "20%", "500", "8000"]
    assert text[-1].split() == ["all", "40.0", "500", "8000"]


def two_and_twenty_nodes(gpu):
    rows = [(f"{name}.fine_tune", "fine_tune", name, 0, 10.0, 0, 10.0, 0.1, 500.0, gpu, gpu) for name in ("a", "b")]
    nan = float("nan")
    rows += [(f"step_{i}", f"step_{i}", "", 0, 1.0, 0, 1.0, 0.01, 100.0 + i, nan, nan) for i in range(20)]
    return pd.DataFrame(rows, columns=COLUMNS)
