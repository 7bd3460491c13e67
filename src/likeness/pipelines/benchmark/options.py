"""Options of the benchmarks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class CurationBenchmarkOptions(BaseModel):
    """How the curation of photographs is timed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    photos: int = Field(122, ge=2, description="Number of photographs that all times are given for.")
    subset: int = Field(6, ge=2, description="Photographs of which the usual way compares all pairs.")
    size: int = Field(512, ge=64, description="Side in pixels that photographs are cropped (centre) and scaled to.")
    recogniser: str = Field("Dlib", description="DeepFace's name of the recogniser.")
    detector: str = Field("dlib", description="DeepFace's name of the detector.")
    expand_percentage: int = Field(25, ge=0, description="Percent of its size by which a face's box is widened.")
    align: bool = Field(True, description="Whether faces are turned so that the eyes are level.")
    metric: Literal["cosine", "euclidean", "euclidean_l2"] = Field("cosine", description="Distance of embeddings.")
    seed: int = Field(0, description="Seed that draws the subset.")
