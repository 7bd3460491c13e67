"""Judgements: the table of what a classifier says of pictures, one row a picture and one column a class.

Columns: file, then the probability of each class, `p_<class>`, in the classifier's order and summing to 1; where the
right class is known, class; where pictures were changed first, change.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from likeness.classify.calibration import BINS, expected_calibration_error

PROBABILITY = "p_"


def judgement_table(
    files: Sequence[str], shares: NDArray[np.float64], classes: Sequence[str], *, labels: Sequence[str] | None = None
) -> pd.DataFrame:
    """Put probabilities (n, classes) into a table, with the right classes where they are known."""
    table = pd.DataFrame({"file": list(files)})
    if labels is not None:
        table["class"] = list(labels)
    return table.assign(**{f"{PROBABILITY}{name}": shares[:, place] for place, name in enumerate(classes)})


def classes_in(judgements: pd.DataFrame) -> list[str]:
    """Names of the classes that are told apart, in the order of their columns."""
    return [str(name).removeprefix(PROBABILITY) for name in judgements.columns if str(name).startswith(PROBABILITY)]


def shares_in(judgements: pd.DataFrame) -> NDArray[np.float64]:
    """Probabilities (n, classes), in the order of `classes_in`."""
    shares: NDArray[np.float64] = judgements[[PROBABILITY + name for name in classes_in(judgements)]].to_numpy(
        np.float64
    )
    return shares


def predicted_classes(judgements: pd.DataFrame) -> list[str]:
    """The most likely class of each picture."""
    classes = classes_in(judgements)
    return [classes[place] for place in shares_in(judgements).argmax(axis=1)]


def calibration_error(judgements: pd.DataFrame, *, bins: int = BINS) -> float:
    """Expected calibration error of judgements whose right classes are known; see `likeness.classify.calibration`.

    Raises:
        ValueError: there is no picture, or one is of none of the classes.
    """
    classes = classes_in(judgements)
    strange = sorted(set(judgements["class"]) - set(classes))
    if strange:
        raise ValueError(f"pictures of class {', '.join(strange)}, and the classes are {', '.join(classes)}")
    labels = [classes.index(name) for name in judgements["class"]]
    return expected_calibration_error(shares_in(judgements), labels, bins=bins)
