"""What a person may change about `avatar`: one model a section of `conf/base/avatar/parameters.yml`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from likeness.diffusion.acceleration import Acceleration
from likeness.diffusion.placement import Processes
from likeness.faces.detection import Detector
from likeness.metrics.ssim import SsimOptions
from likeness.personalise.options import DreamBoothOptions

STUDY_TEMPLATE = (
    "A coloful photo of {model} as {age_prompt}, expressive face, highly detailed, sharp focus, natural bright light"
)


class Section(BaseModel):
    """A section of the parameters: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SitterOptions(Section):
    """The words that stand for the sitter in every prompt."""

    identifier: str = Field("sks", min_length=1, description="rare word that names the sitter")
    class_word: str = Field("man", min_length=1, description="what the sitter is: man, woman, person")
    pronoun: str = Field("his", min_length=1, description="possessive pronoun in the age prompts: his, her, their")


class VerificationOptions(Section):
    """How likeness is measured, for photographs and portraits alike."""

    recognisers: tuple[str, ...] | None = Field(
        None, min_length=1, description="face recognisers to compare; none: every one that can be had"
    )
    detector: str = Field("dlib", description="DeepFace's face detector")
    # Not DeepFace's 0: Dlib's network was trained on faces with a quarter more around them.
    expand_percentage: int = Field(25, ge=0, description="percent of its size by which a face's box is widened")
    align: bool = Field(True, description="whether faces are turned so that the eyes are level")
    metrics: tuple[Literal["cosine", "euclidean", "euclidean_l2"], ...] = Field(
        ("cosine", "euclidean", "euclidean_l2"), min_length=1, description="distances to compare"
    )
    allow_download: bool = Field(False, description="whether missing recogniser weights may be downloaded")
    threshold: Literal["calibrated", "published"] = Field("calibrated", description="which threshold decides")
    false_acceptance: float = Field(
        0.01, gt=0, lt=1, description="share of impostor pairs that the calibrated threshold accepts"
    )
    ssim: SsimOptions = Field(default_factory=SsimOptions, description="settings of the structural similarity")
    memorising_margin: float = Field(
        0.10, ge=0, description="a model nearer to its training photos than held-out photos are, by this much SSIM"
    )
    bootstrap_samples: int = Field(1000, ge=1, description="resamples behind an interval")
    seed: int = Field(42, description="seed of the halves and of the resamples")

    @property
    def face_detector(self) -> Detector:
        """The detector, with how it cuts faces out."""
        return Detector(self.detector, self.expand_percentage, self.align)


class AgeOptions(Section):
    """Whether ages are read off the pictures, and which are right."""

    read: bool = Field(True, description="whether the probe reads how old pictures look")
    tolerance_years: float = Field(2.5, ge=0, description="years by which an apparent age may be off and still right")
    relative_tolerance: float = Field(
        0.15, ge=0, description="by which it may be off besides, as a share of the age asked for"
    )


class ComparisonOptions(Section):
    """Networks that know no faces, by which portraits are compared too."""

    dino: str | None = Field(None, description="ViT for DINO: folder, or hub id in the hub's cache; none: no column")
    clip: str | None = Field(None, description="CLIP for CLIP-I and CLIP-T: likewise")


class CurationOptions(Section):
    """Which photographs the six subsets take."""

    child_below_years: float = Field(18.0, gt=0, description="years under which a photograph is a child's")
    verified_share: float = Field(
        0.25, ge=0, le=1, description="share of its own group that a curated photograph is verified against"
    )
    near_duplicate_ssim: float = Field(
        0.9, gt=0, le=1, description="SSIM above which the later of two photographs is a near-duplicate"
    )
    all_pairs_photos: int = Field(
        1000, ge=2, description="of more photographs, tables hold all pairs of so many only, drawn at random"
    )


class FineTuningOptions(DreamBoothOptions):
    """DreamBooth's options, and how its training pictures are cut and captioned."""

    template: str = Field("a photo of {model}", description="caption of a training picture")
    caption_ages: bool = Field(False, description="add the nearest age prompt to captions of known age")
    caption_texts: bool = Field(False, description="add a photograph's own words, its column `caption`, to its caption")
    crop_margin: float = Field(0.5, ge=0, description="space on each side of the face, in face sizes")

    @field_validator("template")
    @classmethod
    def _names_the_model(cls, template: str) -> str:
        return _with_fields(template, "model")


