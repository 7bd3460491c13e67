"""`avatar_sheet`: one person at ten ages, a row a model, with the score under every picture."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image, ImageOps

from likeness.datasets import ImageSet
from likeness.pipelines import sheet_style as style
from likeness.pipelines.avatar.ages import APPARENT, looks_right
from likeness.pipelines.avatar.leaderboard import BASE_MODEL, HELD_OUT
from likeness.pipelines.avatar.options import AgeOptions, PortraitOptions

_CELL, _GAP, _CAPTION, _LOOKS = 1.36, 0.09, 0.34, 0.17  # inches
_LEFT, _TOP, _RIGHT, _BOTTOM = 2.45, 1.55, 0.5, 0.75
_PIXELS = 220  # side of a picture on the sheet

_NAMES = {HELD_OUT: "held-out photos", BASE_MODEL: "base model"}
_NOTES = {HELD_OUT: "photographs: the ceiling", BASE_MODEL: "no fine-tuning: the floor"}


def draw_avatar(
    leaderboard: pd.DataFrame,
    held_out_photos: ImageSet,
    options: PortraitOptions,
    age_options: AgeOptions,
    made: Mapping[str, Any],
    *,
    title: str = "One person at every age",
    names: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Figure:
    """Draw the portraits of every model at every age.

    Of an age's pictures the middle one by score is shown, so that neither luck nor accident speaks for a model.

    Args:
        leaderboard: as `likeness.pipelines.avatar.leaderboard.leaderboard` returns it; gives the order of rows.
        held_out_photos: with the index of the age prompt as `age`.
        options: the ages.
        age_options: which apparent ages are right.
        made: `<model>_portraits`, `<model>_scores` and `<model>_ages`; the last two of `held_out_photos` also.
        title: of the sheet.
        names: what models are called that are not called by their own names.
        notes: a line below a model's scores; of others: how many photographs it was trained on.
    """
    models = [HELD_OUT, *leaderboard.loc[~leaderboard["model"].isin([HELD_OUT, "impostors"]), "model"]]
    pictures = {model: made[f"{model}_portraits"] for model in models if model != HELD_OUT} | {
        HELD_OUT: held_out_photos
    }
    ages = len(options.ages)
    width = _LEFT + ages * (_CELL + _GAP) + _RIGHT
    read = leaderboard["age_error_years"].notna().any()
    row_height = _CELL + _CAPTION + (_LOOKS if read else 0) + _GAP
    several = options.pictures_per_age
    chosen = f" Of {several} pictures the middle one is shown." if several > 1 else ""
    figure = style.new_figure(width, _TOP + len(models) * row_height + _BOTTOM)
    style.title(
        figure,
        title,
        "Under each picture: the share of the sitter's photographs in which a face recogniser sees the same person"
        f"{', and how old it looks' if read else ''}.{chosen}",
    )
    for age, wanted in enumerate(options.ages):
        centre = _LEFT + age * (_CELL + _GAP) + _CELL / 2
        style.write(figure, centre, _TOP - 0.2, wanted.label, ha="center", size=11, weight="bold")
    rows, note = leaderboard.set_index("model"), _NOTES | dict(notes or {})
    for place, model in enumerate(models):
        top = _TOP + place * row_height
        _row_title(figure, rows.loc[model], (_NAMES | dict(names or {})).get(model, model), note.get(model, ""), top)
        shown = _with_ages(middle_pictures(made[f"{model}_scores"]), made[f"{model}_ages"], age_options)
        for age in range(ages):
            left = _LEFT + age * (_CELL + _GAP)
            _picture(figure, left, top, pictures[model], shown.get(age))
    style.write(
        figure,
        0.5,
        _TOP + len(models) * row_height + 0.3,
        "All pictures but the held-out photographs were generated. "
        "Brackets: 95 % interval over resampled pictures. "
        f"{_right_age(age_options) if read else ''}The leaderboard holds every number.",
        size=9,
        color=style.MUTED,
    )
    return figure


def middle_pictures(scores: pd.DataFrame) -> pd.DataFrame:
    """Choose at every age the picture in the middle by the share of reference photographs it is verified with.

    Returns:
        picture, share (0..1) and face_found, indexed by age; of an even number the better of the middle two.
    """
    reference = scores[(scores["relation"] == "reference") & scores["age"].notna()]
    table = reference.groupby(["age", "picture"], as_index=False).agg(
        share=("verified", "mean"), distance=("distance", "mean"), face_found=("face_found", "first")
    )
    ordered = table.sort_values(["age", "share", "distance", "picture"], ascending=[True, True, False, True])
    groups = ordered.groupby("age")
    middle = ordered[groups.cumcount() == groups["picture"].transform("size") // 2]
    return middle.set_index("age")[["picture", "share", "face_found"]]


def _with_ages(middle: pd.DataFrame, ages: pd.DataFrame, options: AgeOptions) -> dict[Hashable, dict[Hashable, Any]]:
    """The pictures to show by age, with what each looks in years and whether that is right."""
    looks = ages.set_index("picture")[APPARENT].astype("float64")
    picture = middle["picture"]
    added = middle.assign(looks=picture.map(looks), right=picture.map(looks_right(ages, options)))
    return dict(added.to_dict(orient="index"))


def _right_age(options: AgeOptions) -> str:
    return (
        f"At the right age: it looks as old as asked, give or take {options.tolerance_years:g} years "
        f"and {options.relative_tolerance:.0%}; amber: not. "
    )


def _row_title(figure: Figure, row: pd.Series, name: str, note: str, top: float) -> None:
    rank = "" if pd.isna(row["rank"]) else f"{row['rank']:.0f}  "
    at_age = pd.notna(row["verified_at_age"])
    top += 0.2 if at_age else 0.34
    style.write(figure, 0.5, top, f"{rank}{name}", size=12.5, weight="bold")
    if pd.isna(row["verified"]):
        style.write(figure, 0.5, top + 0.28, "no photos: not trained", color=style.MUTED)
        return
    top = _share(figure, row, "verified", "verified", top)
    if at_age:
        top = _share(figure, row, "verified_at_age", "at the right age", top)
    style.write(figure, 0.5, top + 0.21, note or f"{row['photos']:.0f} training photos", size=8.5, color=style.MUTED)
    if pd.notna(row["memorising"]) and row["memorising"]:
        style.write(figure, 0.5, top + 0.42, "memorising", size=9, weight="bold", color=style.AMBER)


def _share(figure: Figure, row: pd.Series, name: str, said: str, top: float) -> float:
    """Write a share and its interval below `top`, and return where they end, in inches."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    style.write(figure, 0.5, top + 0.28, f"{row[name]:.0%} {said}", size=10.5, color=style.BLUE)
    if pd.isna(low):
        return top + 0.28
    style.write(figure, 0.5, top + 0.49, f"[{low:.0%}, {high:.0%}]", size=8.5, color=style.MUTED)
    return top + 0.49


