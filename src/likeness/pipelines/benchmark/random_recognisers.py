"""DeepFace's recognisers with random weights: they cost what those with trained ones do, and recognise nobody."""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

_TASK = "facial_recognition"


def can_be_random(recogniser: str) -> bool:
    """Whether the recogniser's network is written out in DeepFace's code; of ONNX files it is not."""
    return hasattr(_module_of(recogniser), "load_model_weights")


@contextmanager
def random_recognisers(recognisers: Sequence[str], seed: int) -> Iterator[None]:
    """Let DeepFace have these recognisers in their true shape with random weights, and forget them afterwards.

    Args:
        recognisers: DeepFace's names, each such that `can_be_random`.
        seed: of the weights.
    """
    from deepface.modules import modeling

    models = vars(modeling).setdefault("cached_models", {task: {} for task in modeling.AVAILABLE_MODELS})[_TASK]
    before = {name: models.get(name) for name in recognisers}
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            models |= {name: _random_client(name) for name in recognisers}
        yield
    finally:
        # Nobody may be recognised by noise later in this process.
        models |= before


def _random_client(recogniser: str) -> Any:
    from deepface.commons import weight_utils
    from deepface.modules import modeling

    module = _module_of(recogniser)
    load, download = module.load_model_weights, weight_utils.download_weights_if_necessary
    try:
        module.load_model_weights = _as_initialised
        weight_utils.download_weights_if_necessary = lambda **_: ""
        return modeling.get_model_class(_TASK, recogniser)()
    finally:
        module.load_model_weights, weight_utils.download_weights_if_necessary = load, download


def _as_initialised(model: nn.Module, weight_file: str) -> nn.Module:
    del weight_file
    return model.eval()


def _module_of(recogniser: str) -> Any:
    from deepface.modules import modeling

    return importlib.import_module(modeling.get_model_class(_TASK, recogniser).__module__)
