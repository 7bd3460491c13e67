"""Real nodes on two real worker processes."""

import logging
import os
import time
from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError, MemoryDataset
from kedro.pipeline import Node, Pipeline

from likeness.datasets import ImageSet
from likeness.runners import DaskRunner
from likeness.runners.cluster import started, worker
from likeness.runners.dask_runner import NoClusterError
from likeness.runners.executor import GPU_TAG

TABLE = {"type": "pandas.CSVDataset", "versioned": True, "save_args": {"index": False}}


@pytest.fixture
def runner(cluster):
    return DaskRunner(address=cluster.scheduler_address)


def catalog_of(folder, **entries):
    """Entries by name; each without a filepath gets one in the folder."""
    return DataCatalog.from_config(
        {name: {"filepath": str(folder / f"{name}.csv"), **entry} for name, entry in entries.items()},
        save_version="2026-01-02T03.04.05.006Z",
    )


def table(*values):
    return pd.DataFrame({"value": list(values)})


def process(first):
    time.sleep(0.3)
    return first.assign(process=os.getpid())


def both(a, b):
    return pd.concat([a, b])


def test_nodes_wait_for_their_inputs_and_run_side_by_side(runner, tmp_path):
    pipeline = Pipeline(
        [
            Node(both, ["a", "b"], "joined", name="join"),
            Node(process, "first", "a", name="a"),
            Node(process, "first", "b", name="b"),
            Node(lambda: table(7), None, "first", name="first"),
        ]
    )
    catalog = catalog_of(tmp_path, first=TABLE, a=TABLE, b=TABLE, joined=TABLE)
    runner.run(pipeline, catalog)
    joined = catalog.load("joined")
    assert joined["value"].tolist() == [7, 7]
    assert joined["process"].nunique() == 2
    assert os.getpid() not in joined["process"].tolist()
    assert {path.parent.name for path in tmp_path.glob("*.csv/*/*.csv")} == {"2026-01-02T03.04.05.006Z"}
    assert len(list(tmp_path.glob("*.csv/*/*.csv"))) == 4


def test_a_run_reads_its_own_versions_and_otherwise_those_it_found(runner, tmp_path):
    def newer():
        # Another run ends in the middle of this one.
        for name in ("given", "made"):
            folder = Path(name + ".csv") / "2030-01-01T00.00.00.000Z"
            folder.mkdir(parents=True)
            (folder / f"{name}.csv").write_text("value\nanother run's\n")
        return table("ours")

    given = tmp_path / "given.csv" / "2025-01-01T00.00.00.000Z" / "given.csv"
    given.parent.mkdir(parents=True)
    given.write_text("value\nfound\n")
    pipeline = Pipeline([Node(newer, None, "made", name="make"), Node(both, ["made", "given"], "joined", name="join")])
    catalog = catalog_of(tmp_path, given=TABLE, made=TABLE, joined=TABLE)
    runner.run(pipeline, catalog)
    assert catalog.load("joined")["value"].tolist() == ["ours", "found"]


def test_what_is_in_memory_travels_with_the_tasks(runner):
    pipeline = Pipeline(
        [
            Node(lambda many: (sum(many), os.getpid()), "params:many", ["total", "process"], name="add"),
            Node(lambda total: total * 2, "total", "double", name="double"),
        ]
    )
    catalog = DataCatalog({"params:many": MemoryDataset([1, 2, 3])})
    outputs = runner.run(pipeline, catalog)
    assert outputs["double"].load() == 12
    assert outputs["process"].load() != os.getpid()
    assert not catalog.exists("total")


