"""Judge a model on the way of its fine-tuning: portraits of its own seeds, as the reported ones are judged."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from likeness.datasets import BaseModel, Checkpoint, code_digest, digest_of
from likeness.datasets.digest import folder_digest
from likeness.faces import detection, recogniser, verification
from likeness.personalise.checkpoint_choice import Validation
from likeness.pipelines.avatar import ages as apparent
from likeness.pipelines.avatar.ages import APPARENT, ASKED, looks_right, read_ages
from likeness.pipelines.avatar.drawing import draw_pictures
from likeness.pipelines.avatar.face_table import find_faces
from likeness.pipelines.avatar.options import AgeOptions, PortraitOptions, ValidationOptions
from likeness.pipelines.avatar.verifier import Verifier

COLUMNS = (
    *("step", "pictures", "reference_photos", "reference_trained_on", "face_found"),
    *("verified", "at_age", "age_error_years", "verified_at_age", "score", "loss", "smoothed_score", "kept"),
)
FEWEST_REFERENCES = 10
"""With fewer photographs that a model was not trained on, it is compared with all: a share of so few says little, and
those that a curated subset leaves out are the ones in which the sitter is hard to recognise."""


@dataclass(frozen=True)
class PortraitJudge:
    """Draws validation portraits with a checkpoint and scores them.

    Attributes:
        base_model: that the checkpoint stands on.
        subset: what the model is called.
        requests: the portraits, of `likeness.pipelines.avatar.prompts.validation_requests`.
        portraits: how they are drawn.
        reference_faces: the sitter's faces to compare with.
        trained_on: whether the model was trained on these.
        verifier: what decides whether two faces are one person's.
        ages: which apparent ages are right.
        probe: folder of what reads them, where they are read.
        allow_download: whether missing weights may be downloaded.
        work_folder: the root of unfinished work.
    """

    base_model: BaseModel
    subset: str
    requests: pd.DataFrame
    portraits: PortraitOptions
    reference_faces: pd.DataFrame
    trained_on: bool
    verifier: Verifier
    ages: AgeOptions
    probe: Path
    allow_download: bool
    work_folder: str

    def validation(self, options: ValidationOptions) -> Validation | None:
        """What validates a training with this judge, or None where validation is off."""
        if options.every_steps is None:
            return None
        drawn_by = self.portraits.model_dump(include={"steps", "guidance_scale", "negative_prompt", "resolution"})
        key = digest_of(
            *(self.requests, drawn_by, self.verifier, self.reference_faces[["file", "embedding"]], self.ages),
            folder_digest(self.probe) if self.ages.read else "",
            code_digest(detection, recogniser, verification, apparent, sys.modules[__name__]),
        )
        return Validation(options.every_steps, options.patience, self, key)

    def __call__(self, step: int, folder: Path) -> Mapping[str, float]:
        """Score a checkpoint: `COLUMNS` from pictures to score.

        Identity is `verified`, the share of pairs of a portrait and a reference photograph; obedience is `at_age`, the
        share of portraits that look as old as asked. `score` is what ranks models: the share of pairs that are both,
        `verified_at_age`; where ages are not read, `verified`, in which a portrait without a face counts as nobody.
        """
        checkpoint = Checkpoint(folder, {"base_model": self.base_model.described})
        name = f"{self.subset}, step {step}"
        # One GPU is training meanwhile.
        drawn_by = self.portraits.model_copy(update={"processes": 1})
        pictures = draw_pictures(checkpoint, name, self.requests, drawn_by, self.work_folder)
        faces = find_faces(
            pictures,
            [self.verifier.recogniser],
            self.verifier.face_detector,
            allow_download=self.allow_download,
            work_folder=self.work_folder,
        )
        distances = self.verifier.distances(faces, self.reference_faces)
        matches = (distances <= self.verifier.threshold).astype("float64")
        probe = apparent.open_age_probe(self.probe) if self.ages.read else None
        looks = read_ages(name, pictures, "years", probe)
        right = looks_right(looks, self.ages)
        both = matches.mul(right.reindex(matches.index), axis=0)
        verified, at_age = (float(pd.Series(pairs.to_numpy().ravel()).mean()) for pairs in (matches, both))
        return {
            "pictures": len(pictures),
            "reference_photos": len(matches.columns),
            "reference_trained_on": self.trained_on,
            "face_found": float(distances.notna().any(axis=1).mean()),
            "verified": verified,
            "at_age": float(right.mean()),
            "age_error_years": float((looks[APPARENT] - looks[ASKED]).abs().mean()),
            "verified_at_age": at_age,
            "score": verified if probe is None else at_age,
        }


def reference_for(reference_faces: pd.DataFrame, trained_files: Collection[str]) -> tuple[pd.DataFrame, bool]:
    """The sitter's faces on photographs that a model was not trained on; where these are too few, all.

    Returns:
        The faces, and whether the model was trained on them.
    """
    others = reference_faces[~reference_faces["file"].isin(list(trained_files))]
    few = others["file"].nunique() < FEWEST_REFERENCES
    return (reference_faces, True) if few else (others, False)


def no_validation() -> pd.DataFrame:
    """The table of a training without validation."""
    return pd.DataFrame(columns=list(COLUMNS))
