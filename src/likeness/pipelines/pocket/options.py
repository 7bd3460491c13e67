"""What a person may change about `pocket` beside the networks: the pictures and the report."""

from pydantic import Field

from likeness.pocket.options import Section
from likeness.pocket.sharding import ShardOptions

# The ten ages of the published study, in its own spelling, which the captions keep.
AGES = (
    "a newborn baby",
    "a five years old child",
    "a fifteen years old teenager",
    "a young man in his twenties",
    "an adult man in his thirties",
    "an exhausted adult man in his fourties with grayish hair",
    "an wrinkled adult man in his fifties with gray hair",
    "an wrinkled senior in his sixties",
    "an 75 years old old senior in his seventies",
    "a elderly senior in his eighties",
)


class PictureOptions(Section):
    """The synthetic pictures that the model is trained on and measured with."""

    renderer: str = Field("likeness.synthetic.pictures:render_batch", description="module:function that renders")
    count: int = Field(24_000, gt=0, description="pictures to train on; rounded up to whole shards")
    held_out: int = Field(256, gt=0, description="pictures never trained on; rounded up to whole shards")
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


class ReportOptions(Section):
    """How the finished model is measured and shown."""

    template: str = Field("a photo of {age}", description="prompt of the sheet; {age} stands for each of the ages")
    ages: tuple[str, ...] = Field(AGES, min_length=1, description="ages on the sheet, a column each")
    seeds: tuple[int, ...] = Field((0, 1, 2, 3), min_length=1, description="seeds on the sheet, a row each")
    steps: int = Field(12, gt=0, description="of the sampler")
    guidance_scale: float = Field(4.0, ge=1, description="weight of classifier-free guidance")
    batch_size: int = Field(4, gt=0, description="pictures computed at once")
    round_trips: int = Field(256, gt=0, description="held-out pictures, at most, sent through the autoencoder")
    resamples: int = Field(1000, gt=0, description="behind each interval")
    seed: int = Field(0, ge=0, description="of the resampling")
