"""Judge pictures against the sitter's photographs: the scores of models and controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from likeness.datasets import ImageSet
from likeness.pipelines.avatar.face_table import boxes
from likeness.pipelines.avatar.options import VerificationOptions
from likeness.pipelines.avatar.scores import Relation, no_scores, score_pairs
from likeness.pipelines.avatar.similarity import SimilarityMatrices, Views
from likeness.pipelines.avatar.verifier import Verifier


@dataclass(frozen=True)
class Judge:
    """Everything pictures are judged by.

    Attributes:
        sitter_photos: all of the sitter's photographs.
        reference_faces: the sitter's face of every photograph that has one.
        verifier: what decides whether two faces are one person's.
        options: settings of the similarities.
        crop_margin: of the training crops, in face sizes.
        work_folder: the root of unfinished work.
    """

    sitter_photos: ImageSet
    reference_faces: pd.DataFrame
    verifier: Verifier
    options: VerificationOptions
    crop_margin: float
    work_folder: str

    @classmethod
    def of(
        cls,
        sitter_photos: ImageSet,
        reference_faces: pd.DataFrame,
        verifier: Mapping[str, Any],
        options: VerificationOptions,
        crop_margin: float,
        work_folder: str,
    ) -> Judge:
        """Make a judge with the verifier as the catalog keeps it."""
        return cls(sitter_photos, reference_faces, Verifier(**verifier), options, crop_margin, work_folder)

    def fine_tuned(
        self, model: str, portraits: ImageSet, embeddings: pd.DataFrame, training_files: Sequence[str]
    ) -> pd.DataFrame:
        """Score a model's portraits against the reference set, its training photographs and each other.

        Args:
            model: its name.
            portraits: with the index of the age prompt as `age`; none: the model was skipped, and has no scores.
            embeddings: the portraits' faces.
            training_files: the photographs it was trained on.

        Returns:
            Rows of `likeness.pipelines.avatar.scores.score_pairs`.
        """
        if not len(portraits):
            return no_scores()
        files = list(training_files)
        photos = self.sitter_photos.select(files)
        faces = self.reference_faces[self.reference_faces["file"].isin(files)]
        reference = self._distances(embeddings, self.reference_faces, portraits)
        tables = [
            self._scores(model, "reference", portraits, distances=reference),
            self._scores(
                model,
                "training",
                photos,
                distances=self._distances(faces, faces, photos)[files],
                ssim=self._matrices.within(self._whole(photos)),
            ),
            self._generated(model, portraits, embeddings),
            self._scores(
                model,
                "training_generated",
                portraits,
                distances=reference[files],
                ssim=self._matrices.between(self._whole(portraits), self._whole(photos)),
                crop_ssim=self._matrices.between(self._whole(portraits), self._cropped(photos, self.reference_faces)),
            ),
        ]
        return pd.concat(tables, ignore_index=True)

    def untrained(self, model: str, portraits: ImageSet, embeddings: pd.DataFrame) -> pd.DataFrame:
        """Score a model that has not seen the sitter: its portraits against all photographs and each other."""
        return pd.concat(
            [
                self._reference(model, portraits, embeddings),
                self._generated(model, portraits, embeddings),
                self._sitter(model, portraits, self._whole(portraits)),
            ],
            ignore_index=True,
        )

    def photographs(self, control: str, photos: ImageSet, embeddings: pd.DataFrame) -> pd.DataFrame:
        """Score photographs as if they were portraits: against all of the sitter's."""
        cropped = self._cropped(photos, embeddings)
        return pd.concat(
            [self._reference(control, photos, embeddings), self._sitter(control, photos, cropped)], ignore_index=True
        )

    @property
    def _matrices(self) -> SimilarityMatrices:
        return SimilarityMatrices(self.options.ssim, self.work_folder)

    def _whole(self, pictures: ImageSet) -> Views:
        return Views(pictures, self.options.ssim)

    def _cropped(self, photos: ImageSet, faces: pd.DataFrame) -> Views:
        return Views(photos, self.options.ssim, boxes(self.verifier.own(faces)), self.crop_margin)

    def _distances(self, a: pd.DataFrame, b: pd.DataFrame, pictures: ImageSet) -> pd.DataFrame:
        return self.verifier.distances(a, b).loc[pictures.manifest["file"].tolist()]

    def _scores(self, model: str, relation: Relation, pictures: ImageSet, **matrices: pd.DataFrame) -> pd.DataFrame:
        ages = pictures.manifest.set_index("file")["age"].dropna() if "age" in pictures.manifest else None
        return score_pairs(model, relation, threshold=self.verifier.threshold, ages=ages, **matrices)

    def _reference(self, model: str, pictures: ImageSet, embeddings: pd.DataFrame) -> pd.DataFrame:
        distances = self._distances(embeddings, self.reference_faces, pictures)
        return self._scores(model, "reference", pictures, distances=distances)

    def _generated(self, model: str, portraits: ImageSet, embeddings: pd.DataFrame) -> pd.DataFrame:
        distances = self._distances(embeddings, embeddings, portraits)
        ssim = self._matrices.within(self._whole(portraits))
        return self._scores(model, "generated", portraits, distances=distances, ssim=ssim)

    def _sitter(self, model: str, pictures: ImageSet, as_cropped: Views) -> pd.DataFrame:
        photos = self.sitter_photos
        whole = self._matrices.between(self._whole(pictures), self._whole(photos))
        cropped = self._matrices.between(as_cropped, self._cropped(photos, self.reference_faces))
        return self._scores(model, "sitter", pictures, ssim=whole, crop_ssim=cropped)
