"""The model's card with what was measured of it: the figures are the report's own, none is written by hand."""

from __future__ import annotations

import math

import pandas as pd

from likeness.pipelines.pocket.scores.agreement import EVERYTHING

BEFORE = "## How to use it"
HEADING = "## What was measured"
MEASURES = {
    "round_trip_psnr_db": "pictures after the autoencoder, PSNR in dB",
    "round_trip_ssim": "pictures after the autoencoder, SSIM",
    "round_trip_probe_accuracy_ratio": "what the probe reads after the autoencoder, as a share of before",
    "round_trip_face_distance_share": "how far faces move in it, as a share of the recogniser's threshold",
    "obedience_ratio": "what prompts ask for, read in drawn pictures, as a share of in synthetic ones",
    "face_found": "portraits in which a face is found",
    "age_order": "rank correlation of apparent and asked age",
    "age_error_ratio": "error of apparent age, in errors of the probe itself",
    "variety_ssim_difference": "SSIM of pictures of one prompt, less that of synthetic ones",
    "seconds_a_picture": "seconds a picture on the CPU",
    "peak_memory_mb": "peak memory in MB",
    "disk_mb": "MB on disk",
}
"""Measures that the card shows, and what it calls them."""
OF_ATTRIBUTES = ("round_trip_probe_accuracy_ratio", "obedience_ratio")
"""Those of them that are also of single attributes, which it does not show."""


def card_with_figures(card: str, scores: pd.DataFrame) -> str:
    """A card with a table of the report's main figures before its section on use.

    Args:
        card: of `likeness.pocket.export.model_card`.
        scores: `pocket_scores`, as `scores.table.score_table` makes it; or as it is read back, its empty groups NaN.

    Raises:
        ValueError: the card has no section on use.
    """
    before, heading, after = card.partition(BEFORE)
    if not heading:
        raise ValueError(f"The card has no section {BEFORE!r}; expected one that model_card wrote.")
    lines = ["| measure | value | 95 % interval | count |", "|---|---|---|---|"]
    for _, row in scores.iterrows():
        measure, group = row["measure"], "" if pd.isna(row["group"]) else row["group"]
        if measure not in MEASURES or (measure in OF_ATTRIBUTES and group != EVERYTHING):
            continue
        name = MEASURES[measure] + (f" ({group})" if group not in ("", EVERYTHING) else "")
        interval = "" if math.isnan(row["low"]) else f"{row['low']:.3g} to {row['high']:.3g}"
        lines.append(f"| {name} | {row['value']:.3g} | {interval} | {row['count']} |")
    return f"{before}{HEADING}\n\n" + "\n".join(lines) + f"\n\n{heading}{after}"
