"""Fine-tune a model on one person six ways, and measure which keeps the person recognisable at every age."""

from likeness.pipelines.avatar.pipeline import create_pipeline

__all__ = ["create_pipeline"]
