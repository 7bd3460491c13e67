"""Refuse at once what would take a machine without a GPU very long."""

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

PARAMETER = "require_gpu"


class NoGpuError(click.ClickException, RuntimeError):
    """A run asks for a CUDA GPU, and torch finds none."""


class GpuHook:
    """Look for a GPU before anything is computed, where the parameter `require_gpu` says so."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Refuse a run that opens a base model, if there is no GPU for it.

        Raises:
            NoGpuError: says how to go on.
        """
        name = f"params:{PARAMETER}"
        if name not in catalog or not catalog.load(name) or not opens_a_model(pipeline, catalog):
            return
        # Imported late: it takes seconds, and most runs have ended above.
        import torch

        if not torch.cuda.is_available():
            raise NoGpuError(
                f"This run opens a diffusion model, the parameter {PARAMETER} is true, and torch {torch.__version__} "
                "finds no CUDA GPU. Nothing was run. Take a machine with one (its driver, and a torch built for CUDA), "
                "or the small model, without --env; or go on without a GPU, however long it takes: "
                f"--params {PARAMETER}=false."
            )


def opens_a_model(pipeline: Pipeline, catalog: DataCatalog) -> bool:
    """Whether a base model is among the inputs of what is run."""
    from likeness.datasets import BaseModelDataset

    inputs = (catalog.get(name) for name in pipeline.inputs() if not name.startswith("params:"))
    return any(isinstance(dataset, BaseModelDataset) for dataset in inputs)
