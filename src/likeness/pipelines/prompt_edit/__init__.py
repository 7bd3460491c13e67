"""Edit pictures by editing their prompts, and measure what of the source survives."""

from likeness.pipelines.prompt_edit.pipeline import create_pipeline

__all__ = ["create_pipeline"]
