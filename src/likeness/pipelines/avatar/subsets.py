"""The study's six subsets of the sitter's photographs.

`child`, `adult` and `all` say whose age; `_01` takes every photograph with a face, `_02` the curated ones:
recognised in enough of the other photographs of their age group, and no near-duplicate of one already taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from likeness.pipelines.avatar.options import CurationOptions

SUBSETS = ("child_01", "child_02", "adult_01", "adult_02", "all_01", "all_02")
GROUPS = ("child", "adult")
# Whose photographs a row is of.
SITTER, HELD_OUT, IMPOSTOR = "sitter", "held_out", "impostor"
EVERY_SUBSET = "every subset"
CURATED_SUBSETS = "curated subsets"


def age_groups(manifest: pd.DataFrame, child_below_years: float) -> pd.Series:
    """Say of every photograph whether it shows a child or an adult.

    The manifest's `group` decides where it says child or adult (a sub-folder of that name does), then `age_years`;
    a photograph with neither counts as an adult's.

    Returns:
        "child" or "adult", indexed as the manifest.
    """
    years = pd.to_numeric(manifest.get("age_years", pd.Series(np.nan, index=manifest.index)), errors="coerce")
    named = manifest.get("group", pd.Series("", index=manifest.index)).astype("string").str.strip().str.lower()
    by_years = pd.Series(np.where(years < child_below_years, "child", "adult"), index=manifest.index, dtype=object)
    return by_years.mask(named.isin(GROUPS).fillna(False), named.astype(object))


def near_duplicates(files: Sequence[str], pairs: pd.DataFrame, limit: float) -> dict[str, str]:
    """Go through the photographs in order and drop each that resembles one already kept by more than `limit`.

    Args:
        files: the photographs.
        pairs: photo_a, photo_b, ssim; a pair that is missing is not alike.
        limit: the largest similarity two kept photographs may have.

    Returns:
        The dropped photographs, each with the first kept one it repeats.
    """
    place = {file: index for index, file in enumerate(files)}
    alike = pairs[pairs["ssim"] > limit]
    earlier: dict[str, list[str]] = {}
    for pair in alike[["photo_a", "photo_b"]].itertuples(index=False):
        if place.keys() >= {*pair}:
            first, second = sorted(pair, key=lambda file: place[file])
            earlier.setdefault(second, []).append(first)
    dropped: dict[str, str] = {}
    for file in files:
        kept = [other for other in earlier.get(file, ()) if other not in dropped]
        if kept:
            dropped[file] = min(kept, key=lambda other: place[other])
    return dropped


def choose_subsets(
    manifest: pd.DataFrame,
    reasons: pd.Series,
    recognised_share: Callable[[Sequence[str]], pd.Series],
    photo_ssim: pd.DataFrame,
    options: CurationOptions,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose the photographs of every subset and say why the others were set aside.

    Args:
        manifest: the sitter's photographs: file, and `group` or `age_years` where known.
        reasons: why a photograph has no usable face, indexed by file; empty text where it has one.
        recognised_share: of every photograph of an age group, the share (0..1) of the others it is verified against.
        photo_ssim: pairs photo_a, photo_b, ssim, all near-duplicates among them.
        options: the limits of curation.

    Returns:
        `photo_subsets` (subset, file, group, age_years; a subset left empty has no row) and
        `photos_set_aside` (file, set_aside_from, reason).
    """
    photos = pd.DataFrame({"file": manifest["file"], "group": age_groups(manifest, options.child_below_years)})
    photos["age_years"] = pd.to_numeric(manifest["age_years"], errors="coerce") if "age_years" in manifest else np.nan
    reason = photos["file"].map(reasons).fillna("no face found")
    aside = [(file, EVERY_SUBSET, why) for file, why in zip(photos["file"], reason, strict=True) if why]
    photos = photos[reason == ""]

    members: dict[str, pd.DataFrame] = {"all_01": photos}
    recognised = []
    for group in GROUPS:
        members[f"{group}_01"] = own = photos[photos["group"] == group]
        share = recognised_share(own["file"].tolist())
        recognised += share[share >= options.verified_share].index.tolist()
        aside += [
            (file, CURATED_SUBSETS, f"recognised in {value:.0%} of the other {group} photos")
            for file, value in share[share < options.verified_share].items()
        ]
    curated = photos[photos["file"].isin(recognised)]
    twins = near_duplicates(curated["file"].tolist(), photo_ssim, options.near_duplicate_ssim)
    aside += [(file, CURATED_SUBSETS, f"nearly the same picture as {twin}") for file, twin in twins.items()]
    members["all_02"] = curated = curated[~curated["file"].isin(list(twins))]
    for group in GROUPS:
        members[f"{group}_02"] = curated[curated["group"] == group]

    subsets = pd.concat([members[name].assign(subset=name) for name in SUBSETS], ignore_index=True)
    columns = ["file", "set_aside_from", "reason"]
    return subsets[["subset", "file", "group", "age_years"]], pd.DataFrame(aside, columns=columns)


def summarise_subsets(
    photo_subsets: pd.DataFrame, photo_ssim: pd.DataFrame, verification: pd.DataFrame
) -> pd.DataFrame:
    """Return one row a subset: subset, photos, mean ssim and share verified of its pairs in the tables (NaN: none)."""
    rows = []
    for name in SUBSETS:
        files = photo_subsets.loc[photo_subsets["subset"] == name, "file"].tolist()
        row: dict[str, object] = {"subset": name, "photos": len(files)}
        for value, pairs in (("ssim", photo_ssim), ("verified", verification)):
            own = pairs["photo_a"].isin(files) & pairs["photo_b"].isin(files)
            row[value] = float(pairs.loc[own, value].astype(float).mean())
        rows.append(row)
    return pd.DataFrame(rows)
