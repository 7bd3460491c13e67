"""Learn a painter's style, and judge honestly what it passes for."""

from likeness.pipelines.cezanne.pipeline import create_pipeline

__all__ = ["create_pipeline"]
