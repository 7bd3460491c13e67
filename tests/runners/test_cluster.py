"""Where clusters are found, and what their processes are told."""

import json
import os
import socket
import threading
import time

import pytest
from distributed import Client

from likeness.runners import cluster as clusters


def test_processes_share_the_cores_unless_told_otherwise(monkeypatch):
    described: list[dict] = []
    monkeypatch.setattr(clusters, "started", lambda workers, port, dashboard: described.extend(workers))
    monkeypatch.setattr(clusters, "CPU_COUNT", 8)
    monkeypatch.setattr(clusters, "visible_gpus", lambda: ["GPU-a", "GPU-b", "GPU-c"])

    def threads_and_gpus(**asked):
        described.clear()
        clusters.local_cluster(**asked)
        environments = [worker["options"]["env"] for worker in described]
        return [(one["OMP_NUM_THREADS"], one.get("CUDA_VISIBLE_DEVICES", "any")) for one in environments]

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert threads_and_gpus() == [("2", "GPU-a"), ("2", "GPU-b"), ("2", "GPU-c")]
    assert threads_and_gpus(workers=4, gpus=1) == [("2", "GPU-a"), *[("2", "")] * 3]
    assert threads_and_gpus(gpus=0) == [("1", "any")] * 8
    assert threads_and_gpus(workers=1, gpus=0, threads=5) == [("5", "any")]
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads_and_gpus(workers=1, gpus=0) == [("3", "any")]
    with pytest.raises(ValueError, match="gpus=4, and this machine shows 3"):
        clusters.local_cluster(gpus=4)
    with pytest.raises(ValueError, match=r"gpus=2, and there are only workers=1"):
        clusters.local_cluster(workers=1, gpus=2)


def test_the_libraries_of_a_worker_keep_to_its_threads(client):
    def threads():
        import torch

        return {"torch": torch.get_num_threads(), "bars": os.environ["TQDM_DISABLE"]}

    assert list(client.run(threads).values()) == [{"torch": 1, "bars": "1"}] * 2


def test_a_cluster_is_found_by_the_environment_or_while_it_answers(tmp_path, monkeypatch):
    assert clusters.found_address(tmp_path) is None
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        clusters.announce({"address": address}, tmp_path)
        assert clusters.found_address(tmp_path) == address
    assert clusters.found_address(tmp_path) is None
    with clusters.dask.config.set({"scheduler-address": "tcp://elsewhere:8786"}):
        assert clusters.found_address(tmp_path) == "tcp://elsewhere:8786"


def test_make_cluster_says_where_it_is_and_leaves_nothing(tmp_path, capsys):
    stop = threading.Event()
    arguments = ["--workers", "1", "--gpus", "0", "--port", "0", "--dashboard-port", "0"]
    thread = threading.Thread(target=clusters.main, args=(arguments, stop))
    thread.start()
    try:
        written = tmp_path / clusters.CLUSTER_FILE
        while thread.is_alive() and not written.exists():
            time.sleep(0.1)
        address = clusters.found_address()
        assert address == json.loads(written.read_text())["address"]
        with Client(address, set_as_default=False) as client:
            assert client.submit(os.getpid).result() != os.getpid()
    finally:
        stop.set()
        thread.join()
    assert address in capsys.readouterr().out
    assert not written.exists()
