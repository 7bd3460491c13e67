"""What a person may change about `pocket` beside the model's networks: the pictures, the probe and the report."""

from typing import Literal

from pydantic import Field

from likeness.faces.detection import Detector
from likeness.pocket.options import Section, TrainingOptions
from likeness.pocket.sharding import ShardOptions


class AgePrompt(Section):
    """An age to ask for."""

    prompt: str = Field(min_length=1, description="words put into the template's {age}")
    years: float = Field(ge=0, description="age in years that they stand for")


# The ten ages of the published study, in its own spelling, which the captions keep.
AGES = (
    AgePrompt(prompt="a newborn baby", years=0.5),
    AgePrompt(prompt="a five years old child", years=5),
    AgePrompt(prompt="a fifteen years old teenager", years=15),
    AgePrompt(prompt="a young man in his twenties", years=25),
    AgePrompt(prompt="an adult man in his thirties", years=35),
    AgePrompt(prompt="an exhausted adult man in his fourties with grayish hair", years=45),
    AgePrompt(prompt="an wrinkled adult man in his fifties with gray hair", years=55),
    AgePrompt(prompt="an wrinkled senior in his sixties", years=65),
    AgePrompt(prompt="an 75 years old old senior in his seventies", years=75),
    AgePrompt(prompt="a elderly senior in his eighties", years=85),
)

# Further rows of the sheet: the other world.
LANDSCAPES = {
    "seasons": tuple(f"a photo of rolling hills in {season}" for season in ("spring", "summer", "autumn", "winter")),
    "hours": tuple(f"a photo of a lake at {hour}" for hour in ("dawn", "noon", "sunset", "night")),
    "trees": (
        "a photo of a pine tree in a green meadow",
        "a photo of a banyan tree in a green meadow",
        "a photo of a cypress tree in a green meadow",
        "a photo of a bare tree in a green meadow",
        "a photo of an oak tree in a green meadow",
    ),
    "styles": (
        "a photo of a village",
        "a watercolour of a village",
        "an oil painting of a village",
        "an impressionist painting of a village",
        "a pencil drawing of a village",
        "a woodcut of a village",
    ),
    "studies": (
        "a fantasy landscape with a pine tree and a red sun setting in the distance",
        "a boy playing on a hill overlooking a village",
        "an old yellow car in a street in Manhattan",
        "mountains in summer at noon",
    ),
}


class PictureOptions(Section):
    """The synthetic pictures that the model is trained on and measured with."""

    renderer: str = Field("likeness.synthetic.pictures:render_batch", description="module:function that renders")
    count: int = Field(24_000, gt=0, description="pictures to train on; rounded up to whole shards")
    held_out: int = Field(1024, gt=0, description="pictures never trained on; rounded up to whole shards")
    shard: int = Field(128, gt=0, description="pictures a file holds, and a process renders at a time")
    size: int = Field(256, gt=0, multiple_of=8, description="side of a picture in pixels")
    seed: int = Field(0, ge=0, description="seed of everything in the pictures")
    preview: int = Field(64, gt=0, description="held-out pictures that are saved for people to look at")
    processes: int | None = Field(None, gt=0, description="that render at once; as many as there are cores by default")

    @property
    def shards(self) -> ShardOptions:
        """What every shard is rendered with."""
        return ShardOptions(renderer=self.renderer, seed=self.seed, size=self.size, pictures=self.shard)

    @property
    def held_out_shards(self) -> list[int]:
        """Numbers of the first shards, so that they stay the same when `count` changes."""
        return list(range(-(-self.held_out // self.shard)))

    @property
    def training_shards(self) -> list[int]:
        """Numbers of the shards to train on."""
        first = len(self.held_out_shards)
        return list(range(first, first - (-self.count // self.shard)))


class ProbeOptions(TrainingOptions):
    """The probe, which reads pictures' attributes back (see `likeness.metrics.probe`)."""

    size: int = Field(256, gt=0, description="side in pixels to which pictures are brought; halved at every level")
    channels: tuple[int, ...] = Field((16, 32, 64, 128, 224), min_length=1, description="of each level, finest first")
    # A child on a far hill is ten pixels tall at half the size, and the first level costs next to nothing.
    blocks: tuple[int, ...] = Field((0, 2, 2, 4, 2), min_length=1, description="residual blocks of each level")
    # Who is shown and under which name is no attribute of a picture, and `age` only says age_years once more.
    unread: tuple[str, ...] = Field(
        ("index", "identity", "name", "age"), description="columns of the attributes that are not to be read"
    )
    calibration: float = Field(0.05, gt=0, lt=1, description="share of the pictures that probabilities are set by")
    compile: bool = Field(False, description="torch.compile on a GPU: it takes as long as this training does")


class ReportOptions(Section):
    """How the finished model is measured and shown."""

    steps: int = Field(9, gt=0, description="of the sampler")
    guidance_scale: float = Field(2.0, ge=1, description="weight of classifier-free guidance")
    batch_size: int = Field(16, gt=0, description="pictures computed at once")
    resamples: int = Field(1000, gt=0, description="behind each interval")
    seed: int = Field(0, ge=0, description="of the resampling, and of the first picture drawn of anything")

    round_trips: int = Field(256, gt=0, description="held-out pictures, at most, sent through the autoencoder")
    recogniser: str = Field("Dlib", description="DeepFace's recogniser that says how far a face has moved")
    metric: Literal["cosine", "euclidean", "euclidean_l2"] = Field("euclidean", description="its distance")
    detector: str = Field("dlib", description="DeepFace's face detector")
    expand_percentage: int = Field(25, ge=0, description="percent of its size by which a face's box is widened")

    captions: str = Field(
        "likeness.synthetic.pictures:evaluation_captions",
        description="module:function that captions pictures, by index and seed, and says which attributes it names",
    )
    prompts: int = Field(1000, gt=0, description="captions of held-out pictures, one each, at most, that are drawn")
    tolerance: float = Field(2.5, ge=0, description="by which a number may differ and still be what was asked for")
    relative_tolerance: float = Field(0.15, ge=0, description="by which it may differ besides, as a share of itself")

    template: str = Field("a photo of {age}", description="prompt of an age; {age} stands for each of the ages")
    ages: tuple[AgePrompt, ...] = Field(AGES, min_length=1, description="ages asked for, youngest first")
    age_pictures: int = Field(10, gt=0, description="pictures of every age")
    variety_prompts: int = Field(6, gt=0, description="prompts that are drawn again and again, the worlds in turn")
    variety_pictures: int = Field(10, ge=2, description="pictures of each of them")

    threads: int = Field(2, gt=0, description="of the CPU that a picture's cost is measured on")
    cost_batch_size: int = Field(4, gt=0, description="pictures computed at once for the clock")
    cost_batches: int = Field(3, gt=0, description="batches drawn for it")

    sheet_seeds: int = Field(
        4, gt=0, description="portraits of every age on the sheet, a row each; at most age_pictures"
    )
    landscapes: dict[str, tuple[str, ...]] = Field(LANDSCAPES, description="prompts of each further row of the sheet")

    @property
    def face_detector(self) -> Detector:
        """The detector, with how it cuts faces out."""
        return Detector(self.detector, self.expand_percentage)
