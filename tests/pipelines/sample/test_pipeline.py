import os
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from PIL import Image
from pydantic import ValidationError

from likeness.datasets import ImageSet, WorkFolder
from likeness.datasets.image_set_dataset import ImageSetDataset
from likeness.pipelines.sample import create_pipeline, taking
from likeness.pipelines.sample.nodes import photograph
from likeness.pipelines.sample.options import SampleOptions
from likeness.pipelines.sample.taking import synthetic_code, take
from likeness.synthetic.sample import sitter_photographs

CONF = Path(__file__).parents[3] / "conf" / "base" / "sample"
TINY = SampleOptions(size=64, sitter_photos=3, held_out_photos=2, impostor_photos=2)
SETS = {"sitter_photos": 3, "held_out_photos": 2, "impostor_photos": 2}


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Where a run of the pipeline left the three sets."""
    folder = tmp_path_factory.mktemp("project")
    entries = (CONF / "catalog.yml").read_text().replace("${globals:data}", str(folder))
    catalog = DataCatalog.from_config(yaml.safe_load(entries))
    catalog["params:sample"] = MemoryDataset(TINY)
    catalog["params:work_folder"] = MemoryDataset(str(folder / "00_work"))
    SequentialRunner().run(create_pipeline(), catalog)
    return folder / "01_raw"


@pytest.mark.parametrize("name", SETS)
def test_a_run_writes_the_sets(raw, name):
    stored = ImageSetDataset(filepath=str(raw / name)).load()
    assert len(stored) == SETS[name]
    assert len(stored.rejected) == 0
    for row, picture in stored:
        assert picture.size == (64, 64)
        assert np.asarray(picture).std() > 5
        assert row["group"] == ("child" if row["age_years"] < 18 else "adult")
    columns = {"age_years", "group", "sex", "expression", "place", "hard"}
    extra = {"sitter_photos": set(), "held_out_photos": {"age"}, "impostor_photos": {"identity", "resembles_sitter"}}
    assert set(stored.manifest) == {"file", "sha256", "width", "height"} | columns | extra[name]


@pytest.mark.parametrize("name", SETS)
def test_every_photograph_says_that_it_was_generated(raw, name):
    for path in (raw / name).rglob("*.jpg"):
        with Image.open(path) as picture:
            assert picture.format == "JPEG"
            assert picture.info["comment"].startswith(b"Generated")


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.jpg")}


def test_equal_parameters_make_equal_photographs(raw, tmp_path):
    sitter, _, impostors = photograph(TINY, str(tmp_path))
    assert files(Path(sitter.root)) == files(raw / "sitter_photos")
    assert files(Path(impostors.root)) == files(raw / "impostor_photos")
    other, _, _ = photograph(TINY.model_copy(update={"seed": 1}), str(tmp_path))
    assert set(files(Path(other.root)).values()).isdisjoint(files(Path(sitter.root)).values())


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path, monkeypatch):
    def stopped():
        yield from islice(sitter_photographs(0), 2)
        raise KeyboardInterrupt

    work = WorkFolder(tmp_path, "sample/sitter", "key")
    with suppress(KeyboardInterrupt):
        take(stopped(), work, size=64, quality=88)
    first = {path: os.stat(path).st_mtime_ns for path in work.path.rglob("*.jpg")}
    assert len(first) == 2
    rendered = []
    render = taking.render
    monkeypatch.setattr(taking, "render", lambda *arguments: rendered.append(arguments) or render(*arguments))
    complete = take(islice(sitter_photographs(0), 3), work, size=64, quality=88)
    assert len(rendered) == 1
    assert len(complete) == 3
    assert {path: os.stat(path).st_mtime_ns for path in first} == first


def test_more_photographs_keep_those_taken(tmp_path):
    few, _, _ = photograph(TINY, str(tmp_path))
    more, _, _ = photograph(TINY.model_copy(update={"sitter_photos": 4}), str(tmp_path))
    assert few.root == more.root
    assert len(more) == 4
    again, _, _ = photograph(TINY, str(tmp_path))
    assert len(again) == 3  # the fourth is there, but was not asked for


def test_photographs_come_in_the_order_of_their_names(tmp_path):
    plan = [*islice(sitter_photographs(0), 1), *islice(sitter_photographs(0), 24, 25)]
    taken: ImageSet = take(plan, WorkFolder(tmp_path, "sample", "key"), size=64, quality=88)
    assert taken.manifest["file"].tolist() == ["adult/adult_001.jpg", "child/child_001.jpg"]


def test_the_code_of_the_renderer_counts(monkeypatch):
    digested: list[str] = []
    monkeypatch.setattr(
        taking, "code_digest", lambda *modules: digested.extend(m.__name__ for m in modules) or "digest"
    )
    assert synthetic_code() == "digest"
    assert {f"likeness.synthetic.{name}" for name in ("portrait", "skin", "drawing", "head", "sample")} <= set(digested)


def test_the_configuration_fits():
    parameters = yaml.safe_load((CONF / "parameters.yml").read_text())
    assert SampleOptions(**parameters["sample"]) == SampleOptions()


@pytest.mark.parametrize(
    ("name", "value"), [("sitter_photos", 123), ("impostor_photos", 0), ("size", 32), ("sise", 64)]
)
def test_options_out_of_bounds_are_refused(name, value):
    with pytest.raises(ValidationError, match=name):
        SampleOptions(**{name: value})


def test_a_plan_is_a_table_too():
    table = pd.DataFrame([planned.row() for planned in islice(sitter_photographs(0), 5)])
    assert table["age_years"].between(2, 18).all()
