"""Near-duplicates among pictures, and the groups that they form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from likeness.cleaning.hashing import Thumbnail, distances, hash_parts, hash_whole

SAME_PICTURE = 0.98
"""Correlation of two thumbnails from which on they are one picture, saved twice.

On 330 paintings, copies at 192 pixels and JPEG 80 correlate by .99 and more; two scans of one painting by up to .97.
"""


def near_pairs(
    files: Sequence[str], thumbnails: Sequence[Thumbnail], *, bits: int, part_bits: int | None, mirrored: bool
) -> pd.DataFrame:
    """Find near-duplicates: pictures whose hashes differ little, whole, or where one is a part of the other.

    Args:
        files: names of n pictures.
        thumbnails: of each, (64, 64) uint8.
        bits: by which the hashes of whole pictures may differ.
        part_bits: by which a whole picture's and a part's may, and a mirrored one's; none: they are not compared.
        mirrored: whether mirrored pictures are compared.

    Returns:
        One row a pair: file_a, file_b (in the order given), bits (the smallest difference), and same_picture, which
        says that the two correlate as only copies of one picture do.
    """
    whole = hash_whole(thumbnails)
    apart = distances(whole, whole)
    near = apart <= bits
    if part_bits is not None:
        parts = distances(hash_parts(thumbnails, mirrored=mirrored), whole)
        parts = np.minimum(parts, parts.T)
        near |= parts <= part_bits
        apart = np.minimum(apart, parts)
    rows = [
        (files[a], files[b], int(apart[a, b]), _correlation(thumbnails[a], thumbnails[b]) >= SAME_PICTURE)
        for a, b in np.argwhere(np.triu(near, 1)).tolist()
    ]
    pairs = pd.DataFrame(rows, columns=["file_a", "file_b", "bits", "same_picture"])
    return pairs.astype({"file_a": "str", "file_b": "str", "bits": "int64", "same_picture": "bool"})


def groups(files: Sequence[str], pairs: Iterable[tuple[str, str]]) -> pd.Series:
    """Join near-duplicates, and theirs, into groups.

    Args:
        files: names of all pictures.
        pairs: near-duplicates among them.

    Returns:
        The group of every picture, indexed by file: the name of the group's first file in alphabetical order, so
        that it stays the same when pictures are added to others.
    """
    place = {file: row for row, file in enumerate(files)}
    ends = np.array([(place[a], place[b]) for a, b in pairs], np.int64).reshape(-1, 2)
    links = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(len(place), len(place)))
    _, numbers = connected_components(links, directed=False)
    names = pd.Series(list(files), dtype="str")
    return names.groupby(numbers).transform("min").set_axis(pd.Index(names, name="file")).rename("group")


def _correlation(first: Thumbnail, second: Thumbnail) -> float:
    """Pearson's correlation of two thumbnails that are not blank."""
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])
