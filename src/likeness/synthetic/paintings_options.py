"""What can be set about the sample's paintings; importing it needs nothing of the painter's."""

from pydantic import BaseModel, ConfigDict, Field

SEEDS_A_CLASS = 100_000
"""Paintings that a class may have, so that no two classes share a seed."""


class PaintingsOptions(BaseModel):
    """Size, seed and number of the sample's paintings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(256, ge=64, description="side of a painting, pixels")
    seed: int = Field(0, ge=0, description="seed of what is painted and of the painter's hand")
    authentic: int = Field(90, ge=1, lt=SEEDS_A_CLASS, description="paintings of class 0")
    replica: int = Field(70, ge=1, lt=SEEDS_A_CLASS, description="paintings of class 1")
    impressionism: int = Field(95, ge=1, lt=SEEDS_A_CLASS, description="paintings of class 4")
    portrait_share: float = Field(0.08, ge=0, le=1, description="share of the paintings that are portraits")
