"""Controls that tell a judge of style from a reader of fingerprints."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from likeness.classify.changes import AS_THEY_ARE, Change
from likeness.classify.fitting import Fitted, fit_classifier
from likeness.classify.judgements import predicted_classes
from likeness.classify.options import TrainingOptions
from likeness.datasets import ImageSet


def recall_after_change(judgements: pd.DataFrame, change: str, *, confidence: float = 0.95) -> pd.DataFrame:
    """Compare how many pictures of each class are recognised before and after a change, such as a VAE's round trip.

    Args:
        judgements: of `cross_validate` or `Fitted.validation`: change, file, class, `p_<class>`.
        change: name of the change.
        confidence: coverage of the intervals, 0..1.

    Returns:
        One row a class: class, pictures, recall, recall_after, difference (after - before), difference_low,
        difference_high (paired: Agresti & Min 2005, "Simple improved confidence intervals for comparing matched
        proportions").

    Raises:
        ValueError: nothing was judged after this change.
    """
    right = judgements.assign(right=judgements["class"] == pd.Series(predicted_classes(judgements), judgements.index))
    names = right["change"].unique().tolist()
    if change not in names:
        raise ValueError(f"nothing was judged after the change {change!r}; there is {', '.join(map(repr, names))}")
    before, after = (
        right[right["change"] == name].set_index(["class", "file"])["right"] for name in (AS_THEY_ARE, change)
    )
    pairs = pd.DataFrame({"before": before, "after": after.reindex(before.index)})
    rows = []
    for name, table in pairs.groupby(level="class"):
        lost = int((table["before"] & ~table["after"]).sum())
        won = int((~table["before"] & table["after"]).sum())
        recalls = (float(table["before"].mean()), float(table["after"].mean()))
        rows.append((name, len(table), *recalls, *paired_difference(won, lost, len(table), confidence=confidence)))
    columns = ["class", "pictures", "recall", "recall_after", "difference", "difference_low", "difference_high"]
    return pd.DataFrame(rows, columns=columns)


def paired_difference(won: int, lost: int, pictures: int, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """Difference of two shares of the same pictures with its interval (Agresti & Min 2005).

    Args:
        won: pictures that have the property only afterwards.
        lost: pictures that have it only before.
        pictures: all of them.
        confidence: coverage of the interval, 0..1.
    """
    # Half a picture is added to each of the four cells of the table.
    number, more, less = pictures + 2, won + 0.5, lost + 0.5
    centre = (more - less) / number
    half = float(stats.norm.ppf(0.5 + confidence / 2)) * math.sqrt(more + less - (more - less) ** 2 / number) / number
    return (won - lost) / pictures, max(-1.0, centre - half), min(1.0, centre + half)


def fit_without(
    pictures: ImageSet,
    labels: Sequence[str],
    options: TrainingOptions,
    work_root: Path,
    *,
    left_out: Collection[str],
    groups: Sequence[Hashable] | None = None,
    validation: Sequence[bool] | None = None,
    changes: Mapping[str, Change] | None = None,
    round_trip: Change | None = None,
) -> Fitted:
    """Train a classifier that has never seen some classes, such as all those that one generator made.

    What it says of judged sets cannot rest on that generator's fingerprint.

    Args:
        pictures: of all classes, those left out too.
        labels: the class of each.
        options: as of the classifier that it is compared with; classes left out no longer pass through the decoder.
        work_root: the folder of unfinished work.
        left_out: the classes to leave out.
        groups: see `fit_classifier`.
        validation: see `fit_classifier`.
        changes: see `fit_classifier`.
        round_trip: see `fit_classifier`.

    Raises:
        ValueError: there is no such class, or fewer than two are left.
    """
    strange = sorted(set(left_out) - set(labels))
    if strange:
        raise ValueError(f"classes {', '.join(strange)} are to be left out, and there is no picture of them")
    kept = np.flatnonzero([label not in left_out for label in labels]).tolist()
    decoder = options.decoder.model_copy(
        update={"classes": tuple(name for name in options.decoder.classes if name not in left_out)}
    )
    files = pictures.manifest["file"].tolist()
    return fit_classifier(
        pictures.select([files[place] for place in kept]),
        [labels[place] for place in kept],
        options.model_copy(update={"decoder": decoder}),
        work_root,
        groups=None if groups is None else [groups[place] for place in kept],
        validation=None if validation is None else [validation[place] for place in kept],
        changes=changes,
        round_trip=round_trip,
    )
