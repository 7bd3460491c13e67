"""The project's pipelines: every package under `likeness.pipelines`."""

from kedro.framework.project import find_pipelines
from kedro.pipeline import Pipeline


def register_pipelines() -> dict[str, Pipeline]:
    """Map pipeline names to pipelines; a plain `kedro run` runs `avatar`."""
    pipelines = find_pipelines()
    if "avatar" in pipelines:
        pipelines["__default__"] = pipelines["avatar"]
    return pipelines
