import os
import signal
import subprocess
import sys

import pytest

from likeness.datasets.work import WorkFolder

KILLED = """
import os, signal, sys
from likeness.datasets.work import WorkFolder
work = WorkFolder(sys.argv[1], "step", "key")
with work.writing("whole.txt") as path:
    path.write_text("whole")
with work.writing("faces/half.txt") as path:
    path.write_text("ha")
    with work.writing("folder") as folder:
        folder.mkdir()
        (folder / "weights").write_text("x")
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def work(tmp_path):
    return WorkFolder(tmp_path / "00_work", "avatar/portraits", "0123abcd")


def names(work):
    return sorted(path.relative_to(work.path).as_posix() for path in work.path.rglob("*"))


def test_the_folder_is_named_by_step_and_key(work, tmp_path):
    assert work.path == tmp_path / "00_work" / "avatar" / "portraits" / "0123abcd"
    assert work.path.is_dir()
    assert "0123abcd" in repr(work)
    again = WorkFolder(tmp_path / "00_work", "avatar/portraits", "0123abcd")
    work.file("a.txt").write_text("a")
    assert again.has("a.txt")
    assert not WorkFolder(tmp_path / "00_work", "avatar/portraits", "0123abce").has("a.txt")


def test_a_file_is_there_only_when_it_was_finished(work):
    with work.writing("sheets/a.png") as path:
        path.write_text("half")
        assert path.suffix == ".png"
        assert path.parent == work.file("sheets/a.png").parent
        assert not work.has("sheets/a.png")
    assert work.has("sheets/a.png")
    assert names(work) == ["sheets", "sheets/a.png"]


def test_an_error_leaves_the_earlier_file_and_nothing_else(work):
    work.file("a.txt").write_text("old")

    def fail():
        with work.writing("a.txt") as path:
            path.write_text("new")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert names(work) == ["a.txt"]
    assert work.file("a.txt").read_text() == "old"


def test_a_file_is_replaced(work):
    for text in ("one", "two"):
        with work.writing("a.txt") as path:
            path.write_text(text)
    assert work.file("a.txt").read_text() == "two"


def test_a_folder_is_written_and_replaced_as_a_whole(work):
    for name in ("one", "two"):
        with work.writing("unet") as path:
            path.mkdir()
            (path / name).write_text(name)
    assert names(work) == ["unet", "unet/two"]


def test_writing_nothing_is_an_error(work):
    with pytest.raises(FileNotFoundError, match=r"nothing was written for 'a\.txt'"), work.writing("a.txt"):
        pass


def test_a_killed_process_leaves_only_whole_files(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env={**os.environ, "PYTHONPATH": "src"}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    left = [path.name for path in (tmp_path / "step" / "key").rglob(".part-*")]
    assert len(left) == 2, "the process was to die in the middle of two writes"
    work = WorkFolder(tmp_path, "step", "key")
    assert work.has("whole.txt")
    assert not work.has("faces/half.txt")
    assert not work.has("folder")
    assert names(work) == ["faces", "whole.txt"]


def test_what_a_living_process_is_writing_is_left_alone(work, tmp_path):
    with work.writing("a.txt") as path:
        path.write_text("half")
        WorkFolder(tmp_path / "00_work", "avatar/portraits", "0123abcd")
        assert path.exists()
    assert work.has("a.txt")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../a", "a/../../b", ".hidden", "a/.part-x"])
def test_a_name_must_stay_inside(work, name):
    with pytest.raises(ValueError, match="cannot name a file"):
        work.file(name)


@pytest.mark.parametrize(("step", "key"), [("", "k"), ("s", ""), ("../s", "k"), ("s", "/k")])
def test_step_and_key_must_stay_inside(tmp_path, step, key):
    with pytest.raises(ValueError, match="cannot name a work folder"):
        WorkFolder(tmp_path, step, key)
