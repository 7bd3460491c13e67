"""Structural similarities of pictures, each pair computed once and kept in the work folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from likeness.datasets import ImageSet, WorkFolder, code_digest, digest_of
from likeness.metrics import ssim
from likeness.metrics.ssim import SsimOptions, pairwise_ssim, stack_pictures
from likeness.personalise.crops import face_crop
from likeness.pipelines.avatar.face_table import Box

_BLOCK = 16  # rows computed between saves


class Views:
    """The pictures of an image set as they are compared: whole, or cropped to a face as for training.

    Args:
        pictures: the image set.
        options: the side that pictures are brought to.
        boxes: the face of every picture by file; a picture without one is cropped in the middle. None: whole pictures.
        margin: space on each side of the face, in face sizes.

    Attributes:
        options: as given.
        files: names of the pictures, in order.
        keys: digests that name each view wherever its picture lies.
    """

    def __init__(
        self,
        pictures: ImageSet,
        options: SsimOptions,
        boxes: Mapping[str, Box] | None = None,
        margin: float = 0.0,
    ) -> None:
        self._pictures, self.options, self._boxes, self._margin = pictures, options, boxes, margin
        self.files: list[str] = pictures.manifest["file"].tolist()
        crops = [None if boxes is None else (boxes.get(file), margin) for file in self.files]
        self.keys = [digest_of(*view) for view in zip(pictures.manifest["sha256"], crops, strict=True)]

    @cached_property
    def stack(self) -> NDArray[np.uint8]:
        """All views, (n, size, size) or (n, size, size, 3); opened when first asked for."""
        return stack_pictures(map(self._view, self.files), self.options)

    def each(self) -> Iterator[NDArray[np.uint8]]:
        """Each view, (size, size) or (size, size, 3), opened when its turn comes and let go."""
        for file in self.files:
            yield stack_pictures([self._view(file)], self.options)[0]

    def _view(self, file: str) -> Image.Image:
        image = self._pictures.open(file)
        if self._boxes is None:
            return image
        return face_crop(image, self._boxes.get(file), resolution=self.options.size, margin=self._margin)


class SimilarityMatrices:
    """Matrices of SSIM; a pair that an earlier run has compared is taken from the work folder.

    Args:
        options: window and size.
        work_folder: the root of unfinished work.
    """

    def __init__(self, options: SsimOptions, work_folder: str) -> None:
        self._options = options
        self._work = WorkFolder(work_folder, "ssim", digest_of(options, code_digest(ssim)))

    def between(self, rows: Views, columns: Views) -> pd.DataFrame:
        """Return (n, m) similarities of every view of `rows` to every one of `columns`."""
        return self._compare(rows, columns, [range(len(columns.files))] * len(rows.files))

    def within(self, views: Views) -> pd.DataFrame:
        """Return the symmetric (n, n) similarities of a set's views; each pair is computed once."""
        count = len(views.files)
        upper = self._compare(views, views, [range(row + 1, count) for row in range(count)])
        values = upper.to_numpy(copy=True)
        lower = np.tril_indices(count, k=-1)
        values[lower] = values.T[lower]
        np.fill_diagonal(values, 1.0)
        return pd.DataFrame(values, index=upper.index, columns=upper.columns)

    def _compare(self, rows: Views, columns: Views, wanted: Sequence[range]) -> pd.DataFrame:
        known = [self._read(key) for key in rows.keys]
        lacking = [[j for j in places if columns.keys[j] not in known[i]] for i, places in enumerate(wanted)]
        with tqdm(total=sum(map(len, lacking)), desc="comparing pictures", unit="pair", delay=1, disable=None) as bar:
            for block in _blocks(lacking):
                missing = sorted(set().union(*(lacking[i] for i in block)))
                computed = pairwise_ssim(rows.stack[block], columns.stack[missing], self._options)
                for i, similarities in zip(block, computed.tolist(), strict=True):
                    known[i] |= zip([columns.keys[j] for j in missing], similarities, strict=True)
                    self._write(rows.keys[i], known[i])
                    bar.update(len(lacking[i]))
        values = np.full((len(rows.files), len(columns.files)), np.nan)
        for i, places in enumerate(wanted):
            values[i, places.start : places.stop] = [known[i][columns.keys[j]] for j in places]
        return pd.DataFrame(values, index=rows.files, columns=columns.files)

    def _read(self, key: str) -> dict[str, float]:
        path = self._work.file(f"{key}.json")
        similarities: dict[str, float] = json.loads(path.read_text()) if path.is_file() else {}
        return similarities

    def _write(self, key: str, similarities: Mapping[str, float]) -> None:
        with self._work.writing(f"{key}.json") as path:
            path.write_text(json.dumps(similarities))


def _blocks(lacking: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Put rows that lack mostly the same columns into one block, and leave out those that lack none."""
    for start in range(0, len(lacking), _BLOCK):
        block = [i for i in range(start, min(start + _BLOCK, len(lacking))) if lacking[i]]
        wanted, computed = (
            sum(len(lacking[i]) for i in block),
            len(set().union(*(lacking[i] for i in block))) * len(block),
        )
        yield from [block] if 2 * wanted >= computed > 0 else ([i] for i in block)
