import subprocess
import sys

import pytest

from likeness.datasets import staging
from likeness.datasets.staging import is_inside, remove, sweep, unfinished, unfinished_path


@pytest.fixture
def dead():
    """The number of a process that has ended."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_unfinished_names_are_hidden_and_keep_the_ending(tmp_path):
    first, second = unfinished_path(tmp_path / "a.png"), unfinished_path(tmp_path / "a.png")
    assert first != second
    assert first.parent == tmp_path
    assert first.name.startswith(".")
    assert first.suffix == ".png"


def test_only_what_dead_processes_of_this_machine_left_is_swept(tmp_path, dead, monkeypatch):
    mine = unfinished_path(tmp_path / "mine.txt")
    monkeypatch.setattr(staging.os, "getpid", lambda: 1)
    living = unfinished_path(tmp_path / "living.txt")
    monkeypatch.setattr(staging.os, "getpid", lambda: dead)
    left, left_folder = unfinished_path(tmp_path / "left.txt"), unfinished_path(tmp_path / "left")
    monkeypatch.setattr(staging.socket, "gethostname", lambda: "elsewhere")
    elsewhere = unfinished_path(tmp_path / "elsewhere.txt")
    monkeypatch.undo()
    (left_folder / "deep").mkdir(parents=True)
    for path in (mine, living, left, elsewhere, tmp_path / "whole.txt", tmp_path / ".part-of-the-story.txt"):
        path.write_text("")
    sweep(tmp_path.iterdir())
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {mine.name, living.name, elsewhere.name, "whole.txt", ".part-of-the-story.txt"}


def test_a_process_of_another_user_is_alive(monkeypatch, tmp_path):
    def refused(process, signal):
        raise PermissionError

    path = unfinished_path(tmp_path / "a.txt")
    path.write_text("")
    monkeypatch.setattr(staging.os, "kill", refused)
    sweep([path])
    assert path.exists()


def test_remove_takes_files_folders_links_and_nothing(tmp_path):
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "file").write_text("")
    for name in ("folder", "link", "file", "nothing"):
        remove(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


@pytest.mark.parametrize(
    ("name", "inside"), [("a", True), ("a/b.png", True), ("", False), ("/a", False), ("../a", False), ("a/..", False)]
)
def test_is_inside(name, inside):
    assert is_inside(name) is inside


def test_unfinished_work_is_found_at_any_depth_while_others_move_it(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder / "deep").mkdir(parents=True)
        unfinished_path(tmp_path / folder / "deep" / "x.png").touch()
        (tmp_path / folder / "deep" / "whole.png").touch()
    found = unfinished(tmp_path)
    first = next(found)
    remove(tmp_path / ("b" if first.parts[-3] == "a" else "a"))
    assert first.name.endswith("x.png")
    assert list(found) == []
