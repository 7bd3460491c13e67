"""The benchmarks as a pipeline: `kedro run --pipeline benchmark --tags cpu`, and on a GPU `--tags gpu`."""

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.benchmark import nodes

OF_MODELS = (
    nodes.benchmark_dreambooth,
    nodes.benchmark_editing,
    nodes.benchmark_inversion,
    nodes.benchmark_sampling,
)


def create_pipeline(**_: object) -> Pipeline:
    """Assemble one node a benchmark; each leaves `benchmark_<what>`, and its tag says what it runs on."""
    curation = Node(
        nodes.benchmark_curation,
        inputs=["sitter_photos", "params:benchmark.curation"],
        outputs="benchmark_curation",
        name="benchmark_curation",
        tags="cpu",
    )
    of_models = [
        Node(
            benchmark,
            inputs=["base_model", f"params:{benchmark.__name__.replace('_', '.')}"],
            outputs=benchmark.__name__,
            name=benchmark.__name__,
            tags="gpu",
        )
        for benchmark in OF_MODELS
    ]
    return Pipeline([curation, *of_models])
