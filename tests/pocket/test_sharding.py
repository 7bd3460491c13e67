import re

import numpy as np
import pytest

from likeness.datasets import WorkFolder
from likeness.pocket.sharding import (
    ShardOptions,
    load_renderer,
    read_attributes,
    read_captions,
    read_pictures,
    render_shards,
    shard_name,
)


@pytest.fixture
def options(stand_in):
    return ShardOptions(renderer=stand_in, seed=1, size=16, pictures=4)


@pytest.fixture
def work(tmp_path):
    return WorkFolder(tmp_path / "work", "pictures", "key")


def test_shards_hold_what_the_renderer_makes_in_order(options, work):
    render_shards([0, 1, 2], options, work, processes=1)
    pictures, captions, attributes = load_renderer(options.renderer)(range(12), seed=1, size=16)
    assert np.array_equal(read_pictures(work.path, [0, 1, 2]), pictures)
    assert np.array_equal(read_pictures(work.path, [2, 0]), np.concatenate([pictures[8:], pictures[:4]]))
    assert read_captions(work.path, [1]) == captions[4:8]
    assert read_attributes(work.path, [0, 1, 2])["colour"].tolist() == attributes["colour"].tolist()


def test_processes_make_the_same_and_only_what_is_missing(options, work, tmp_path):
    alone = WorkFolder(tmp_path / "work", "pictures", "alone")
    render_shards([0, 1, 2], options, alone, processes=1)
    render_shards([1], options, work, processes=1)
    made = work.file(shard_name(1)).stat().st_mtime_ns
    render_shards([0, 1, 2], options, work, processes=2)
    assert np.array_equal(read_pictures(work.path, [0, 1, 2]), read_pictures(alone.path, [0, 1, 2]))
    assert work.file(shard_name(1)).stat().st_mtime_ns == made


def test_a_renderer_that_is_not_there_is_named(options, work):
    with pytest.raises(ValueError, match="Parameter renderer: 'nowhere:render'"):
        load_renderer("nowhere:render")


def test_a_renderer_that_gives_something_else_is_refused(work, tmp_path, monkeypatch):
    (tmp_path / "wrong_renderer.py").write_text(
        "import numpy as np\ndef render(indices, *, seed, size):\n    return np.zeros((2, 3)), [], None\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match=re.escape("expected uint8 (4, 16, 16, 3)")):
        render_shards([0], ShardOptions("wrong_renderer:render", 0, 16, 4), work, processes=1)
    assert not work.has(shard_name(0))


def test_a_shard_that_is_gone_is_named(work):
    with pytest.raises(FileNotFoundError, match="shard-00007"):
        read_pictures(work.path, [7])
