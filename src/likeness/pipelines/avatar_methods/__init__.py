"""Fine-tune a model on one person by different methods, on the same photographs, and measure which does best."""

from likeness.pipelines.avatar_methods.pipeline import create_pipeline

__all__ = ["create_pipeline"]
