"""The pocket model as a pipeline: `kedro run --pipeline pocket`, on one GPU in half an hour."""

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.pocket.nodes import (
    render_pictures,
    score_pocket_model,
    train_pocket_model,
    train_pocket_probe,
    train_pocket_vae,
    write_card,
)

# What works on a GPU where there is one; a DaskRunner sends it to a worker that has one.
GPU = "gpu"


def create_pipeline(**_: object) -> Pipeline:
    """Assemble pictures → autoencoder → denoiser → report, and pictures → probe → report."""
    return Pipeline(
        [
            Node(
                render_pictures,
                inputs=["params:pocket.pictures", "params:work_folder"],
                outputs=["synthetic_images", "synthetic_preview"],
                name="render_pictures",
            ),
            Node(
                train_pocket_vae,
                inputs=["synthetic_images", "params:pocket.autoencoder", "params:work_folder"],
                outputs=["pocket_vae", "pocket_vae_losses"],
                name="train_pocket_vae",
                tags=GPU,
            ),
            Node(
                train_pocket_model,
                inputs=[
                    "synthetic_images",
                    "pocket_vae",
                    "params:pocket.tokenizer",
                    "params:pocket.text_encoder",
                    "params:pocket.denoiser",
                    "params:work_folder",
                ],
                outputs=["pocket_model", "pocket_model_losses"],
                name="train_pocket_model",
                tags=GPU,
            ),
            Node(
                train_pocket_probe,
                inputs=["synthetic_images", "params:pocket.probe", "params:work_folder"],
                outputs=["pocket_probe", "pocket_probe_losses"],
                name="train_pocket_probe",
                tags=GPU,
            ),
            Node(
                score_pocket_model,
                inputs=[
                    "synthetic_images",
                    "pocket_model",
                    "pocket_probe",
                    "params:pocket.report",
                    "params:work_folder",
                ],
                outputs=["pocket_scores", "pocket_sheet", "pocket_vae_sheet"],
                name="score_pocket_model",
                tags=GPU,
            ),
            Node(write_card, inputs=["pocket_model", "pocket_scores"], outputs="pocket_card", name="write_card"),
        ]
    )
