import pandas as pd
import pytest
from PIL import Image

from likeness.datasets.base_model import BaseModel
from likeness.datasets.image_set import ImageSet
from likeness.datasets.work import WorkFolder
from likeness.drawing.drawer import Drawer
from likeness.drawing.missing import draw_missing
from likeness.drawing.pictures import Request, Settings
from likeness.drawing.withheld import is_withheld, log_withheld, without_withheld

REQUESTS = [Request(f"{seed}.png", "a photo of a person", seed, 2.0, "base") for seed in range(2)]
CHECKED = Settings(1, "", None, 2, safety_checker=True)


@pytest.mark.parametrize(("threshold", "withheld", "processes"), [(-2.0, True, 1), (2.0, False, 1), (-2.0, True, 2)])
def test_pictures_say_whether_they_were_withheld(checked_model, tmp_path, threshold, withheld, processes):
    work = WorkFolder(tmp_path, "pictures", "some")
    draw_missing(
        Drawer(BaseModel(str(checked_model(threshold)))), REQUESTS, CHECKED, work, processes=processes, device="cpu"
    )
    for request in REQUESTS:
        assert is_withheld(work.file(request.file)) is withheld
        with Image.open(work.file(request.file)) as picture:
            assert (picture.getextrema() == ((0, 0),) * 3) is withheld


def test_a_missing_checker_is_told_before_the_model_is_opened(tiny_model, tmp_path, monkeypatch):
    monkeypatch.setattr(Drawer, "open", lambda *_: pytest.fail("opened"))
    with pytest.raises(ValueError, match="safety_checker is true"):
        draw_missing(Drawer(BaseModel(str(tiny_model))), REQUESTS, CHECKED, WorkFolder(tmp_path, "pictures", "some"))


def test_pictures_and_what_belongs_to_them_are_left_out(caplog):
    rows = [("a", 1, True), ("b", 1, False), ("c", 2, False), ("d", 2, False)]
    table = pd.DataFrame(rows, columns=["file", "seed", "withheld"])
    pictures = ImageSet("/nowhere", table.assign(sha256="", width=64, height=64))
    assert list(without_withheld(pictures).manifest["file"]) == ["b", "c", "d"]
    assert list(without_withheld(pictures, ["seed"]).manifest["file"]) == ["c", "d"]
    assert "2 of 4 pictures are left out" in caplog.text
    unseen = pictures.select(["c", "d"])
    assert without_withheld(unseen) is unseen


def test_their_number_is_logged(caplog):
    log_withheld("child_01", [False, False])
    assert not caplog.text
    log_withheld("child_01", [True, False])
    assert "child_01: the safety checker withheld 1 of 2 pictures" in caplog.text
