import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pydantic
import pytest

from likeness.datasets import csv_table, metadata
from likeness.datasets.digest import code_digest, digest_of, folder_digest, package_digest, plain


class Options(pydantic.BaseModel):
    steps: int = 3
    rate: float = 1e-4


class Method(Enum):
    LORA = "lora"


@dataclass(frozen=True)
class Sizes:
    width: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Digested:
    place: str
    digest: str = "abc"


EQUAL = [
    ({"a": 1, "b": [1, 2]}, {"b": (1, 2), "a": 1}),
    (np.int64(3), 3),
    (np.float64(0.1), 0.1),
    (np.float32(0.5), 0.5),
    (np.bool_(True), True),
    (np.str_("x"), "x"),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (Options(steps=4), {"rate": 1e-4, "steps": 4}),
    (Sizes(2, ("a",)), {"width": 2, "names": ["a"]}),
    (Method.LORA, "lora"),
    (PurePosixPath("a/b"), "a/b"),
    ({3, 1, 2}, frozenset([2, 3, 1])),
    (Digested("here"), Digested("there")),
    (float("nan"), float("nan")),
    (pd.DataFrame({"x": [1.0, None]}, index=[5, 6]), pd.DataFrame({"x": [1.0, np.nan]})),
    (pd.DataFrame({"x": ["a", None]}), pd.DataFrame({"x": pd.Series(["a", None], dtype=object)})),
    (pd.DataFrame({"x": [1.0, np.nan]}, dtype=object), pd.DataFrame({"x": [1.0, pd.NA]}, dtype=object)),
]

DIFFERENT = [
    (1, 1.0),
    (1, True),
    (0, False),
    (1, "1"),
    (None, ""),
    (None, "None"),
    ("ab", ["a", "b"]),
    (["ab"], ["a", "b"]),
    ([["a"], "b"], ["a", ["b"]]),
    ([], {}),
    ("a", b"a"),
    (0.1, np.nextafter(0.1, 1)),
    ({"a": "b"}, {"b": "a"}),
    ({"a": 1}, {"a": 1, "b": None}),
    ([1, 2], [2, 1]),
    (date(2026, 1, 1), date(2026, 1, 2)),
    (Digested("here"), Digested("here", "abd")),
    (pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"y": [1, 2]})),
    (pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"x": [2, 1]})),
    (pd.DataFrame({"x": ["a", None]}), pd.DataFrame({"x": ["a", ""]})),
    (pd.Series([1, 2], name="x"), pd.Series([1, 2], name="y")),
]


@pytest.mark.parametrize(("first", "second"), EQUAL)
def test_what_says_the_same_has_one_digest(first, second):
    assert digest_of(first) == digest_of(second)
    assert len(digest_of(first)) == 16
    int(digest_of(first), 16)


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_what_differs_has_another_digest(first, second):
    assert digest_of(first) != digest_of(second)


def test_parts_are_kept_apart():
    assert len({digest_of(), digest_of("ab"), digest_of("a", "b"), digest_of(["a", "b"]), digest_of("", "ab")}) == 5


def test_the_digest_is_the_same_in_another_process():
    values = "{'b': {'x', 'y', 'z'}, 'a': (1, 2.5, None, 'ü')}, Path('a/b')"
    code = f"from pathlib import Path; from likeness.datasets.digest import digest_of; print(digest_of({values}))"
    here = digest_of({"a": (1, 2.5, None, "ü"), "b": {"z", "x", "y"}}, Path("a/b"))
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "src"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == here


def test_the_digest_does_not_change_with_the_library():
    """A changed digest would throw away everybody's unfinished work: change it knowingly."""
    assert digest_of("model", 1, 0.5, {"a": [True, None]}, pd.DataFrame({"file": ["a.png"], "age": [3.0]})) == (
        "9f0c8739a193c456"
    )


@pytest.mark.parametrize("value", [object(), print, Sizes, pd.NA, {1: object()}, [iter(())]])
def test_what_cannot_be_digested_is_refused(value):
    with pytest.raises(TypeError, match="cannot digest a"):
        digest_of(value)


def test_a_digest_that_is_no_text_is_not_taken():
    import hashlib

    with pytest.raises(TypeError, match="cannot digest"):
        digest_of(hashlib.sha256())


def test_code_digest_is_over_the_source_text():
    assert code_digest(csv_table) == code_digest(csv_table)
    assert code_digest(csv_table, metadata) == code_digest(metadata, csv_table)
    assert len({code_digest(csv_table), code_digest(metadata), code_digest(csv_table, metadata)}) == 3


def test_folder_digest_is_over_names_and_contents(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "unet").mkdir(parents=True)
        (tmp_path / name / "unet" / "config.json").write_text("{}")
        (tmp_path / name / "unet" / "model.safetensors").write_bytes(b"weights")
    first = folder_digest(tmp_path / "one")
    assert first == folder_digest(str(tmp_path / "two"))
    (tmp_path / "one" / "README.md").write_text("about")
    (tmp_path / "one" / ".cache.json").write_text("hidden")
    assert folder_digest(tmp_path / "one") == first
    (tmp_path / "two" / "unet" / "model.safetensors").write_bytes(b"Weights")
    assert folder_digest(tmp_path / "two") != first
    (tmp_path / "two" / "unet" / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "two" / "unet").rename(tmp_path / "two" / "vae")
    assert folder_digest(tmp_path / "two") != first


def test_plain_gives_what_json_can_hold():
    value = {
        "options": Options(),
        3: (Method.LORA, np.float32(0.5), np.array([1]), date(2026, 1, 2)),
        "path": Path("a"),
    }
    assert plain(value) == {
        "options": {"steps": 3, "rate": 1e-4},
        "3": ["lora", 0.5, [1], "2026-01-02"],
        "path": "a",
    }
    with pytest.raises(TypeError, match="bytes cannot be written as JSON"):
        plain({"a": b"x"})


def test_a_package_is_digested_with_all_its_files(tmp_path, monkeypatch):
    assert package_digest("likeness.pocket") == package_digest("likeness.pocket.sharding:render_shards")
    assert package_digest("likeness.pocket") != package_digest("likeness.diffusion")
    with pytest.raises(ValueError, match=r"no module nowhere\.pictures"):
        package_digest("nowhere.pictures:render")
    inner = tmp_path / "outer_package" / "inner_package"
    inner.mkdir(parents=True)
    for folder in (inner.parent, inner):
        (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    before = package_digest("outer_package")
    (inner / "__pycache__").mkdir()
    (inner / "__pycache__" / "compiled.pyc").touch()
    assert package_digest("outer_package") == before
    (inner / "table.json").write_text("{}")
    assert package_digest("outer_package") != before
