"""What networks learn from."""

from __future__ import annotations

from dataclasses import dataclass

from likeness.cleaning.classes import class_labels, in_order
from likeness.datasets import ImageSet


@dataclass(frozen=True)
class Lesson:
    """What networks learn from, and what is kept back for a test.

    Attributes:
        pictures: of the training and validation splits.
        labels: the class of each.
        groups: which belong together.
        validation: which are of the validation split.
        test: pictures of the test split; may be none.
    """

    pictures: ImageSet
    labels: list[str]
    groups: list[int]
    validation: list[bool]
    test: ImageSet

    @classmethod
    def of(cls, cleaned: ImageSet) -> Lesson:
        """Take cleaned pictures apart by their split."""
        tested = cleaned.manifest["split"] == "test"
        pictures = cleaned.select(cleaned.manifest.loc[~tested, "file"])
        manifest = pictures.manifest
        return cls(
            pictures,
            manifest["class"].tolist(),
            manifest["group"].tolist(),
            (manifest["split"] == "validation").tolist(),
            cleaned.select(cleaned.manifest.loc[tested, "file"]),
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, in order."""
        return tuple(in_order(self.labels))


def class_files(paintings: ImageSet, label: str) -> list[str]:
    """Files of the originals that are of a class, in order."""
    labels = class_labels(paintings)[paintings.manifest["file"]]
    return [str(file) for file in labels.index[labels == label]]
