"""The whole pipeline on a tiny model: what it leaves, what it never does twice, and what it refuses."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(new_project):
    """A project in which the pipeline has run from end to end."""
    project = new_project()
    project.run()
    return project


def test_it_runs(project):
    print(project.table("style_verdicts"))