class SamplingOptions(Section):
    """How a model draws pictures."""

    steps: int = Field(20, ge=1, description="sampling steps")
    guidance_scale: float = Field(5.0, ge=0, description="classifier-free guidance; 1 is none")
    negative_prompt: str = Field("", description="what guidance steers away from")
    resolution: int | None = Field(None, ge=8, description="px a side; none: the base model's own")
    batch_size: int = Field(6, ge=1, description="pictures drawn at once; changes memory, not pictures")
    safety_checker: bool = Field(False, description="whether the base model's withholds pictures it takes for unsafe")
    acceleration: Acceleration = Field("none", description="of the UNet on a GPU; changes pictures by rounding alone")
    processes: Processes = Field(
        1, description="that draw, each on a GPU of its own; auto: as many as there are GPUs; changes no picture"
    )
    seed: int = Field(42, ge=0, description="seed of the first picture")


class ClassPictureOptions(SamplingOptions):
    """The class pictures that prior preservation trains on: drawn once, by the base model."""

    template: str = Field("a photo of a {class_word}", description="prompt and caption of a class picture")

    @field_validator("template")
    @classmethod
    def _names_the_class(cls, template: str) -> str:
        return _with_fields(template, "class_word")


class AgePrompt(Section):
    """One age to draw the sitter at."""

    label: str = Field(description="short name in tables and sheets")
    years: float = Field(ge=0, description="years that the prompt stands for, and that its portraits should look")
    prompt: str = Field(min_length=1, description="words put into the template's {age_prompt}")


# The study's ten age prompts in their own spelling.
STUDY_AGES = (
    AgePrompt(label="newborn", years=0, prompt="a newborn baby"),
    AgePrompt(label="5 years", years=5, prompt="a five years old child"),
    AgePrompt(label="15 years", years=15, prompt="a fifteen years old teenager"),
    AgePrompt(label="twenties", years=25, prompt="a young man in his twenties"),
    AgePrompt(label="thirties", years=35, prompt="an adult man in his thirties"),
    AgePrompt(label="forties", years=45, prompt="an exhausted adult man in his fourties with grayish hair"),
    AgePrompt(label="fifties", years=55, prompt="an wrinkled adult man in his fifties with gray hair"),
    AgePrompt(label="sixties", years=65, prompt="an wrinkled senior in his sixties"),
    AgePrompt(label="seventies", years=75, prompt="an 75 years old old senior in his seventies"),
    AgePrompt(label="eighties", years=85, prompt="a elderly senior in his eighties"),
)


class PortraitOptions(SamplingOptions):
    """The portraits every model is asked for, with the same seeds."""

    ages: tuple[AgePrompt, ...] = Field(STUDY_AGES, min_length=1, description="the ages, youngest first")
    template: str = Field(STUDY_TEMPLATE, description="prompt, with {model} and {age_prompt}")
    pictures_per_age: int = Field(3, ge=1, description="portraits of every age")

    @field_validator("template")
    @classmethod
    def _names_model_and_age(cls, template: str) -> str:
        return _with_fields(template, "model", "age_prompt")


class ValidationOptions(Section):
    """Portraits drawn on the way of a fine-tuning, by which the checkpoint is chosen that is kept."""

    every_steps: int | None = Field(
        None, ge=1, description="optimiser steps between validations; none: no validation, the last step is kept"
    )
    pictures: int = Field(10, ge=1, description="portraits at each validation, spread over the ages")
    patience: int | None = Field(
        2, ge=1, description="stop after so many validations without a better score; none: never"
    )
    seed: int = Field(1_000_000, ge=0, description="of the first; none of their seeds may be a reported portrait's")


def _with_fields(template: str, *names: str) -> str:
    try:
        template.format(**dict.fromkeys(names, ""))
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"only {{{'}, {'.join(names)}}} may stand in braces: {template!r}") from error
    missing = [name for name in names if f"{{{name}}}" not in template]
    if missing:
        raise ValueError(f"{{{'}, {'.join(missing)}}} is missing from {template!r}")
    return template