def test_what_cannot_travel_is_refused_by_name(runner, tmp_path):
    kept = DataCatalog({"made": MemoryDataset(copy_mode="assign")})
    with pytest.raises(DatasetError, match=r"made: this value of make is in memory only .*catalog"):
        runner.run(Pipeline([Node(lambda: (x for x in "ab"), None, "made", name="make")]), kept)
    held = DataCatalog({"given": MemoryDataset((x for x in "ab"), copy_mode="assign")})
    with pytest.raises(DatasetError, match="use cannot be sent to a worker"):
        runner.run(Pipeline([Node(lambda given: 1, "given", "one", name="use")]), held)
    here = catalog_of(tmp_path, apart=TABLE | {"filepath": "memory://apart.csv"})
    with pytest.raises(DatasetError, match="apart: the workers are processes of their own"):
        runner.run(Pipeline([Node(lambda: table(1), None, "apart", name="make")]), here)


class OddError(ValueError):
    """An error of a node."""


def test_an_error_arrives_with_its_message_and_the_way_to_resume(runner, tmp_path, caplog):
    def fail(first):
        raise OddError(f"{len(first)} pictures are not enough")

    def slow(first):
        time.sleep(1)
        return first

    pipeline = Pipeline(
        [
            Node(lambda: table(1), None, "first", name="first"),
            Node(fail, "first", "failed", name="fail"),
            Node(slow, "first", "kept", name="slow"),
            Node(both, ["failed", "kept"], "joined", name="join"),
        ]
    )
    catalog = catalog_of(tmp_path, first=TABLE, failed=TABLE, kept=TABLE, joined=TABLE)
    with caplog.at_level(logging.WARNING), pytest.raises(OddError, match=r"^1 pictures are not enough$"):
        runner.run(pipeline, catalog)
    assert '--from-nodes "fail,slow"' in caplog.text
    assert not (tmp_path / "joined.csv").exists()


def test_a_node_whose_worker_is_lost_is_run_again_and_counts_once(runner, tmp_path):
    def dies_once(first, folder):
        seen = Path(folder, "seen")
        tries = len(seen.read_text()) if seen.exists() else 0
        seen.write_text("x" * (tries + 1))
        if not tries:
            # The first output is there, half-written, when the worker ends.
            half = Path(folder, "kept.csv", "2026-01-02T03.04.05.006Z", "kept.csv")
            half.parent.mkdir(parents=True)
            half.write_text("val")
            os._exit(1)
        pictures = pd.DataFrame(columns=["file", "sha256", "width", "height"])
        return first.assign(tries=tries + 1), ImageSet(folder, pictures)

    pipeline = Pipeline(
        [
            Node(lambda: table(3), None, "first", name="first"),
            Node(dies_once, ["first", "params:folder"], ["kept", "pictures"], name="die"),
            Node(lambda kept, pictures: kept.assign(pictures=len(pictures)), ["kept", "pictures"], "after", name="go"),
        ]
    )
    pictures = {"type": "likeness.datasets.ImageSetDataset", "versioned": True, "filepath": str(tmp_path / "pictures")}
    catalog = catalog_of(tmp_path, first=TABLE, kept=TABLE, after=TABLE, pictures=pictures)
    catalog["params:folder"] = MemoryDataset(str(tmp_path))
    runner.run(pipeline, catalog)
    assert catalog.load("after").to_dict("records") == [{"value": 3, "tries": 2, "pictures": 0}]
    assert len(list(tmp_path.glob("kept.csv/*"))) == 1


def test_a_version_that_is_there_before_the_run_is_never_removed(runner, tmp_path):
    pipeline = Pipeline([Node(lambda: table(1), None, "first", name="first")])
    for _ in range(2):
        catalog = catalog_of(tmp_path, first=TABLE)
        if not catalog.exists("first"):
            runner.run(pipeline, catalog)
    with pytest.raises(DatasetError, match=r"first: version 2026-01-02T03\.04\.05\.006Z is there already"):
        runner.run(pipeline, catalog_of(tmp_path, first=TABLE))
    assert catalog.load("first")["value"].tolist() == [1]


