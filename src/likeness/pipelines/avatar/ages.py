"""How old pictures look, as the probe reads it, beside how old they should."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageOps

from likeness.datasets import ImageSet
from likeness.metrics.ages import age_order
from likeness.metrics.bootstrap import bootstrap_mean
from likeness.metrics.probe import Probe, ProbeError, open_probe, read
from likeness.pipelines.avatar.options import AgeOptions, VerificationOptions

AGE = "age_years"  # what the probe calls it, and a folder of photographs too
ASKED, APPARENT = "asked_age_years", "apparent_age_years"
Years = TypeVar("Years", pd.Series, NDArray[np.float64])
_REMEDY = "Name another folder: --params probe=<folder>; or read no ages: --params avatar.ages.read=false."


def open_age_probe(folder: Path) -> Probe:
    """Open a probe that reads ages.

    Raises:
        ProbeError: the folder has none.
    """
    try:
        probe = open_probe(folder)
    except ProbeError as error:
        raise ProbeError(f"probe: {error} {_REMEDY}") from error
    names = [attribute.name for attribute in probe.design.attributes]
    if AGE not in names:
        raise ProbeError(f"probe: that in {folder} reads no {AGE}, only {', '.join(names)}. {_REMEDY}")
    return probe


def read_ages(model: str, pictures: ImageSet, asked: str, probe: Probe | None) -> pd.DataFrame:
    """Read how old every picture looks.

    Args:
        model: the model or control whose pictures they are.
        pictures: portraits or photographs; of one that is not square the middle is read.
        asked: the column of their manifest that says how old they should look; it may be absent, or have gaps.
        probe: what reads ages; None: they are not read.

    Returns:
        One row a picture: model, picture, asked_age_years and apparent_age_years (0 or more, NaN where not known).
    """
    manifest = pictures.manifest
    unknown = pd.Series(np.nan, index=manifest.index)
    apparent = [np.nan] * len(pictures) if probe is None else [_apparent(probe, image) for _, image in pictures]
    return pd.DataFrame(
        {
            "model": pd.Series(model, index=manifest.index, dtype="string"),
            "picture": manifest["file"].astype("string"),
            ASKED: pd.to_numeric(manifest.get(asked, unknown), errors="coerce").astype("float64"),
            APPARENT: pd.Series(apparent, index=manifest.index, dtype="float64"),
        }
    )


def looks_right(ages: pd.DataFrame, options: AgeOptions) -> pd.Series:
    """Say of every picture whether it looks as old as it should, within the tolerance.

    Returns:
        1 or 0, NaN where either age is not known, indexed by picture.
    """
    table = ages.set_index("picture")[[ASKED, APPARENT]].astype("float64")
    off = (table[APPARENT] - table[ASKED]).abs()
    return (off <= tolerance_years(table[ASKED], options)).astype("float64").where(off.notna())


def tolerance_years(asked: Years, options: AgeOptions) -> Years:
    """By how many years an apparent age may differ from the age asked for, in years too, and still be right."""
    return options.tolerance_years + options.relative_tolerance * asked


def age_columns(ages: pd.DataFrame, options: VerificationOptions) -> dict[str, Any]:
    """Summarise one model's ages.

    Args:
        ages: of `read_ages`.
        options: how many resamples, and their seed.

    Returns:
        age_error_years, the mean absolute error, with age_error_years_low and _high, the 95 % interval over resampled
        pictures; age_order in -1..1, as of `likeness.metrics.ages.age_order`. NaN where ages are not known.
    """
    asked, apparent = (ages[name].astype("float64").to_numpy() for name in (ASKED, APPARENT))
    error = bootstrap_mean(np.abs(apparent - asked), resamples=options.bootstrap_samples, seed=options.seed)
    return {
        "age_error_years": error.mean,
        "age_error_years_low": error.low,
        "age_error_years_high": error.high,
        "age_order": age_order(apparent, asked),
    }


def _apparent(probe: Probe, image: Image.Image) -> float:
    side = min(image.size)
    pixels = np.array(ImageOps.fit(image, (side, side)))[None]
    return float(read(probe, pixels)[AGE].iloc[0])
