"""What a person may set about cleaning."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Fit = Literal["crop", "pad", "squash"]


class CleaningOptions(BaseModel):
    """How pictures of several classes are brought to one form, and which of them belong together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    classes: tuple[str, ...] | None = Field(
        None, min_length=2, description="classes to use, others are set aside; none: all that there are"
    )
    size: int = Field(512, ge=32, description="side of a cleaned picture, pixels")
    fit: Fit = Field("crop", description="crop: the middle square; pad: white borders; squash: sides scaled apart")
    greyscale: bool = Field(True, description="whether colour is taken away")
    minimum_side: int = Field(64, ge=16, description="pictures with a shorter side, pixels, are set aside")
    near_duplicate_bits: int = Field(
        12, ge=0, le=20, description="bits of 63 by which the perceptual hashes of near-duplicates may differ"
    )
    near_duplicate_part_bits: int | None = Field(
        8, ge=0, le=20, description="the same, for a part of a picture or a mirrored one; none: these are not compared"
    )
    mirrored: bool = Field(True, description="whether mirrored pictures, too, are compared with the others")
    validation_share: float = Field(0.2, gt=0, lt=1, description="share of the pictures kept for validation")
    test_share: float = Field(0.0, ge=0, lt=1, description="share of the pictures kept for a test")
    folds: int | None = Field(5, ge=2, description="folds of cross-validation; none: there is none")
    seed: int = Field(42, ge=0, description="seed of splits and folds")

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> Self:
        if self.validation_share + self.test_share >= 1:
            raise ValueError("validation_share and test_share together must be below 1, or nothing is left to train on")
        return self

    @property
    def shares(self) -> dict[str, float]:
        """Share of every split, by its name; a test split only where one is asked for."""
        shares = {"train": 1 - self.validation_share - self.test_share, "validation": self.validation_share}
        return shares | ({"test": self.test_share} if self.test_share else {})
