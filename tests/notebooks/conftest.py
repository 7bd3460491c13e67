"""Projects for notebooks, and notebooks executed in them."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from kedro.framework.project import configure_project
from nbclient import NotebookClient

from ..conftest import PROJECT, copy_project

Output = dict[str, Any]


def empty_project(folder: Path) -> Path:
    """A project in which nothing has run."""
    copy_project(folder)
    (folder / "notebooks").mkdir()
    configure_project("likeness")
    return folder


def read_notebook(name: str) -> nbformat.NotebookNode:
    """The notebook of a pipeline, as it is kept."""
    return nbformat.read(PROJECT / "notebooks" / f"{name}.ipynb", as_version=4)


def executed(name: str, project: Path) -> list[Output]:
    """All outputs of a pipeline's notebook, executed in a project."""
    notebook = read_notebook(name)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(project / "notebooks")}})
    client.execute()
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(outputs: list[Output], kind: str) -> list[str]:
    """What the outputs have of a MIME type."""
    return [output["data"][kind] for output in outputs if kind in output.get("data", {})]


def went_wrong(outputs: list[Output]) -> list[Output]:
    """Errors, and whatever was written beside what was shown."""
    return [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


@pytest.fixture(scope="module")
def outputs(request: pytest.FixtureRequest, project: Path) -> list[Output]:
    """All outputs of the notebook that the module tests, run from top to bottom on its project without a mishap."""
    found = executed(request.module.__name__.rpartition("test_")[2], project)
    assert went_wrong(found) == []
    return found
