"""`avatar` as a pipeline: photographs → subsets → six models → portraits → scores and ages → leaderboard and sheets."""

import warnings
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.avatar import curation, nodes
from likeness.pipelines.avatar.leaderboard import BASE_MODEL, HELD_OUT, IMPOSTORS, MODELS
from likeness.pipelines.avatar.subsets import HELD_OUT as HELD_OUT_SET
from likeness.pipelines.avatar.subsets import IMPOSTOR, SUBSETS

WORK = "params:work_folder"
SITTER, CLASS_PICTURES = "params:avatar.sitter", "params:avatar.class_pictures"
CURATION, VERIFICATION = "params:avatar.curation", "params:avatar.verification"
FINE_TUNING, PORTRAITS = "params:avatar.fine_tuning", "params:avatar.portraits"
AGES, VALIDATION = "params:avatar.ages", "params:avatar.validation"
# What works on a GPU where there is one; a DaskRunner sends it to a worker that has one.
GPU = "gpu"

# What scores take beside the pictures; the same for all models and controls.
JUDGED_BY = ["sitter_photos", "reference_faces", "verifier", VERIFICATION, FINE_TUNING]
DRAWN_BY = (*SUBSETS, BASE_MODEL)
# What the last inputs of a fine-tuning say: how it is judged on the way.
VALIDATED_BY = [VALIDATION, VERIFICATION, AGES, WORK]


def create_pipeline(**_: object) -> Pipeline:
    """Assemble all stages; their tags are curation, fine_tune, age_generation and verification."""
    with warnings.catch_warnings():
        # The catalog's names <subset>.<artefact> are chosen so.
        warnings.filterwarnings("ignore", message="One or more dataset names contain")
        photos = [photo_control(HELD_OUT, "held_out_photos", HELD_OUT_SET)]
        photos.append(photo_control(IMPOSTORS, "impostor_photos", IMPOSTOR))
        models = [*map(fine_tuned_model, SUBSETS), base_model()]
        return sum([curated_photos(), prior_pictures(), *models, *photos, reporting()], start=Pipeline([]))


def curated_photos() -> Pipeline:
    """Compare the photographs, find the faces, choose the recogniser and the six subsets."""
    return Pipeline(
        [
            Node(
                curation.measure_similarity,
                ["sitter_photos", VERIFICATION, CURATION, WORK],
                "photo_ssim",
                name="measure_similarity",
            ),
            Node(
                curation.find_photo_faces,
                ["sitter_photos", "held_out_photos", "impostor_photos", VERIFICATION, WORK],
                "photo_embeddings",
                name="find_photo_faces",
            ),
            Node(
                curation.compare_recognisers,
                ["photo_embeddings", VERIFICATION, CURATION],
                "recogniser_comparison",
                name="compare_recognisers",
            ),
            Node(curation.choose_verifier, ["recogniser_comparison", VERIFICATION], "verifier", name="choose_verifier"),
            Node(
                curation.verify_photos,
                ["photo_embeddings", "verifier", VERIFICATION, CURATION],
                "photo_verification",
                name="verify_photos",
            ),
            Node(
                curation.choose_reference, ["photo_embeddings", "verifier"], "reference_faces", name="choose_reference"
            ),
            Node(
                curation.choose_subsets,
                ["sitter_photos", "photo_embeddings", "photo_verification", "photo_ssim", "verifier", CURATION],
                ["photo_subsets", "photos_set_aside"],
                name="choose_subsets",
            ),
            Node(
                curation.draw_photo_sheet,
                [
                    *("sitter_photos", "photo_subsets", "photos_set_aside"),
                    *("photo_ssim", "photo_verification", "verifier", VERIFICATION, CURATION),
                ],
                "photo_sheet",
                name="draw_photo_sheet",
            ),
        ],
        tags="curation",
    )


def prior_pictures() -> Pipeline:
    """Draw the class pictures of prior preservation."""
    return Pipeline(
        [
            Node(
                nodes.draw_class_pictures,
                ["base_model", SITTER, CLASS_PICTURES, FINE_TUNING, WORK],
                "class_pictures",
                name="draw_class_pictures",
                tags=["fine_tune", GPU],
            )
        ]
    )


def fine_tuned_model(subset: str) -> Pipeline:
    """The template of one subset: fine-tune, draw the portraits, read their ages, score them; its own namespace."""
    inner = Pipeline(
        [
            Node(
                with_fixed(nodes.fine_tune, subset=subset),
                [
                    *("base_model", "sitter_photos", "photo_subsets", "reference_faces", "class_pictures"),
                    *("verifier", "probe", SITTER, FINE_TUNING, CLASS_PICTURES, PORTRAITS, *VALIDATED_BY),
                ],
                ["checkpoint", "losses", "validation"],
                name="fine_tune",
                tags=["fine_tune", GPU],
            ),
            *portrait_nodes(subset, "checkpoint"),
            Node(
                with_fixed(nodes.score_fine_tuned, subset=subset),
                ["portraits", "embeddings", "photo_subsets", *JUDGED_BY, WORK],
                "scores",
                name="score_portraits",
                tags="verification",
            ),
        ]
    )
    shared = {
        *("base_model", "sitter_photos", "photo_subsets", "reference_faces", "class_pictures", "verifier", "probe"),
    }
    return namespaced(inner, subset, shared)