def test_storage_that_is_no_local_folder_is_shared_too(runner, tmp_path):
    # Not the local file system to our datasets, as little as s3 is: versions are written in place, not renamed.
    (tmp_path / "photo.txt").write_text("x")
    elsewhere = {
        "type": "likeness.datasets.ImageSetDataset",
        "versioned": True,
        "filepath": "dir://store/pictures",
        "fs_args": {"path": str(tmp_path / "bucket"), "target_protocol": "file"},
    }

    def one_picture(folder):
        from PIL import Image

        Image.new("RGB", (64, 64)).save(Path(folder, "photo.png"))
        return ImageSet.from_folder(folder)

    pipeline = Pipeline(
        [
            Node(one_picture, "params:folder", "pictures", name="draw"),
            Node(lambda pictures: pictures.manifest[["file", "width"]], "pictures", "sizes", name="measure"),
        ]
    )
    catalog = catalog_of(tmp_path, pictures=elsewhere, sizes=TABLE)
    catalog["params:folder"] = MemoryDataset(str(tmp_path))
    runner.run(pipeline, catalog)
    assert catalog.load("sizes").to_dict("records") == [{"file": "photo.png", "width": 64}]
    assert list((tmp_path / "bucket").rglob("photo.png"))


def test_a_node_for_a_gpu_goes_to_a_worker_that_has_one():
    nodes = [Node(os.getpid, None, f"plain_{number}", name=f"plain_{number}") for number in range(4)]
    nodes += [Node(os.getpid, None, f"gpu_{number}", name=f"gpu_{number}", tags="gpu") for number in range(4)]
    # The devices are only named: no node uses them.
    with started([worker(number, 1, ["0"]) for number in range(2)]) as cluster:
        cluster.wait_for_workers(2)
        holders = {
            info["name"]: info["resources"] for info in cluster.scheduler_info["workers"].values() if info["resources"]
        }
        outputs = DaskRunner(address=cluster.scheduler_address).run(Pipeline(nodes), DataCatalog())
    processes = {name: dataset.load() for name, dataset in outputs.items()}
    assert holders == {0: {"GPU": 1.0}}
    assert len({process for name, process in processes.items() if name.startswith("gpu")}) == 1


def test_without_a_cluster_a_run_starts_one_of_its_own():
    outputs = DaskRunner(workers=1, threads=1, gpus=0).run(
        Pipeline([Node(lambda: (os.getpid(), os.environ["OMP_NUM_THREADS"]), None, ["process", "threads"])]),
        DataCatalog(),
    )
    assert outputs["process"].load() != os.getpid()
    assert outputs["threads"].load() == "1"


def test_wrong_arguments_and_a_missing_scheduler_are_named():
    with pytest.raises(NoClusterError, match=r"tcp://127\.0\.0\.1:9 has its own workers"):
        DaskRunner(address="tcp://127.0.0.1:9", workers=2)
    with pytest.raises(NoClusterError, match="workers=0: expected"):
        DaskRunner(workers=0)
    pipeline = Pipeline([Node(lambda: 1, None, "one", name="one")])
    with pytest.raises(NoClusterError, match=r"No Dask scheduler answers at nonsense://x"):
        DaskRunner(address="nonsense://x").run(pipeline, DataCatalog())


def test_what_opens_a_model_is_for_a_gpu():
    from likeness.pipelines import avatar, avatar_methods, benchmark, cezanne, pocket, prompt_edit

    packages = (avatar, avatar_methods, benchmark, cezanne, pocket, prompt_edit)
    pipelines = [package.create_pipeline() for package in packages]
    tagged = {node.name.rpartition(".")[2] for one in pipelines for node in one.only_nodes_with_tags(GPU_TAG).nodes}
    assert {"fine_tune", "draw_portraits", "learn_style", "draw_edited_images", "train_pocket_model"} <= tagged
    assert not {"rank_models", "choose_subsets", "find_portrait_faces", "score_edits", "write_card"} & tagged
