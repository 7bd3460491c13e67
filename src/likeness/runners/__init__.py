"""Kedro runners beside Kedro's own."""

from likeness.runners.dask_runner import DaskRunner

__all__ = ["DaskRunner"]
