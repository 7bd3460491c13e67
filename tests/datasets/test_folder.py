import pytest
from kedro.io import DataCatalog, DatasetError

from likeness.datasets import FolderDataset


def test_a_catalog_entry_says_where_the_folder_is(tmp_path):
    config = {
        **{"type": "likeness.datasets.FolderDataset", "filepath": str(tmp_path)},
        **{"parameter": "probe", "metadata": {"kedro-viz": {"layer": "raw"}}},
    }
    catalog = DataCatalog.from_config({"probe": config})
    assert catalog.load("probe") == tmp_path
    assert catalog.exists("probe")
    assert catalog.get("probe").metadata == {"kedro-viz": {"layer": "raw"}}


def test_a_folder_that_is_not_there_is_missed_by_who_opens_it(tmp_path):
    dataset = FolderDataset(tmp_path / "nowhere", parameter="probe")
    assert dataset.load() == tmp_path / "nowhere"
    assert not dataset.exists()


def test_it_is_never_written(tmp_path):
    with pytest.raises(DatasetError, match=r"only read\. Set the parameter probe to use another folder"):
        FolderDataset(tmp_path, parameter="probe").save(tmp_path)
