"""Nodes of `sample`: take the photographs of the sitter and of the impostors."""

from collections.abc import Iterable
from itertools import islice

from likeness.datasets import ImageSet, WorkFolder, digest_of
from likeness.pipelines.sample.options import SampleOptions
from likeness.pipelines.sample.taking import synthetic_code, take
from likeness.synthetic.sample import Photograph, held_out_photographs, impostor_photographs, sitter_photographs


def photograph(options: SampleOptions, work_folder: str) -> tuple[ImageSet, ImageSet, ImageSet]:
    """Take the three sample sets.

    Returns:
        The sitter's photographs, those held out, and the impostors'.
    """
    key = digest_of(options.size, options.quality, options.seed, synthetic_code())

    def taken(name: str, photographs: Iterable[Photograph], count: int) -> ImageSet:
        work = WorkFolder(work_folder, f"sample/{name}", key)
        return take(islice(photographs, count), work, size=options.size, quality=options.quality)

    return (
        taken("sitter", sitter_photographs(options.seed), options.sitter_photos),
        taken("held_out", held_out_photographs(options.seed), options.held_out_photos),
        taken("impostor", impostor_photographs(options.seed), options.impostor_photos),
    )
