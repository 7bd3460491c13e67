"""Pipeline `sample`: make the committed sample sets anew."""

from likeness.pipelines.sample.pipeline import create_pipeline

__all__ = ["create_pipeline"]
