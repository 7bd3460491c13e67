"""The benchmarks as a pipeline: `kedro run --pipeline benchmark --tags cpu`; on a GPU `gpu`, on several `gpus`.

`--tags cluster` needs no GPU, but idle cores and the cluster extra.
"""

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.benchmark import nodes

OF_PHOTOS = (nodes.benchmark_curation, nodes.benchmark_recognisers)
OF_MODELS = (
    nodes.benchmark_dreambooth,
    nodes.benchmark_editing,
    nodes.benchmark_inversion,
    nodes.benchmark_sampling,
)

OF_PROCESSES = (nodes.benchmark_processes,)


def create_pipeline(**_: object) -> Pipeline:
    """Assemble one node a benchmark; each leaves `benchmark_<what>`, and its tag says what it runs on."""
    of_size = Node(
        nodes.benchmark_curation_size,
        inputs=["params:avatar.verification", "params:avatar.curation", "params:benchmark.curation_size"],
        outputs="benchmark_curation_size",
        name="benchmark_curation_size",
        tags="cpu",
    )
    cluster = Node(
        nodes.benchmark_cluster,
        inputs=["base_model", "sitter_photos", "params:benchmark.cluster"],
        outputs="benchmark_cluster",
        name="benchmark_cluster",
        tags="cluster",
    )
    others = [
        Node(
            benchmark,
            inputs=[measured, f"params:{benchmark.__name__.replace('_', '.', 1)}"],
            outputs=benchmark.__name__,
            name=benchmark.__name__,
            tags=tag,
        )
        for measured, tag, benchmarks in (
            ("sitter_photos", "cpu", OF_PHOTOS),
            ("base_model", "gpu", OF_MODELS),
            ("base_model", "gpus", OF_PROCESSES),
        )
        for benchmark in benchmarks
    ]
    return Pipeline([of_size, cluster, *others])
