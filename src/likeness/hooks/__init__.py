"""What every run does besides its pipeline: Kedro hooks, one a module."""

from likeness.hooks.base_models import BaseModelsHook, NoGpuError, NoModelError
from likeness.hooks.progress import ProgressHook
from likeness.hooks.run_times import RunTimesHook
from likeness.hooks.unknown_parameters import UnknownParameterError, UnknownParametersHook

__all__ = [
    "BaseModelsHook",
    "NoGpuError",
    "NoModelError",
    "ProgressHook",
    "RunTimesHook",
    "UnknownParameterError",
    "UnknownParametersHook",
]
