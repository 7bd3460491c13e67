"""Options of the benchmarks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ShapeName = Literal["sd15", "sd2", "tiny"]


class FaceBenchmarkOptions(BaseModel):
    """What the benchmarks of curation have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    photos: int = Field(122, ge=2, description="Number of photographs that all times are given for.")
    size: int = Field(512, ge=64, description="Side in pixels that photographs are cropped (centre) and scaled to.")
    detector: str = Field("dlib", description="DeepFace's name of the detector.")
    expand_percentage: int = Field(25, ge=0, description="Percent of its size by which a face's box is widened.")
    align: bool = Field(True, description="Whether faces are turned so that the eyes are level.")
    metric: Literal["cosine", "euclidean", "euclidean_l2"] = Field("cosine", description="Distance of embeddings.")
    seed: int = Field(0, ge=0, description="Seed that draws the subset, and random weights.")


class CurationBenchmarkOptions(FaceBenchmarkOptions):
    """How the curation of photographs is timed."""

    subset: int = Field(6, ge=2, description="Photographs of which the usual way compares all pairs.")
    recogniser: str = Field("Dlib", description="DeepFace's name of the recogniser.")


class RecogniserBenchmarkOptions(FaceBenchmarkOptions):
    """How curation by all of DeepFace's recognisers is timed."""

    subset: int = Field(3, ge=2, description="Photographs of which the usual way compares all pairs.")
    measured: int = Field(24, ge=2, description="Photographs that our curation is measured on, the subset among them.")
    recognisers: tuple[str, ...] | None = Field(None, min_length=1, description="DeepFace's names; null: all of them.")


class CurationSizeBenchmarkOptions(BaseModel):
    """How the cost of curation against the number of photographs is measured."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sizes: tuple[int, ...] = Field(
        (100, 1000, 3000, 10000), min_length=1, description="Numbers of photographs, rising."
    )
    side: int = Field(256, ge=16, description="Side of the synthetic photographs in pixels.")
    impostors: int = Field(80, ge=2, description="Synthetic people beside the sitter, one photograph of each.")
    seed: int = Field(0, ge=0, description="Seed of pictures and embeddings.")


class GpuBenchmarkOptions(BaseModel):
    """What the benchmarks on a GPU have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: ShapeName = Field("sd15", description="Published model whose sizes are taken; tiny is none, and for a CPU.")
    device: str = Field("cuda", description="Where to measure: cuda; auto also takes a CPU, where there is no GPU.")
    resolution: int = Field(512, ge=64, multiple_of=8, description="Side of the pictures in pixels.")
    warm_up: int = Field(1, ge=0, description="Runs, or steps of a training, before anything is measured.")
    repeats: int = Field(5, ge=1, description="Rounds in which every case is measured once; the median counts.")
    seed: int = Field(0, ge=0, description="Seed of weights, noise and pictures.")


class EditingBenchmarkOptions(GpuBenchmarkOptions):
    """How an edit of a prompt is timed."""

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field("auto", description="Number format.")
    steps: int = Field(50, ge=1, description="Sampling steps.")
    guidance_scale: float = Field(7.5, gt=1, description="Weight of classifier-free guidance.")
    source: str = Field("a photo of a man with a smile", description="The source prompt.")
    edit: str = Field("a photo of an old man with a frown", description="The edited prompt: one word added, one new.")
    source_word: str = Field("smile", description="Word of the source prompt whose region LocalBlend may change.")
    target_word: str = Field("frown", description="Word of the edited prompt whose region LocalBlend may change.")


