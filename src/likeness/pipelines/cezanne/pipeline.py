"""`cezanne` as a pipeline: paintings → clean paintings → learned style → its paintings → classifiers → verdicts.

What is tagged `judge` cleans, trains and judges alone: with `--env study`, on two folders of a person's own.
"""

import warnings
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, get_args

from kedro.pipeline import Node, Pipeline

from likeness.classify.backbones import BackboneName
from likeness.pipelines.cezanne import classification, nodes

WORK = "params:work_folder"
PAINTINGS, GENERATED, CLEANING = "params:cezanne.paintings", "params:cezanne.generated", "params:cezanne.cleaning"
INVERSION, PICTURES = "params:cezanne.inversion", "params:cezanne.pictures"
CLASSIFIERS = "params:cezanne.classifiers"

BACKBONES: tuple[BackboneName, ...] = get_args(BackboneName)
JUDGE = "judge"
# What works on a GPU where there is one; a DaskRunner sends it to a worker that has one.
GPU = "gpu"


def create_pipeline(**_: object) -> Pipeline:
    """Assemble all stages; their tags are cleaning, textual_inversion, cnn_training, classification, and judge."""
    with warnings.catch_warnings():
        # The catalog's names <backbone>.<artefact> are chosen so.
        warnings.filterwarnings("ignore", message="One or more dataset names contain")
        stages = [sample(), cleaning(), textual_inversion(), *map(classifier, BACKBONES), classification_of_all()]
        return sum(stages, start=Pipeline([]))


def sample() -> Pipeline:
    """Paint, read or draw the paintings of all classes."""
    return Pipeline(
        [
            Node(
                nodes.paint_or_read_paintings,
                [PAINTINGS, GENERATED, CLEANING, WORK],
                "given_paintings",
                name="paint_or_read_paintings",
            ),
            Node(
                nodes.draw_generated_classes,
                ["plain_model", "given_paintings", GENERATED, WORK],
                "generated_classes",
                name="draw_generated_classes",
                tags=GPU,
            ),
            Node(
                nodes.gather_paintings,
                ["given_paintings", "generated_classes", WORK],
                "paintings",
                name="gather_paintings",
            ),
        ],
        tags="cleaning",
    )


def cleaning() -> Pipeline:
    """Make the paintings comparable."""
    return Pipeline(
        [
            Node(
                nodes.clean_classes,
                ["paintings", CLEANING, WORK],
                ["clean_paintings", "cleaning_report", "class_balance"],
                name="clean_paintings",
            )
        ],
        tags=["cleaning", JUDGE],
    )


def textual_inversion() -> Pipeline:
    """Learn the style and draw with it."""
    return Pipeline(
        [
            Node(
                nodes.learn_style,
                ["style_model", "paintings", "clean_paintings", INVERSION, WORK],
                ["style_embedding", "inversion_losses", "inversion_validation"],
                name="learn_style",
                tags=GPU,
            ),
            Node(
                nodes.draw_previews,
                ["style_model", "style_embedding", INVERSION, PICTURES, WORK],
                "inversion_previews",
                name="draw_previews",
                tags=GPU,
            ),
            Node(
                nodes.draw_inversion_sheet,
                ["inversion_previews", "inversion_losses", "inversion_validation"],
                "inversion_sheet",
                name="draw_inversion_sheet",
            ),
            Node(
                nodes.draw_inversion_paintings,
                ["style_model", "style_embedding", PICTURES, WORK],
                "inversion_paintings",
                name="draw_inversion_paintings",
                tags=GPU,
            ),
        ],
        tags="textual_inversion",
    )


def classifier(backbone: BackboneName) -> Pipeline:
    """The template of one backbone: train it and its control, score it, let it judge; its own namespace."""
    training = [
        Node(
            _with(classification.train_classifier, backbone=backbone),
            ["clean_paintings", "style_model", CLASSIFIERS, CLEANING, WORK],
            ["classifier", "control_classifier", "history", "judgements"],
            name="train_classifier",
            tags=GPU,
        ),
        Node(
            _with(classification.score_classifier, backbone=backbone),
            "judgements",
            ["confusion", "class_scores"],
            name="score_classifier",
        ),
    ]
    judging = [
        Node(
            _with(classification.judge_paintings, backbone=backbone),
            ["classifier", "control_classifier", "clean_inversion_paintings", CLASSIFIERS, WORK],
            "judged",
            name="judge_paintings",
        ),
        Node(
            _with(classification.find_evidence, backbone=backbone),
            ["classifier", "clean_inversion_paintings", "judged", WORK],
            "evidence",
            name="find_evidence",
        ),
    ]
    inner = Pipeline(training, tags=["cnn_training", JUDGE]) + Pipeline(judging, tags=["classification", JUDGE])
    parameters = {name for name in inner.inputs() if name.startswith("params:")}
    shared = {"clean_paintings", "style_model", "clean_inversion_paintings"}
    return Pipeline(inner, namespace=backbone, inputs=shared, parameters=parameters)


def classification_of_all() -> Pipeline:
    """Compare the judges, count their verdicts, and show them."""
    judging = [
        Node(
            classification.clean_judged,
            ["inversion_paintings", "clean_paintings", CLEANING, WORK],
            "clean_inversion_paintings",
            name="clean_inversion_paintings",
        ),
        Node(
            classification.judge_by_grey, ["clean_paintings", CLASSIFIERS], "baseline_judgements", name="judge_by_grey"
        ),
        Node(
            classification.compare_judges,
            {"baseline_judgements": "baseline_judgements", **_of_all("judgements")},
            "classifier_scores",
            name="compare_judges",
        ),
        Node(
            classification.give_verdicts,
            {"options": CLASSIFIERS, **_of_all("judged", "judgements")},
            ["style_verdicts", "study_verdicts", "verdict_agreement", "judged_confusion", "judged_scores"],
            name="give_verdicts",
        ),
        Node(
            classification.draw_cezanne_sheet,
            {
                **_same("paintings", "class_balance", "inversion_paintings", "clean_inversion_paintings"),
                **_same("style_verdicts", "classifier_scores"),
                "options": CLASSIFIERS,
                **_of_all("judgements", "judged", "evidence"),
            },
            "cezanne_sheet",
            name="draw_cezanne_sheet",
        ),
    ]
    controlled = [
        Node(
            classification.compare_with_control,
            {**_same("clean_inversion_paintings"), "inversion": INVERSION, "options": CLASSIFIERS, **_of_all("judged")},
            "style_gain",
            name="compare_with_control",
        )
    ]
    return Pipeline(judging, tags=["classification", JUDGE]) + Pipeline(controlled, tags="classification")


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _of_all(*artefacts: str) -> dict[str, str]:
    return {f"{backbone}_{what}": f"{backbone}.{what}" for backbone in BACKBONES for what in artefacts}


def _with(function: Callable[..., Any], **fixed: str) -> Callable[..., Any]:
    """Fix arguments of a node's function, and keep its name for the log."""
    return update_wrapper(partial(function, **fixed), function)
