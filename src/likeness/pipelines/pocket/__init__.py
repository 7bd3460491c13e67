"""The pocket model, from synthetic pictures to a folder that any reader of Stable Diffusion opens."""

from likeness.pipelines.pocket.pipeline import create_pipeline

__all__ = ["create_pipeline"]
