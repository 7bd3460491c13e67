"""Nodes of the classifiers and their verdicts: each names a step and calls what does it."""

import logging

import pandas as pd
from matplotlib.figure import Figure

from likeness.classify.backbones import BackboneName
from likeness.classify.style_verdicts import study_form
from likeness.cleaning import CleaningOptions
from likeness.datasets import BaseModel, Checkpoint, ImageSet
from likeness.pipelines.cezanne import classifiers, judged, verdicts
from likeness.pipelines.cezanne.evidence import find_evidence as find
from likeness.pipelines.cezanne.lesson import Lesson
from likeness.pipelines.cezanne.options import ClassifierOptions, InversionOptions
from likeness.pipelines.cezanne.round_trip import vae_round_trip
from likeness.pipelines.cezanne.sheets import draw_verdicts

logger = logging.getLogger(__name__)


def clean_judged(
    inversion_paintings: ImageSet, clean_paintings: ImageSet, cleaning: CleaningOptions, work_folder: str
) -> ImageSet:
    """Bring the pictures to be judged to the form of the training pictures."""
    return judged.clean_judged(inversion_paintings, clean_paintings, cleaning, work_folder)


def train_classifier(
    clean_paintings: ImageSet,
    base_model: BaseModel,
    options: ClassifierOptions,
    cleaning: CleaningOptions,
    work_folder: str,
    *,
    backbone: BackboneName,
) -> tuple[Checkpoint, Checkpoint, pd.DataFrame, pd.DataFrame]:
    """Train a network on all classes, and a control that never saw the generator's; skip a backbone not asked for.

    Returns:
        The network; the control; the network's history; what both said of pictures they had not seen.
    """
    control_name = classifiers.control_name(backbone, options)
    if backbone not in options.backbones:
        reason = "it is not among cezanne.classifiers.backbones"
        network, control = (classifiers.skipped(name, reason, work_folder) for name in (backbone, control_name))
    else:
        lesson = Lesson.of(clean_paintings)
        change = vae_round_trip(base_model, greyscale=cleaning.greyscale) if options.round_trip else None
        network = classifiers.train_classifier(backbone, lesson, options, change, work_folder)
        control = classifiers.train_control(backbone, lesson, options, change, work_folder)
    named = [network.judgements.assign(judge=backbone), control.judgements.assign(judge=control_name)]
    judgements = pd.concat(named, ignore_index=True)
    return network.classifier, control.classifier, network.history, judgements


def score_classifier(judgements: pd.DataFrame, *, backbone: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count how often a network was right about pictures that it had not seen, before and after the round trip."""
    return verdicts.network_scores(judgements[judgements["judge"] == backbone].dropna(axis="columns", how="all"))


def judge_paintings(
    classifier: Checkpoint,
    control_classifier: Checkpoint,
    clean_inversion_paintings: ImageSet,
    options: ClassifierOptions,
    work_folder: str,
    *,
    backbone: str,
) -> pd.DataFrame:
    """Let a network and its control judge the pictures."""
    judges = {backbone: classifier, classifiers.control_name(backbone, options): control_classifier}
    tables = [
        classifiers.judge_set(network, clean_inversion_paintings, name, work_folder) for name, network in judges.items()
    ]
    return pd.concat(tables, ignore_index=True)


def find_evidence(
    classifier: Checkpoint,
    clean_inversion_paintings: ImageSet,
    judged: pd.DataFrame,
    work_folder: str,
    *,
    backbone: str,
) -> ImageSet:
    """Show by Grad-CAM what in the first pictures of every set speaks for the verdict."""
    own = judged[judged["judge"] == backbone].dropna(axis="columns", how="all")
    return find(classifier, clean_inversion_paintings, own, work_folder)


def judge_by_grey(clean_paintings: ImageSet, options: ClassifierOptions) -> pd.DataFrame:
    """Judge by grey-level and size statistics alone: the baseline that a network has to beat."""
    return classifiers.judge_by_grey(Lesson.of(clean_paintings), options).assign(judge=classifiers.BASELINE)


def compare_judges(baseline_judgements: pd.DataFrame, **judgements: pd.DataFrame) -> pd.DataFrame:
    """Compare the networks, their controls and the baseline by accuracy and calibration."""
    table = verdicts.compare_judges(verdicts.by_judge([*judgements.values(), baseline_judgements]))
    for row in table.to_dict(orient="records"):
        logger.info("%(judge)s, pictures %(change)s: accuracy %(accuracy).3f of %(pictures)d, %(measured_on)s", row)
    return table


def give_verdicts(
    options: ClassifierOptions, **tables: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Count the verdicts of every set and judge.

    Args:
        options: when a verdict is unknown.
        tables: `<backbone>_judged` and `<backbone>_judgements`.

    Returns:
        The verdicts; the same as the study printed them; the agreement of judges; and of judged pictures whose class is
        known, the confusion and the accuracy.
    """
    said = verdicts.by_judge(table for name, table in tables.items() if name.endswith("_judged"))
    known = verdicts.by_judge(table for name, table in tables.items() if name.endswith("_judgements"))
    table, agreement = verdicts.verdict_tables(said, known, options.unknown_below)
    confusion, scores = verdicts.known_scores(said)
    for row in scores.to_dict(orient="records"):
        logger.info("%(judge)s: right about %(accuracy).3f of %(pictures)d pictures of known class", row)
    return table, study_form(table), agreement, confusion, scores


def compare_with_control(
    clean_inversion_paintings: ImageSet, inversion: InversionOptions, options: ClassifierOptions, **judged: pd.DataFrame
) -> pd.DataFrame:
    """Compare how often pictures pass for the painter's with the learned word and with the plain one."""
    said = verdicts.by_judge(judged.values())
    pictures = clean_inversion_paintings.manifest
    table = verdicts.style_gain(said, pictures, inversion.style_class, options.unknown_below)
    for row in table[table["prompt_name"] == verdicts.ALL].to_dict(orient="records"):
        logger.info("%(judge)s calls %(learned).2f the painter's with the learned word, %(control).2f without", row)
    return table


def draw_cezanne_sheet(
    paintings: ImageSet,
    class_balance: pd.DataFrame,
    inversion_paintings: ImageSet,
    clean_inversion_paintings: ImageSet,
    style_verdicts: pd.DataFrame,
    classifier_scores: pd.DataFrame,
    options: ClassifierOptions,
    **tables: pd.DataFrame | ImageSet,
) -> Figure:
    """Draw the classes, the confusion, and the pictures with verdicts and Grad-CAM, by the first backbone."""
    first = options.backbones[0]
    return draw_verdicts(
        paintings,
        class_balance,
        inversion_paintings,
        clean_inversion_paintings,
        style_verdicts,
        classifier_scores,
        options,
        {name.removeprefix(f"{first}_"): table for name, table in tables.items() if name.startswith(f"{first}_")},
    )
