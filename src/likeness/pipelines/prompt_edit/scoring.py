"""What an edit keeps of its source, and whether it did what was asked: one row an edit, seed and variant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageOps

from likeness.datasets import ImageSet
from likeness.drawing.withheld import WITHHELD
from likeness.metrics.background import background_psnr, background_ssim
from likeness.metrics.change import change_inside
from likeness.metrics.psnr import psnr
from likeness.metrics.ssim import ssim, stack_pictures
from likeness.metrics.structure import structure_distance
from likeness.pipelines.prompt_edit.album import Album
from likeness.pipelines.prompt_edit.comparison import MEASURES, VARIANTS
from likeness.pipelines.prompt_edit.options import ScoringOptions
from likeness.pipelines.prompt_edit.plan import Plan, PlannedEdit, PlannedSource
from likeness.pipelines.prompt_edit.wanted import PHOTO, SOURCE

# Equal pictures have an infinite PSNR, of which no mean can be taken.
_MOST_DECIBELS = 100.0

COLUMNS = (
    *("edit", "kind", "scope", "source", "photo", "seed", "variant", "source_model", "file"),
    *MEASURES,
    *("photo_psnr", "mask_share", "mask_threshold"),
)

Reader = Callable[[NDArray[np.uint8]], pd.DataFrame]
Judge = Callable[[Sequence[Image.Image], Sequence[str]], Sequence[float]]


def score_edits(
    plan: Plan,
    pictures: ImageSet,
    masks: ImageSet,
    options: ScoringOptions,
    *,
    read: Reader | None = None,
    fits_prompt: Judge | None = None,
) -> pd.DataFrame:
    """Compare every edited picture with its source.

    Args:
        plan: the edits in order.
        pictures: `edited_images`.
        masks: `edit_masks`: white where a local edit takes place.
        options: settings of the measures.
        read: what a stack of pictures (n, h, w, 3) shows, one row a picture; None: nothing is read.
        fits_prompt: similarity of pictures and prompts; None: not measured.

    Returns:
        `COLUMNS`, and the settings of the SSIM. What was withheld, and what is compared with it, has no value.
        PSNR in dB, at most 100; background_ssim, background_psnr and
        change_inside (mean ΔE00) of local edits; asked_change_read 1 or 0, empty where nothing was asked or read;
        photo_psnr to the photograph itself, where the source is one: its other scores are those to the source branch.
    """
    by_kind = Album(pictures, "source", "seed", "variant", "edit")
    regions = Album(masks, "edit", "seed")
    edits = [(source, edit) for source in plan.sources for edit in source.edits]
    rows = [row for source, edit in edits for row in _rows(source, edit, by_kind, regions, options)]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "prompt", WITHHELD])
    if read is not None:
        table["asked_change_read"] = _read(plan, pictures, table, read)
    if fits_prompt is not None:
        images = [pictures.open(file) for file in table["file"]]
        table["clip_similarity"] = list(fits_prompt(images, table["prompt"].tolist()))
    table.loc[table[WITHHELD], ["asked_change_read", "clip_similarity"]] = np.nan
    return table.drop(columns=["prompt", WITHHELD]).assign(
        **{f"ssim_{name}": value for name, value in options.ssim.model_dump().items()}
    )


def asked_change_read(readings: Mapping[Any, Any], asks: Mapping[str, object]) -> bool:
    """Tell whether a picture reads as everything that was asked.

    Args:
        readings: value by attribute.
        asks: a value; or true or false; or the lowest and highest number.

    >>> asked_change_read({"season": "winter", "age_years": 61.0}, {"season": "winter", "age_years": (60, 80)})
    True
    """
    return all(_agrees(readings[attribute], value) for attribute, value in asks.items())


def _agrees(reading: Any, value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value[0] <= float(reading) <= value[1])
    return bool(reading) == value if isinstance(value, bool) else str(reading) == value


def _rows(
    source: PlannedSource, edit: PlannedEdit, pictures: Album, masks: Album, options: ScoringOptions
) -> Iterator[dict[str, object]]:
    for seed in source.seeds:
        original = pictures.open(source.name, seed, SOURCE, "")
        photo = pictures.open(source.name, seed, PHOTO, "") if source.photo else None
        inside = _inside(masks.grey(edit.name, seed), options) if (edit.name, seed) in masks else None
        for variant in VARIANTS:
            row = pictures.row(source.name, seed, variant, edit.name)
            image = pictures.open(source.name, seed, variant, edit.name)
            withheld = pictures.withheld(source.name, seed, variant, edit.name)
            compared = not withheld and not pictures.withheld(source.name, seed, SOURCE, "")
            yield {
                "edit": edit.name,
                "kind": edit.kind,
                "scope": edit.scope,
                "source": source.name,
                "photo": source.photo,
                "seed": seed,
                "variant": variant,
                "source_model": row["model"],
                "file": row["file"],
                "prompt": row["prompt"],
                WITHHELD: withheld,
                **(_compared(original, image, inside, options) if compared else {}),
                "photo_psnr": _psnr(photo, image, options) if photo and not withheld else np.nan,
                "mask_share": np.nan if inside is None else float(inside.mean()),
                "mask_threshold": np.nan if inside is None else options.mask_threshold,
            }


def _compared(
    original: Image.Image, image: Image.Image, inside: NDArray[np.bool_] | None, options: ScoringOptions
) -> dict[str, float]:
    first, second = stack_pictures([original, image], options.ssim)
    colours = _square(original, options), _square(image, options)
    scores = {
        "ssim": ssim(first, second, options.ssim),
        "psnr": _psnr(original, image, options),
        "structure_distance": structure_distance(*colours),
    }
    if inside is not None:
        scores["background_ssim"] = background_ssim(first, second, inside, options.ssim)
        scores["background_psnr"] = min(background_psnr(*colours, inside), _MOST_DECIBELS)
        scores["change_inside"] = change_inside(*colours, inside)
    return scores


def _psnr(a: Image.Image, b: Image.Image, options: ScoringOptions) -> float:
    return min(psnr(_square(a, options), _square(b, options)), _MOST_DECIBELS)


def _square(image: Image.Image, options: ScoringOptions) -> NDArray[np.uint8]:
    return np.asarray(ImageOps.fit(image, (options.ssim.size,) * 2, Image.Resampling.LANCZOS))


def _inside(mask: NDArray[np.uint8], options: ScoringOptions) -> NDArray[np.bool_]:
    square = (options.ssim.size, options.ssim.size)
    return np.asarray(Image.fromarray(mask).resize(square, Image.Resampling.NEAREST)) > 127


def _read(plan: Plan, pictures: ImageSet, table: pd.DataFrame, read: Reader) -> list[float]:
    asks = {edit.name: edit.asks for source in plan.sources for edit in source.edits}
    readings = read(np.stack([np.asarray(pictures.open(file)) for file in table["file"]])).to_dict(orient="records")
    return [
        float(asked_change_read(reading, asks[edit])) if asks[edit] else np.nan
        for reading, edit in zip(readings, table["edit"], strict=True)
    ]
