"""From judgements to the tables that answer the question: verdicts, agreement, controls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from likeness.classify.changes import AS_THEY_ARE
from likeness.classify.controls import paired_difference, recall_after_change
from likeness.classify.judgements import PROBABILITY, calibration_error, classes_in, predicted_classes
from likeness.classify.scores import accuracy, class_scores, confusion_matrix
from likeness.classify.style_verdicts import backbone_agreement, style_verdicts
from likeness.classify.verdicts import verdicts
from likeness.pipelines.cezanne.inversion import CONTROL, LEARNED
from likeness.pipelines.cezanne.round_trip import ROUND_TRIP

ALL = "all"


def by_judge(tables: Iterable[pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Take tables of several judges apart, each with the classes that its judge knows; empty ones are left out."""
    return {
        str(judge): rows.dropna(axis="columns", how="all").reset_index(drop=True)
        for table in tables
        for judge, rows in table.groupby("judge", sort=False)
    }


def as_they_are(judgements: pd.DataFrame) -> pd.DataFrame:
    """Judgements of pictures that nothing happened to."""
    return judgements[judgements["change"] == AS_THEY_ARE]


def network_scores(judgements: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say how often a network was right.

    Args:
        judgements: of pictures it had not seen: change, file, class, `p_<class>`; or an empty table.

    Returns:
        The confusion, one row a class (class, then a column a predicted class: pictures); and one row a class as
        `likeness.classify.scores.class_scores` says, followed, where pictures were judged after the VAE's round trip,
        by recall_after, difference, difference_low, difference_high.
    """
    if judgements.empty:
        return pd.DataFrame(columns=["class"]), pd.DataFrame(columns=["class"])
    plain = as_they_are(judgements)
    confusion = confusion_matrix(plain["class"].tolist(), predicted_classes(plain), classes_in(plain))
    scores = class_scores(confusion)
    if (judgements["change"] == ROUND_TRIP).any():
        after = recall_after_change(judgements, ROUND_TRIP).drop(columns=["pictures", "recall"])
        scores = scores.merge(after, on="class", how="left")
    return confusion.reset_index(), scores


def compare_judges(judgements: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare judges by what they said of pictures that they had not seen.

    Returns:
        One row a judge and change: judge, measured_on, change, pictures, accuracy, accuracy_low, accuracy_high (Wilson,
        95 %), calibration_error (expected, ten bins, 0..1).
    """
    rows = []
    for judge, table in judgements.items():
        for change, part in table.groupby("change", sort=False):
            share = accuracy(part["class"].tolist(), predicted_classes(part))
            measured_on = part["measured_on"].iloc[0]
            rows.append((judge, measured_on, change, len(part), *share, calibration_error(part)))
    columns = ["judge", "measured_on", "change", "pictures", "accuracy", "accuracy_low", "accuracy_high"]
    return pd.DataFrame(rows, columns=[*columns, "calibration_error"])


def verdict_tables(
    judged: Mapping[str, pd.DataFrame], judgements: Mapping[str, pd.DataFrame], unknown_below: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count what every judge says of every set.

    Args:
        judged: by judge: set, file, `p_<class>`.
        judgements: by judge, of pictures it had not seen: they give the calibration error.
        unknown_below: see `likeness.classify.verdicts.verdicts`.

    Returns:
        As `likeness.classify.style_verdicts.style_verdicts` and `backbone_agreement` say.
    """
    by_set = {
        (str(name), judge): rows for judge, table in judged.items() for name, rows in table.groupby("set", sort=False)
    }
    errors = {judge: calibration_error(as_they_are(judgements[judge])) for judge in judged}
    table = style_verdicts(by_set, errors, unknown_below=unknown_below)
    return table, backbone_agreement(by_set, unknown_below=unknown_below)


def known_scores(judged: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say how often judges are right about judged pictures whose class is known; empty tables where none is.

    Returns:
        The confusions, one row a judge and class (judge, class, then a column a predicted class); and one row a judge:
        judge, pictures, accuracy, accuracy_low, accuracy_high, calibration_error.
    """
    confusions, rows = [], []
    for judge, table in judged.items():
        known = table[table["class"].isin(classes_in(table))] if "class" in table.columns else table.head(0)
        if known.empty:
            continue
        right, said = known["class"].tolist(), predicted_classes(known)
        confusions.append(confusion_matrix(right, said, classes_in(known)).reset_index().assign(judge=judge))
        rows.append((judge, len(known), *accuracy(right, said), calibration_error(known)))
    columns = ["judge", "pictures", "accuracy", "accuracy_low", "accuracy_high", "calibration_error"]
    if not confusions:
        return pd.DataFrame(columns=["judge", "class"]), pd.DataFrame(columns=columns)
    confusion = pd.concat(confusions, ignore_index=True)
    ordered = ["judge", "class", *(name for name in confusion.columns if name not in ("judge", "class"))]
    return confusion[ordered], pd.DataFrame(rows, columns=columns)


def style_gain(
    judged: Mapping[str, pd.DataFrame], pictures: pd.DataFrame, style_class: str, unknown_below: float
) -> pd.DataFrame:
    """Compare how often pictures pass for the painter's with the learned word and with the plain one.

    A picture and its control have one prompt and seed, so the difference is of pairs.

    Args:
        judged: by judge: file, `p_<class>`.
        pictures: manifest of the judged pictures: file, prompt_name, variant, seed.
        style_class: the painter's.
        unknown_below: see `likeness.classify.verdicts.verdicts`.

    Returns:
        One row a judge and prompt, and one of all prompts: judge, prompt_name, pairs, learned, control (shares with the
        painter's class as verdict), difference, difference_low, difference_high (95 %, Agresti & Min 2005).
    """
    rows = []
    for judge, table in judged.items():
        if PROBABILITY + style_class not in table.columns:
            continue
        said = verdicts(table, unknown_below=unknown_below).set_index("file")["verdict"] == style_class
        passes = pictures.assign(passes=pictures["file"].map(said))
        pairs = passes.pivot(index=["prompt_name", "seed"], columns="variant", values="passes").astype(bool)
        names: Sequence[str] = pictures["prompt_name"].drop_duplicates().tolist()
        rows += [(judge, *_gain(name, pairs.loc[[name]])) for name in names]
        rows.append((judge, *_gain(ALL, pairs)))
    columns = ["judge", "prompt_name", "pairs", "learned", "control", "difference", "difference_low", "difference_high"]
    return pd.DataFrame(rows, columns=columns)


def _gain(name: str, pairs: pd.DataFrame) -> tuple[object, ...]:
    won = int((pairs[LEARNED] & ~pairs[CONTROL]).sum())
    lost = int((pairs[CONTROL] & ~pairs[LEARNED]).sum())
    shares = (float(pairs[LEARNED].mean()), float(pairs[CONTROL].mean()))
    difference = paired_difference(won, lost, len(pairs))
    return (name, len(pairs), *shares, *difference)
