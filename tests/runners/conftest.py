import sys
from collections.abc import Iterator
from pathlib import Path

import cloudpickle
import pytest
from distributed import Client, SpecCluster

from likeness.runners.cluster import local_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[SpecCluster]:
    """Two workers of one thread each, for all tests: they take seconds to start."""
    with local_cluster(workers=2, threads=1, gpus=0) as cluster:
        yield cluster


@pytest.fixture(scope="module", autouse=True)
def nodes_travel_by_value(request: pytest.FixtureRequest) -> Iterator[None]:
    """Workers cannot import test modules."""
    module = sys.modules[request.module.__name__]
    cloudpickle.register_pickle_by_value(module)
    yield
    cloudpickle.unregister_pickle_by_value(module)


@pytest.fixture
def client(cluster: SpecCluster) -> Iterator[Client]:
    with Client(cluster, set_as_default=False) as client:
        yield client


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
