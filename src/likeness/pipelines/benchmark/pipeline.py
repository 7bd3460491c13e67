"""The benchmarks as a pipeline: `kedro run --pipeline benchmark --tags cpu`, and on a GPU `--tags gpu`."""

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.benchmark.nodes import (
    benchmark_curation,
    benchmark_dreambooth,
    benchmark_editing,
    benchmark_inversion,
    benchmark_sampling,
)


def create_pipeline(**_: object) -> Pipeline:
    """Assemble one node a benchmark; each leaves `benchmark_<what>`, and its tag says what it runs on."""
    return Pipeline(
        [
            Node(
                benchmark_curation,
                inputs=["sitter_photos", "params:benchmark.curation"],
                outputs="benchmark_curation",
                name="benchmark_curation",
                tags="cpu",
            ),
            Node(
                benchmark_dreambooth,
                inputs=["base_model", "params:benchmark.dreambooth"],
                outputs="benchmark_dreambooth",
                name="benchmark_dreambooth",
                tags="gpu",
            ),
            Node(
                benchmark_editing,
                inputs=["base_model", "params:benchmark.editing"],
                outputs="benchmark_editing",
                name="benchmark_editing",
                tags="gpu",
            ),
            Node(
                benchmark_inversion,
                inputs=["base_model", "params:benchmark.inversion"],
                outputs="benchmark_inversion",
                name="benchmark_inversion",
                tags="gpu",
            ),
            Node(
                benchmark_sampling,
                inputs=["base_model", "params:benchmark.sampling"],
                outputs="benchmark_sampling",
                name="benchmark_sampling",
                tags="gpu",
            ),
        ]
    )
