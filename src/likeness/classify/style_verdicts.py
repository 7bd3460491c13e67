"""The verdict on sets of pictures: what every backbone says each set passes for, and how far they agree."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from likeness.classify.judgements import classes_in
from likeness.classify.verdicts import UNKNOWN, agreement, class_shares, verdicts

UNKNOWN_BELOW = 0.5

# What is judged, by the names of the set and the backbone.
Judged = Mapping[tuple[str, str], pd.DataFrame]


def style_verdicts(
    judged: Judged, calibration_errors: Mapping[str, float], *, unknown_below: float = UNKNOWN_BELOW
) -> pd.DataFrame:
    """Count the verdicts of every set and backbone.

    Args:
        judged: judgements (file, `p_<class>`) by set and backbone; the backbones judged the same pictures of a set.
        calibration_errors: of each backbone, expected, on pictures it was not trained on.
        unknown_below: see `likeness.classify.verdicts.verdicts`.

    Returns:
        One row a set, backbone and class (or "unknown"): set, backbone, class, judged (pictures of the set), pictures,
        share, share_low, share_high, most_likely, mean_probability (see `class_shares`), calibration_error (of the
        backbone), agreement (mean share of the set's pictures of which another backbone says the same; NaN where there
        is no other).

    Raises:
        ValueError: a backbone has no calibration error, or two judged different pictures of a set.
    """
    absent = sorted({backbone for _, backbone in judged} - set(calibration_errors))
    if absent:
        raise ValueError(f"there is no calibration error of {', '.join(absent)}")
    agreed = backbone_agreement(judged, unknown_below=unknown_below)
    tables = []
    for (name, backbone), judgements in judged.items():
        said = verdicts(judgements, unknown_below=unknown_below)
        table = class_shares(said, classes_in(judgements))
        table.insert(0, "set", name)
        table.insert(1, "backbone", backbone)
        table.insert(3, "judged", len(said))
        others = (agreed["set"] == name) & ((agreed["first"] == backbone) | (agreed["second"] == backbone))
        tables.append(
            table.assign(
                calibration_error=calibration_errors[backbone],
                agreement=agreed.loc[others, "share"].astype(float).mean(),
            )
        )
    return pd.concat(tables, ignore_index=True)


def backbone_agreement(judged: Judged, *, unknown_below: float = UNKNOWN_BELOW) -> pd.DataFrame:
    """Compare the verdicts of each pair of backbones on each set.

    Returns:
        One row a set and pair: set, then as `likeness.classify.verdicts.agreement` says.

    Raises:
        ValueError: two backbones judged different pictures of a set.
    """
    tables = []
    for name in dict.fromkeys(name for name, _ in judged):
        of_set = {backbone: table for (other, backbone), table in judged.items() if other == name}
        files = {backbone: table["file"].tolist() for backbone, table in of_set.items()}
        first = next(iter(files))
        different = [backbone for backbone in files if files[backbone] != files[first]]
        if different:
            raise ValueError(f"{first} and {different[0]} judged different pictures of {name}: give the same pictures")
        said = {
            backbone: verdicts(table, unknown_below=unknown_below)["verdict"].tolist()
            for backbone, table in of_set.items()
        }
        table = agreement(said)
        table.insert(0, "set", name)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def study_form(table: pd.DataFrame) -> pd.DataFrame:
    """Write verdicts as the study of Cézanne's style printed them.

    Args:
        table: as `style_verdicts` gives it.

    Returns:
        One row a backbone, one column a set: how many pictures are most likely of each class, "0:35 1:39 4:26", classes
        without any left out, no picture unknown.
    """
    counted = table[(table["class"] != UNKNOWN) & (table["most_likely"] > 0)]
    text = counted["class"].astype(str) + ":" + counted["most_likely"].astype(str)
    joined = text.groupby([counted["backbone"], counted["set"]], sort=False).agg(" ".join)
    return joined.unstack("set").reindex(columns=list(dict.fromkeys(table["set"]))).reset_index()
