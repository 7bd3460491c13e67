"""Refuse at once a run whose base model this machine cannot have, or can only open very slowly."""

from collections.abc import Iterator

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from likeness.datasets import BaseModelDataset

REQUIRE_GPU = "require_gpu"


class NoGpuError(click.ClickException, RuntimeError):
    """A run asks for a CUDA GPU, and torch finds none."""


class NoModelError(click.ClickException, RuntimeError):
    """A run asks for a model of the hub that cannot be had."""


class BaseModelsHook:
    """Look at the base models of a run before anything is computed."""

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Refuse a run that opens a base model, if it wants a GPU and there is none, or if the model cannot be had.

        Raises:
            NoGpuError: says how to go on.
            NoModelError: names the model and what to do.
        """
        models = list(base_models(pipeline, catalog))
        if models and wants_gpu(catalog):
            check_gpu()
        for model in models:
            check_hub(model)


def base_models(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[BaseModelDataset]:
    """The base models among the inputs of what is run."""
    for name in sorted(pipeline.inputs()):
        if not name.startswith("params:") and isinstance(dataset := catalog.get(name), BaseModelDataset):
            yield dataset


def wants_gpu(catalog: DataCatalog) -> bool:
    """Whether the parameter `require_gpu` says so."""
    name = f"params:{REQUIRE_GPU}"
    return name in catalog and bool(catalog.load(name))


def check_gpu() -> None:
    """Look for a GPU.

    Raises:
        NoGpuError: there is none.
    """
    # Imported late: it takes seconds, and most runs have gone on by now.
    import torch

    if not torch.cuda.is_available():
        raise NoGpuError(
            f"This run opens a diffusion model, the parameter {REQUIRE_GPU} is true, and torch {torch.__version__} "
            "finds no CUDA GPU. Nothing was run. Take a machine with one (its driver, and a torch built for CUDA), or "
            "the small model, without --env; or go on without a GPU, however long it takes: "
            f"--params {REQUIRE_GPU}=false."
        )


def check_hub(dataset: BaseModelDataset) -> None:
    """Ask the hub for a model, where it is one of the hub's.

    Raises:
        NoModelError: it cannot be had.
        DatasetError: it is no model.
    """
    model = dataset.load()
    if model.is_folder or model.is_file:
        return
    from likeness.diffusion.hub import HubError, reached

    try:
        reached(model, parameter=dataset.parameter)
    except HubError as error:
        raise NoModelError(f"{error} Nothing was run.") from error
