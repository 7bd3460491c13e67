"""Kedro's settings of this project: https://docs.kedro.org/en/stable/configure/configuration_basics/."""

from kedro.config import OmegaConfigLoader

from likeness.hooks import BaseModelsHook, ProgressHook, RunTimesHook, UnknownParametersHook
from likeness.known_warnings import hide_known_warnings

# The settings are read before anything else of the project is imported.
hide_known_warnings()

CONFIG_LOADER_CLASS = OmegaConfigLoader
# An environment's parameters change those of base one by one, its catalog entries each as a whole.
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"parameters": "soft"},
}

HOOKS = (UnknownParametersHook(), BaseModelsHook(), ProgressHook(), RunTimesHook())

# Telemetry is declined: nothing leaves the machine.
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)