def base_model() -> Pipeline:
    """The control without fine-tuning: the same prompts and seeds, the base model itself."""
    inner = Pipeline(
        [
            *portrait_nodes(BASE_MODEL, BASE_MODEL),
            Node(
                nodes.score_base_model,
                ["portraits", "embeddings", *JUDGED_BY, WORK],
                "scores",
                name="score_portraits",
                tags="verification",
            ),
        ]
    )
    return namespaced(inner, BASE_MODEL, {BASE_MODEL, "sitter_photos", "reference_faces", "verifier", "probe"})


def photo_control(control: str, photos: str, photo_set: str) -> Pipeline:
    """A control that is photographs: held-out ones of the sitter, or other people."""
    inner = Pipeline(
        [
            Node(
                with_fixed(nodes.score_photos, control=control, photo_set=photo_set),
                [photos, "photo_embeddings", *JUDGED_BY, PORTRAITS, WORK],
                "scores",
                name="score_photos",
                tags="verification",
            ),
            _read_ages(control, photos, "age_years"),
        ]
    )
    shared = {photos, "photo_embeddings", "sitter_photos", "reference_faces", "verifier", "probe"}
    return namespaced(inner, control, shared)


def reporting() -> Pipeline:
    """Rank the models, compare them with each other and draw the sheets."""
    judged = {f"{model}_{what}": f"{model}.{what}" for model in MODELS for what in ("scores", "ages")}
    made = {f"{model}_{what}": f"{model}.{what}" for model in DRAWN_BY for what in ("portraits", "embeddings")}
    drawn = {f"{model}_portraits": f"{model}.portraits" for model in DRAWN_BY}
    shown = {name: dataset for name, dataset in judged.items() if not name.startswith(IMPOSTORS)}
    return Pipeline(
        [
            Node(
                nodes.compare_semantics,
                {
                    **{name: name for name in ("sitter_photos", "held_out_photos", "impostor_photos")},
                    "reference_faces": "reference_faces",
                    "sitter": SITTER,
                    "portraits": PORTRAITS,
                    "comparison": "params:avatar.comparison",
                    "verification": VERIFICATION,
                    **drawn,
                },
                "semantic_scores",
                name="compare_semantics",
                tags=GPU,
            ),
            Node(
                nodes.rank_models,
                {
                    **{name: name for name in ("photo_subsets", "semantic_scores")},
                    "verification": VERIFICATION,
                    "ages": AGES,
                    **judged,
                },
                "avatar_leaderboard",
                name="rank_models",
            ),
            Node(
                nodes.compare_portraits,
                {
                    "held_out_photos": "held_out_photos",
                    "photo_embeddings": "photo_embeddings",
                    "verifier": "verifier",
                    "verification": VERIFICATION,
                    "work_folder": WORK,
                    **made,
                },
                "portrait_comparison",
                name="compare_portraits",
            ),
            Node(
                nodes.draw_metrics_sheet,
                {
                    "avatar_leaderboard": "avatar_leaderboard",
                    "portrait_comparison": "portrait_comparison",
                    "portraits": PORTRAITS,
                    "ages": AGES,
                    **judged,
                },
                "avatar_metrics_sheet",
                name="draw_metrics_sheet",
            ),
            Node(
                nodes.draw_avatar_sheet,
                {
                    "avatar_leaderboard": "avatar_leaderboard",
                    "held_out_photos": "held_out_photos",
                    "portraits": PORTRAITS,
                    "ages": AGES,
                    **drawn,
                    **shown,
                },
                "avatar_sheet",
                name="draw_avatar_sheet",
            ),
            Node(
                nodes.draw_checkpoint_curves,
                {"validation": VALIDATION, **{f"{one}_validation": f"{one}.validation" for one in SUBSETS}},
                "checkpoint_curves",
                name="draw_checkpoint_curves",
            ),
        ],
        tags="verification",
    )


def with_fixed(function: Callable[..., Any], **fixed: str) -> Callable[..., Any]:
    """Fix arguments of a node's function, and keep its name for the log."""
    return update_wrapper(partial(function, **fixed), function)


def portrait_nodes(name: str, model: str) -> list[Node]:
    """Draw a model's portraits, find their faces, read their ages."""
    return [
        Node(
            with_fixed(nodes.draw_portraits, name=name),
            [model, SITTER, PORTRAITS, WORK],
            "portraits",
            name="draw_portraits",
            tags=["age_generation", GPU],
        ),
        Node(
            nodes.find_portrait_faces,
            ["portraits", "verifier", VERIFICATION, WORK],
            "embeddings",
            name="find_portrait_faces",
            tags="verification",
        ),
        _read_ages(name, "portraits", "years"),
    ]


def _read_ages(model: str, pictures: str, asked: str) -> Node:
    return Node(
        with_fixed(nodes.read_ages, model=model, asked=asked),
        [pictures, "probe", AGES],
        "ages",
        name="read_ages",
        tags="verification",
    )


def namespaced(inner: Pipeline, namespace: str, shared: set[str]) -> Pipeline:
    """Fold nodes into a namespace that shares inputs and all parameters with the others."""
    parameters = {name for name in inner.inputs() if name.startswith("params:")}
    return Pipeline(inner, namespace=namespace, inputs=shared, parameters=parameters)
