"""What a person may change about `prompt_edit`: one model a section of `conf/base/prompt_edit/parameters.yml`."""

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

from likeness.diffusion.inversion import Method
from likeness.metrics.ssim import SsimOptions


class Section(BaseModel):
    """A section of the parameters: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SamplingOptions(Section):
    """How sources and their edits are drawn."""

    seeds: tuple[NonNegativeInt, ...] = Field(
        (0, 1, 2, 3), min_length=1, description="seeds of a source that names none"
    )
    steps: int = Field(10, ge=1, description="sampling steps")
    guidance_scale: float = Field(3.0, ge=0, description="classifier-free guidance; 1 is none")
    negative_prompt: str = Field("", description="what guidance steers away from")
    scheduler: str | None = Field(None, description="diffusers' class of a deterministic one; none: DPM-Solver++(2M)")
    resolution: int | None = Field(None, ge=8, description="px a side; none: the base model's own")
    batch_size: int = Field(12, ge=2, description="pictures drawn at once, a source and edits of it")
    safety_checker: bool = Field(False, description="whether the base model's withholds pictures it takes for unsafe")


class ControlOptions(Section):
    """Attention control where an edit does not say (Hertz et al. 2022, arXiv 2208.01626)."""

    cross_replace: float = Field(0.1, ge=0, le=1, description="share of the steps with the source's cross-attention")
    self_replace: float = Field(0.4, ge=0, le=1, description="share of the steps with the source's self-attention")
    blend_local: bool = Field(True, description="whether local edits keep what lies outside their region")
    blend_start: float = Field(0.2, ge=0, le=1, description="share of the steps before blending begins")
    blend_threshold: float = Field(0.3, gt=0, lt=1, description="attention above which a place may change, 0..1")


class PhotoOptions(Section):
    """How photographs become latents that can be edited."""

    method: Method = Field("direct", description="inversion that the edits start from")
    guidance_scale: float = Field(3.0, ge=0, description="classifier-free guidance of photographs and their edits")
    compared: tuple[Method, ...] = Field(("ddim",), description="inversions whose error is reported beside it")


class SweepOptions(Section):
    """The grids of edits that ask for one."""

    shares: tuple[float, ...] = Field((0.0, 0.2, 0.4, 0.8), min_length=1, description="shares of the steps")


class ScoringOptions(Section):
    """How edited pictures are compared with their source."""

    ssim: SsimOptions = Field(default_factory=SsimOptions, description="settings of the structural similarity")
    mask_threshold: float = Field(
        0.3, gt=0, lt=1, description="the source's attention above which a place belongs to the edit, 0..1"
    )
    read: bool = Field(True, description="whether the probe reads what pictures show")
    clip_model: str | None = Field(
        None,
        description="CLIP model that measures how a picture fits its prompt, a folder or hub id; none: not measured",
    )
    bootstrap_samples: int = Field(2000, ge=1, description="resamples behind an interval")
    seed: int = Field(0, ge=0, description="seed of the resamples")