class SamplingBenchmarkOptions(GpuBenchmarkOptions):
    """How the drawing of many pictures is timed."""

    warm_up: int = Field(1, ge=0, description="Runs of two steps before anything is measured.")
    repeats: int = Field(2, ge=1, description="Rounds in which every case is measured once; the median counts.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field("auto", description="Number format.")
    steps: int = Field(50, ge=1, description="Sampling steps.")
    guidance_scale: float = Field(7.5, gt=1, description="Weight of classifier-free guidance.")
    prompt: str = Field("a photo of sks man as an adult man in his thirties", description="What is drawn.")
    pictures: int = Field(180, ge=1, description="Number of pictures that all times are given for.")
    batch_size: int = Field(16, ge=1, description="Pictures drawn at once.")
    batches: int = Field(1, ge=1, description="Batches that a round measures.")
    single_pictures: int = Field(4, ge=1, description="Pictures that a round measures where each is drawn alone.")
    compiled: bool = Field(True, description="Whether torch.compile is measured too: it first takes a minute or so.")


class InversionBenchmarkOptions(GpuBenchmarkOptions):
    """How Textual Inversion is timed."""

    shape: ShapeName = Field("sd2", description="Published model whose sizes are taken; tiny is none, and for a CPU.")
    warm_up: int = Field(
        5, ge=4, description="Steps of each case before anything is measured; the fourth records what is replayed."
    )
    steps: int = Field(20, ge=1, description="Steps of each case in a round.")
    batch_size: int = Field(4, ge=1, description="Pictures a step.")
    pictures: int = Field(8, ge=1, description="Pictures, of noise, that are learned from.")
    vectors: int = Field(1, ge=1, description="Vectors that are learned.")
    learning_rate: float = Field(5e-4, gt=0, description="Of the vectors, before it is multiplied by the batch size.")
    mixed_precision: Literal["auto", "no", "bf16", "fp16"] = Field("auto", description="Number format of the networks.")
    loss_tolerance: float = Field(
        0.02, gt=0, description="Share of a step's loss by which two ways of computing it may differ."
    )


class DreamBoothBenchmarkOptions(GpuBenchmarkOptions):
    """How DreamBooth is timed."""

    warm_up: int = Field(
        5, ge=4, description="Steps of each case before anything is measured; the fourth records what is replayed."
    )
    steps: int = Field(10, ge=1, description="Steps of each case in a round.")
    batch_size: int = Field(4, ge=1, description="Pictures a step, and as many class pictures beside them.")
    pictures: int = Field(8, ge=1, description="Pictures of each kind, of noise, that are learned from.")
    learning_rate: float = Field(5e-6, gt=0, description="AdamW's.")
    mixed_precision: Literal["auto", "no", "bf16", "fp16"] = Field("auto", description="Number format of the networks.")
    compiled: bool = Field(False, description="Measure the compiled UNet too, which takes some minutes more.")
    product_side: int = Field(
        8192, ge=1, description="Rows and columns of the matrices whose product gives the device's rate."
    )
    compared_steps: int = Field(50, ge=1, description="First steps, whose losses are compared.")
    loss_tolerance: float = Field(
        0.02, gt=0, description="Share of a step's loss by which two ways of computing it may differ."
    )


class ProcessesBenchmarkOptions(GpuBenchmarkOptions):
    """How several processes, each on a GPU of its own, are timed against one."""

    processes: int = Field(2, ge=2, description="Processes that are timed against one.")
    warm_up: int = Field(
        5, ge=4, description="Steps of a training before anything is measured; the fourth records what is replayed."
    )
    steps: int = Field(10, ge=1, description="Steps of a training in a round.")
    repeats: int = Field(5, ge=1, description="Rounds of a training, of which the median counts.")
    batch_size: int = Field(4, ge=1, description="Pictures of each process in a step.")
    pictures: int = Field(8, ge=1, description="Pictures, of noise, that are learned from.")
    learning_rate: float = Field(5e-6, gt=0, description="AdamW's.")
    mixed_precision: Literal["auto", "no", "bf16", "fp16"] = Field("auto", description="Number format of the networks.")
    drawn_at_once: int = Field(16, ge=1, description="Pictures of a batch that is drawn.")
    batches: int = Field(2, ge=1, description="Batches that each process draws after its first, which is not measured.")
    sampling_steps: int = Field(50, ge=1, description="Sampling steps.")
    guidance_scale: float = Field(7.5, gt=1, description="Weight of classifier-free guidance.")


class ClusterBenchmarkOptions(BaseModel):
    """How worker processes are timed against one process, on a CPU."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    processes: int = Field(2, ge=2, description="Processes that are timed against one, and threads of that one.")
    models: int = Field(4, ge=1, description="Models that are fine-tuned and drawn with.")
    photos: int = Field(8, ge=1, description="Photographs that each learns from.")
    steps: int = Field(20, ge=1, description="Optimiser steps of each.")
    batch_size: int = Field(4, ge=1, description="Pictures a step.")
    learning_rate: float = Field(4e-4, gt=0, description="AdamW's.")
    portraits: int = Field(4, ge=1, description="Portraits that each draws, all at once.")
    sampling_steps: int = Field(10, ge=1, description="Sampling steps.")
    guidance_scale: float = Field(2.0, ge=1, description="Weight of classifier-free guidance.")
    seed: int = Field(0, ge=0, description="Seed of the first model; each has one more.")
