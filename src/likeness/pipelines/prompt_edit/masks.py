"""Where an edit takes place: the source's attention to the words of its region, above a threshold.

The same for every variant of an edit and whatever its blend, so that nothing is scored by a mask of its own making.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from likeness.datasets import ImageSet, WorkFolder, code_digest, digest_of, save_picture
from likeness.pipelines.prompt_edit.album import Album, kept_pictures
from likeness.pipelines.prompt_edit.plan import Plan

_COLUMNS = ("edit", "source", "seed", "words", "threshold", "share")


def region_mask(maps: Sequence[NDArray[np.floating]], side: int, threshold: float) -> NDArray[np.bool_]:
    """Return where any of the maps is above the threshold, (side, side).

    Args:
        maps: attention to a word each, (h, w). Each is stretched to 0..1, so that a word that is attended to everywhere
            has a region too, where it is attended to more; if it is so evenly, the whole picture.
        side: px of the pictures; maps are scaled to it bilinearly.
        threshold: 0..1.
    """
    scaled = [
        np.asarray(Image.fromarray(_stretched(values)).resize((side, side), Image.Resampling.BILINEAR))
        for values in maps
    ]
    return np.asarray(np.max(scaled, axis=0) > threshold)


def _stretched(values: NDArray[np.floating]) -> NDArray[np.float32]:
    low, high = values.min(), values.max()
    return np.ones(values.shape, np.float32) if high == low else ((values - low) / (high - low)).astype(np.float32)


def mask_regions(plan: Plan, attention: ImageSet, threshold: float, work_folder: str) -> ImageSet:
    """Find the region of every local edit at every seed.

    Args:
        plan: the edits.
        attention: `edit_attention`.
        threshold: of the attention, 0..1.
        work_folder: the root of unfinished work.

    Returns:
        One black and white picture an edit and seed, white where the edit takes place: edit, source, seed, words,
        threshold, share (0..1, how much of the picture is white).
    """
    key = digest_of(attention, plan.resolution, threshold, code_digest(sys.modules[__name__]))
    work = WorkFolder(work_folder, "edit_masks", key)
    maps = Album(attention, "source", "seed", "word")
    rows: list[dict[str, Any]] = []
    for source in plan.sources:
        for edit in (edit for edit in source.edits if edit.region):
            for seed in source.seeds:
                seen = [maps.grey(source.name, seed, word) / 255 for word in edit.region]
                inside = region_mask(seen, plan.resolution, threshold)
                about = {"edit": edit.name, "source": source.name, "seed": seed, "words": ", ".join(edit.region)}
                about |= {"threshold": threshold, "share": float(inside.mean())}
                file = f"{digest_of(edit.name, source.name, seed, edit.region)}.png"
                if not work.has(file):
                    save_picture(work.file(file), Image.fromarray(np.where(inside, 255, 0).astype(np.uint8)), about)
                rows.append({"file": file, **about})
    return kept_pictures(work, rows, _COLUMNS)
