"""Benchmarks: our time against the usual way's, in one process; one row a case."""

from likeness.pipelines.benchmark.pipeline import create_pipeline

__all__ = ["create_pipeline"]