def _picture(figure: Figure, left: float, top: float, pictures: ImageSet, shown: Mapping[Hashable, Any] | None) -> None:
    axes = style.place(figure, left, top, _CELL, _CELL)
    if shown is None:
        axes.add_patch(Rectangle((0, 0), 1, 1, color=style.FAINT))
        style.write(figure, left + _CELL / 2, top + _CELL / 2, "–", ha="center", color=style.MUTED)
        return
    image = ImageOps.fit(pictures.open(shown["picture"]), (_PIXELS, _PIXELS), Image.Resampling.LANCZOS)
    axes.imshow(np.asarray(image), aspect="auto")
    y = top + _CELL + 0.12
    if pd.notna(shown["looks"]):
        colour = style.AMBER if shown["right"] == 0 else style.MUTED
        style.write(figure, left, y + _LOOKS, f"looks {shown['looks']:.0f} years", size=8.5, color=colour)
    if not shown["face_found"]:
        style.write(figure, left + _CELL / 2, y, "no face", ha="center", size=9, color=style.AMBER)
        return
    bar = style.place(figure, left, y - 0.025, _CELL - 0.48, 0.05)
    bar.set(xlim=(0, 1), ylim=(0, 1))
    bar.add_patch(Rectangle((0, 0), 1, 1, color=style.FAINT))
    bar.add_patch(Rectangle((0, 0), shown["share"], 1, color=style.BLUE))
    style.write(figure, left + _CELL, y, f"{shown['share']:.0%}", ha="right", size=9.5)
