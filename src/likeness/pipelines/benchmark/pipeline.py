"""The benchmarks as a pipeline: `kedro run --pipeline benchmark`."""

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.benchmark.nodes import benchmark_curation


def create_pipeline(**_: object) -> Pipeline:
    """Assemble one node a benchmark; each leaves `benchmark_<what>`."""
    return Pipeline(
        [
            Node(
                benchmark_curation,
                inputs=["sitter_photos", "params:benchmark.curation"],
                outputs="benchmark_curation",
                name="benchmark_curation",
            )
        ]
    )
