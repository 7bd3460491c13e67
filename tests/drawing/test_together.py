import json
from pathlib import Path

import pytest

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.datasets.work import WorkFolder
from likeness.drawing import together, worker
from likeness.drawing.drawer import Drawer, described_drawer
from likeness.drawing.missing import draw_missing
from likeness.drawing.pictures import Request, Settings, in_batches
from likeness.drawing.together import Share, draw_together
from likeness.personalise.launching import WorkerError

SETTINGS = Settings(steps=2, negative_prompt="", resolution=None, batch_size=2)
REQUESTS = [
    Request(f"age_{number}/picture.png", f"a photo of a person, {number}", number, (1, 2.5)[number % 2], "base")
    for number in range(7)
]


@pytest.fixture
def drawer(tiny_model):
    return Drawer(BaseModel(str(tiny_model)))


def work(tmp_path, name):
    return WorkFolder(tmp_path, "pictures", name)


def contents(folder):
    return {request.file: folder.file(request.file).read_bytes() for request in REQUESTS}


def test_batches_hold_one_guidance_scale_and_are_whole_but_for_the_last():
    assert [[one.seed for one in batch] for batch in in_batches(REQUESTS, SETTINGS)] == [[0, 2], [4, 6], [1, 3], [5]]


def test_two_processes_draw_the_pictures_of_one(drawer, tmp_path):
    one, two = work(tmp_path, "one"), work(tmp_path, "two")
    draw_missing(drawer, REQUESTS, SETTINGS, one, device="cpu")
    kept = two.file(REQUESTS[3].file)
    kept.parent.mkdir()
    kept.write_bytes(b"is there")
    draw_missing(drawer, REQUESTS, SETTINGS, two, processes=2, device="cpu")
    assert contents(two) == contents(one) | {REQUESTS[3].file: b"is there"}
    assert not list(two.path.rglob(".part-*"))


def test_what_a_killed_process_left_is_drawn_by_another(drawer, tmp_path, monkeypatch, caplog):
    whole, folder = work(tmp_path, "whole"), work(tmp_path, "killed")
    draw_missing(drawer, REQUESTS, SETTINGS, whole, device="cpu")
    started = []
    original = together._started

    def kill_the_first(path, errors, processes):
        process = original(path, errors, processes)
        started.append(path.stem)
        if len(started) == 1:
            process.kill()
        return process

    monkeypatch.setattr(together, "_started", kill_the_first)
    reports = draw_together(drawer, REQUESTS, SETTINGS, folder, 2, device="cpu")
    assert started == ["0", "1", "1"]
    assert [report.pictures for report in reports] == [4]
    assert "4 pictures are drawn again by other processes (process 0: it was killed)" in caplog.text
    assert contents(folder) == contents(whole)


def test_what_no_process_can_draw_is_told_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(together, "_TRIES", 1)
    absent = Drawer(Checkpoint(tmp_path / "absent", {"base_model": {"source": str(tmp_path / "nothing")}}))
    with pytest.raises(WorkerError, match=r"7 pictures could not be drawn \(process 0: .*nothing.*Run again"):
        draw_together(absent, REQUESTS, SETTINGS, work(tmp_path, "none"), 1, device="cpu")


def test_a_worker_draws_its_share_and_reports(drawer, tmp_path):
    folder = work(tmp_path, "share")
    Share(drawer, REQUESTS[:3], SETTINGS, folder.path, "cpu", 1).write(tmp_path / "1.json")
    worker.main(tmp_path / "1.json")
    report = json.loads((tmp_path / "1.report").read_text())
    assert report["pictures"] == 3
    assert report["opening_seconds"] > 0
    assert 0 < min(report["saved_seconds"]) <= max(report["saved_seconds"]) == report["saved_seconds"][-1]
    assert all(folder.has(request.file) for request in REQUESTS[:3])


@pytest.mark.parametrize("vectors", [None, Path("/some/word.safetensors")])
def test_a_drawer_is_what_it_was_after_json(tmp_path, vectors):
    for model in (BaseModel("owner/model", "main"), Checkpoint(tmp_path, {"base_model": {"source": "a/b"}})):
        assert described_drawer(json.loads(json.dumps(Drawer(model, vectors).described()))) == Drawer(model, vectors)
