"""`avatar_methods`: `avatar` with one subset, fine-tuned in different ways, in the place of six subsets."""

import warnings

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.avatar.leaderboard import BASE_MODEL, CONTROLS, HELD_OUT, IMPOSTORS
from likeness.pipelines.avatar.nodes import score_fine_tuned
from likeness.pipelines.avatar.pipeline import (
    AGES,
    CLASS_PICTURES,
    FINE_TUNING,
    GPU,
    JUDGED_BY,
    PORTRAITS,
    SITTER,
    VALIDATED_BY,
    VERIFICATION,
    WORK,
    base_model,
    curated_photos,
    namespaced,
    photo_control,
    portrait_nodes,
    prior_pictures,
    with_fixed,
)
from likeness.pipelines.avatar.subsets import HELD_OUT as HELD_OUT_SET
from likeness.pipelines.avatar.subsets import IMPOSTOR
from likeness.pipelines.avatar_methods import nodes
from likeness.pipelines.avatar_methods.options import INVERSION, METHODS

METHOD_OPTIONS = "params:avatar.methods"
LEARNED_FROM = ["base_model", "sitter_photos", "method_photos", "reference_faces"]


def create_pipeline(**_: object) -> Pipeline:
    """Assemble all stages; their tags are curation, fine_tune, age_generation and verification."""
    with warnings.catch_warnings():
        # The catalog's names <method>.<artefact> are chosen so.
        warnings.filterwarnings("ignore", message="One or more dataset names contain")
        controls = [base_model(), photo_control(HELD_OUT, "held_out_photos", HELD_OUT_SET)]
        controls.append(photo_control(IMPOSTORS, "impostor_photos", IMPOSTOR))
        shared = [curated_photos(), prior_pictures(), method_photos()]
        return sum([*shared, *map(method_model, METHODS), *controls, reporting()], start=Pipeline([]))


def method_photos() -> Pipeline:
    """Choose the photographs that all methods learn from."""
    return Pipeline(
        [
            Node(
                nodes.choose_method_photos,
                ["photo_subsets", METHOD_OPTIONS],
                "method_photos",
                name="choose_method_photos",
                tags="curation",
            )
        ]
    )


def method_model(method: str) -> Pipeline:
    """The template of one method: train, draw the portraits, read their ages, score them; its own namespace."""
    inner = Pipeline(
        [
            _training(method),
            *portrait_nodes(method, "checkpoint"),
            Node(
                with_fixed(score_fine_tuned, subset=method),
                ["portraits", "embeddings", "method_photos", *JUDGED_BY, WORK],
                "scores",
                name="score_portraits",
                tags="verification",
            ),
        ]
    )
    return namespaced(inner, method, {*LEARNED_FROM, "class_pictures", "verifier", "probe"} & inner.inputs())


def reporting() -> Pipeline:
    """Rank the methods and draw the sheet."""
    models = (*METHODS, *CONTROLS)
    judged = {f"{model}_{what}": f"{model}.{what}" for model in models for what in ("scores", "ages")}
    trained = {f"{method}_{what}": f"{method}.{what}" for method in METHODS for what in ("checkpoint", "losses")}
    drawn = {f"{model}_portraits": f"{model}.portraits" for model in (*METHODS, BASE_MODEL)}
    shown = {name: dataset for name, dataset in judged.items() if not name.startswith(IMPOSTORS)}
    return Pipeline(
        [
            Node(
                nodes.rank_methods,
                {"method_photos": "method_photos", "verification": VERIFICATION, "ages": AGES, **judged, **trained},
                "method_leaderboard",
                name="rank_methods",
            ),
            Node(
                nodes.draw_method_sheet,
                {
                    "method_leaderboard": "method_leaderboard",
                    "held_out_photos": "held_out_photos",
                    "portraits": PORTRAITS,
                    "ages": AGES,
                    **drawn,
                    **shown,
                },
                "method_sheet",
                name="draw_method_sheet",
            ),
        ],
        tags="verification",
    )


def _training(method: str) -> Node:
    if method == INVERSION:
        function = with_fixed(nodes.learn_sitter, method=method)
        inputs = [*LEARNED_FROM, FINE_TUNING, METHOD_OPTIONS, WORK]
    else:
        function = with_fixed(nodes.fine_tune, method=method)
        by = (SITTER, FINE_TUNING, METHOD_OPTIONS, CLASS_PICTURES, PORTRAITS, *VALIDATED_BY)
        inputs = [*LEARNED_FROM, "class_pictures", "verifier", "probe", *by]
    outputs = ["checkpoint", "losses", *(["validation"] if method != INVERSION else [])]
    return Node(function, inputs, outputs, name="fine_tune", tags=["fine_tune", GPU])
