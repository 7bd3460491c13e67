"""What a person may change about `cezanne`: one model a section of `conf/base/cezanne/parameters.yml`."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from likeness.classify.backbones import BackboneName
from likeness.classify.options import DecoderOptions, TrainingOptions
from likeness.diffusion.acceleration import Acceleration
from likeness.diffusion.placement import Processes
from likeness.personalise.options import TextualInversionOptions
from likeness.synthetic.paintings_options import PaintingsOptions


class Section(BaseModel):
    """A section of the parameters: unknown keys are refused, values never change; 1 and "1" are one class."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class PaintingsSource(PaintingsOptions):
    """Where the paintings are from: a folder of one's own, or else the synthetic painter."""

    folder: str | None = Field(None, description="folder of class folders, or with manifest.csv; none: the sample")


class DrawingOptions(Section):
    """How a model draws pictures."""

    steps: int = Field(10, ge=1, description="sampling steps")
    negative_prompt: str = Field("", description="what guidance steers away from")
    resolution: int | None = Field(None, ge=8, description="px a side; none: the base model's own")
    batch_size: int = Field(6, ge=1, description="pictures drawn at once; changes memory, not pictures")
    safety_checker: bool = Field(False, description="whether the base model's withholds pictures it takes for unsafe")
    acceleration: Acceleration = Field("none", description="of the UNet on a GPU; changes pictures by rounding alone")
    processes: Processes = Field(
        1, description="that draw, each on a GPU of its own; auto: as many as there are GPUs; changes no picture"
    )
    seed: int = Field(0, ge=0, description="seed of the first picture")


class GeneratedClass(Section):
    """A class of the study whose pictures a plain model drew."""

    label: str = Field(min_length=1, description="number of the class, and its folder")
    name: str = Field(min_length=1, pattern=r"^[\w-]+$", description="one word for it, in file names")
    guidance_scales: tuple[float, ...] = Field(min_length=1, description="guidance of its pictures, taken in turn")
    pictures: int = Field(ge=1, description="pictures of it")


STUDY_GENERATED = (
    GeneratedClass(label="2", name="guided", guidance_scales=(8,), pictures=48),
    GeneratedClass(label="3", name="unguided", guidance_scales=(0, 0.5, 1), pictures=33),
)


class GeneratedOptions(DrawingOptions):
    """The classes that the base model draws, which has never seen the painter."""

    classes: tuple[GeneratedClass, ...] = Field(STUDY_GENERATED, description="the classes")
    prompts: tuple[str, ...] = Field(("painting",), min_length=1, description="prompts, taken in turn")


class InversionOptions(TextualInversionOptions):
    """Textual Inversion's options, what it learns from and what it is called."""

    style_class: str = Field("0", coerce_numbers_to_str=True, description="class whose style is learned")
    placeholder: str = Field("<Cézanne>", min_length=1, description="new word for the style, in prompts")
    previews: int = Field(2, ge=1, description="pictures drawn with every checkpoint, one of each of the first prompts")


class StylePrompt(Section):
    """One prompt, asked with the learned word and with the plain one."""

    name: str = Field(min_length=1, pattern=r"^[\w-]+$", description="of the set of pictures")
    prompt: str = Field(description="with {style} where the word goes")

    @model_validator(mode="after")
    def _has_a_place_for_the_style(self) -> Self:
        if self.prompt.count("{style}") != 1:
            raise ValueError(f"the prompt {self.prompt!r} needs one {{style}}, where the word for the style goes")
        return self


STUDY_PROMPTS = (
    StylePrompt(name="TISD1", prompt="painting in the style of {style}"),
    StylePrompt(name="TISD2", prompt="landscape painting in the style of {style}"),
    StylePrompt(name="TISD3", prompt="painting of the Provence in the style of {style}"),
    StylePrompt(name="TISD4", prompt="painting of Mont Saint Victoire in the style of {style}"),
)


SEEDS_A_PROMPT = 1000
"""So many seeds are each prompt's own: more pictures are drawn besides those that there are."""


class PictureOptions(DrawingOptions):
    """The pictures that are judged: with the learned word, and as a control with the plain one, from the same seeds."""

    prompts: tuple[StylePrompt, ...] = Field(STUDY_PROMPTS, min_length=1, description="the prompts")
    control_word: str = Field("Cézanne", min_length=1, description="plain word in the learned one's place")
    pictures: int = Field(25, ge=1, le=SEEDS_A_PROMPT, description="pictures a prompt, and as many controls")
    guidance_scale: float = Field(5.0, ge=0, description="classifier-free guidance; 1 is none")


class ClassifierOptions(Section):
    """The networks that judge, and what they are checked by."""

    backbones: tuple[BackboneName, ...] = Field(("efficientnet_lite0",), min_length=1, description="the networks")
    training: TrainingOptions = Field(
        default_factory=TrainingOptions, description="how each is trained; its backbone and decoder are set here"
    )
    folds: int | None = Field(
        None, ge=2, description="folds of a cross-validation by group; none: the fixed validation split"
    )
    generator_classes: tuple[str, ...] = Field(
        ("2", "3"), description="classes that one generator drew; a control network never sees them"
    )
    round_trip: float = Field(
        0.5,
        ge=0,
        le=1,
        description="share of the other classes' training versions that pass through the base model's VAE and back; "
        "0: none, and what the round trip does to the verdict is not measured",
    )
    unknown_below: float = Field(
        0.5, ge=0, le=1, description="probability of the most likely class below which the verdict is unknown"
    )
    class_names: dict[str, str] = Field(default_factory=dict, description="what classes are called on sheets")

    @model_validator(mode="after")
    def _says_things_once(self) -> Self:
        default = TrainingOptions()
        for name, instead in (("backbone", "backbones"), ("decoder", "round_trip")):
            if getattr(self.training, name) != getattr(default, name):
                raise ValueError(f"training.{name} is set by classifiers.{instead}: leave it out of training")
        return self

    def training_of(self, backbone: BackboneName, classes: tuple[str, ...]) -> TrainingOptions:
        """How one network is trained on pictures of these classes."""
        real = tuple(name for name in classes if name not in self.generator_classes) if self.round_trip else ()
        decoder = DecoderOptions(classes=real, probability=self.round_trip)
        return self.training.model_copy(update={"backbone": backbone, "decoder": decoder})
