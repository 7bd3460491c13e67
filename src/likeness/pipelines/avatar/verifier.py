"""The recogniser, metric and threshold that every verification of a run uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from likeness.faces.detection import Detector
from likeness.faces.verification import picture_distances
from likeness.pipelines.avatar.pairs import pairs_between, pairs_within

_BLOCK = 512  # pictures compared with all others at a time


@dataclass(frozen=True)
class Verifier:
    """What decides whether two pictures show the same person."""

    recogniser: str
    detector: str
    expand_percentage: int  # by which faces' boxes are widened
    align: bool  # whether faces are turned so that the eyes are level
    metric: str
    threshold: float  # the largest distance that counts as the same person
    published_threshold: float

    @classmethod
    def chosen(cls, comparison: pd.DataFrame, threshold: Literal["calibrated", "published"]) -> Verifier:
        """Take the row of `recogniser_comparison` marked as chosen, with one of its two thresholds."""
        row = comparison[comparison["chosen"]].iloc[0]
        return cls(
            recogniser=str(row["recogniser"]),
            detector=str(row["detector"]),
            expand_percentage=int(row["expand_percentage"]),
            align=bool(row["align"]),
            metric=str(row["metric"]),
            threshold=float(row[f"threshold_{threshold}"]),
            published_threshold=float(row["threshold_published"]),
        )

    @property
    def face_detector(self) -> Detector:
        """What found the faces that this verifier's threshold was calibrated on, and must find those it judges."""
        return Detector(self.detector, self.expand_percentage, self.align)

    def own(self, embeddings: pd.DataFrame) -> pd.DataFrame:
        """Keep the rows that this verifier's recogniser made."""
        return embeddings[embeddings["recogniser"] == self.recogniser]

    def distances(self, a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
        """Return the (n, m) distances of pictures, least over their faces; NaN where a picture has no face."""
        return picture_distances(self.own(a), self.own(b), self.metric)

    def recognised_share(self, embeddings: pd.DataFrame, files: Sequence[str]) -> pd.Series:
        """Return the share of the others that each picture is verified against; 1 for the only one.

        Args:
            embeddings: face embeddings of the pictures, and perhaps of others.
            files: the pictures.

        Returns:
            Shares in 0..1, indexed by file. No more than `_BLOCK` rows of the matrix of distances are held.
        """
        own = self.own(embeddings)
        own = own[own["file"].isin(files)]
        shares = []
        for start in range(0, len(files), _BLOCK):
            block = list(files[start : start + _BLOCK])
            verified = (
                self.distances(own[own["file"].isin(block)], own).loc[block, files] <= self.threshold
            ).to_numpy()
            others = verified.sum(axis=1) - verified[np.arange(len(block)), np.arange(start, start + len(block))]
            shares.append(others / (len(files) - 1) if len(files) > 1 else np.ones(1))
        return pd.Series(np.concatenate([np.empty(0), *shares]), index=list(files))

    def verify(self, a: pd.DataFrame, b: pd.DataFrame | None, set_a: str, set_b: str) -> pd.DataFrame:
        """Verify all pairs within a set of pictures, or of two sets, as `DeepFace.verify` would one by one.

        Args:
            a: face embeddings of a set.
            b: of another; None: pairs within `a`.
            set_a: name of the first set.
            set_b: name of the second.

        Returns:
            One row a pair: set_a, photo_a, set_b, photo_b, distance (NaN without a face), verified_published and
            verified (at the threshold in use); a pair of which a face is missing is not verified.
        """
        matrix = self.distances(a, a if b is None else b)
        first, second, values = pairs_within(matrix) if b is None else pairs_between(matrix)
        pairs = pd.DataFrame({"photo_a": first, "photo_b": second, "distance": values})
        pairs.insert(0, "set_a", set_a)
        pairs.insert(2, "set_b", set_b)
        pairs["verified_published"] = pairs["distance"] <= self.published_threshold
        pairs["verified"] = pairs["distance"] <= self.threshold
        return pairs
