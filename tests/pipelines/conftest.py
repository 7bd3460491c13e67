"""Project folders in which pipelines run, and the text on their sheets."""

import contextlib
import fnmatch
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from ..conftest import copy_project, merged


class Project:
    """A project folder of the present configuration, and what was made in it."""

    pipeline: str

    def __init__(self, folder: Path, base_model: Path, parameters: dict[str, Any]) -> None:
        self.folder = folder
        self.work = folder / "data" / "00_work"
        self.parameters = parameters | {"base_model": str(base_model), "work_folder": str(self.work)}
        copy_project(folder)

    def run(
        self,
        changes: dict[str, Any] | None = None,
        pipeline: str | None = None,
        env: str | None = None,
        **arguments: Any,
    ) -> None:
        """Run in this process, with further parameters and the arguments of `KedroSession.run`."""
        bootstrap_project(self.folder)
        parameters = merged(self.parameters, changes or {})
        with KedroSession.create(self.folder, env=env, runtime_params=parameters) as session:
            session.run(pipeline_names=[pipeline or self.pipeline], **arguments)

    def newest(self, name: str) -> Path:
        """The newest version of a dataset, by the name of its file or folder, or the end of its path."""
        return max(self.folder.glob(f"data/0[2-8]*/**/{name}/*/{Path(name).name}"), key=lambda path: path.parent.name)

    def table(self, name: str) -> pd.DataFrame:
        """The newest version of a table, a CSV if nothing else is said; classes are text."""
        path = self.newest(name if Path(name).suffix else f"{name}.csv")
        return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype={"class": "str"})

    def manifest(self, name: str) -> pd.DataFrame:
        """The manifest of the newest version of an image set; blank cells stay blank."""
        return pd.read_csv(self.newest(name) / "manifest.csv", keep_default_na=False, dtype={"class": "str"})

    def finished(self, pattern: str = "**/*") -> dict[str, tuple[int, int]]:
        """Finished files of the work folder, with what changes when a file is written again: inode and time."""
        found = {}
        wanted = pattern.replace("**/", "*")  # in fnmatch a star takes slashes too
        for folder, inner, files in os.walk(self.work):  # unlike glob, bears folders that go while we look
            inner[:] = [name for name in inner if not name.startswith(".")]
            for file in files:
                path = Path(folder, file)
                name = str(path.relative_to(self.work))
                with contextlib.suppress(FileNotFoundError):
                    if not file.startswith(".") and fnmatch.fnmatch(name, wanted):
                        status = path.stat()
                        found[name] = (status.st_ino, status.st_mtime_ns)
        return found


@pytest.fixture(scope="module")
def project(new_project: Callable[[], Project]) -> Project:
    """A project in which the pipeline has run from end to end."""
    project = new_project()
    project.run()
    return project


def visible(figure: Figure) -> list[Text]:
    """All text that is seen, laid out."""
    figure.draw_without_rendering()
    found = figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """All visible text with its bounding box in pixels; that of aslant text is larger than its letters."""
    return [(text.get_text(), text.get_window_extent()) for text in visible(figure)]


def assert_tidy(figure: Figure) -> list[str]:
    """No text runs off the page, and none that is not aslant into another; what is written there."""
    boxes = [(text, text.get_window_extent()) for text in visible(figure)]
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y0 >= 0, text
        assert box.y1 <= figure.bbox.height, text
    straight = [(text, box) for text, box in boxes if text.get_rotation() % 90 == 0]
    for (text, box), (other, other_box) in itertools.combinations(straight, 2):
        assert not box.padded(-1).overlaps(other_box.padded(-1)), (text, other)
    return [text.get_text() for text, _ in boxes]
