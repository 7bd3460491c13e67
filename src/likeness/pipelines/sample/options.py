"""What can be set about the sample."""

from pydantic import BaseModel, ConfigDict, Field


class SampleOptions(BaseModel):
    """Size, quality, seed and number of the sample photographs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(256, ge=64, description="side of a photograph, pixels")
    quality: int = Field(88, ge=1, le=95, description="JPEG quality, 1 to 95")
    seed: int = Field(0, ge=0, description="seed of poses, expressions, places and light")
    sitter_photos: int = Field(122, ge=1, le=122, description="photographs of the sitter to take, the first planned")
    held_out_photos: int = Field(30, ge=1, le=30, description="photographs of the sitter to hold out, likewise")
    impostor_photos: int = Field(80, ge=1, le=80, description="photographs of others, likewise")
