"""The sample as a pipeline: `kedro run --pipeline sample` writes the sets that are part of the project."""

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.sample.nodes import photograph


def create_pipeline(**_: object) -> Pipeline:
    """Assemble the one node that photographs sitter and impostors."""
    return Pipeline(
        [
            Node(
                photograph,
                inputs=["params:sample", "params:work_folder"],
                outputs=["sample_sitter_photos", "sample_held_out_photos", "sample_impostor_photos"],
                name="photograph",
            )
        ]
    )
