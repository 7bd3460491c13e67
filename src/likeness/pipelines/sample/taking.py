"""Take the photographs of a plan, those that an earlier run has not taken yet."""

import importlib
import pkgutil
from collections.abc import Iterable

import pandas as pd
from PIL import Image

import likeness.synthetic
from likeness.datasets import ImageSet, WorkFolder, code_digest
from likeness.synthetic.portrait import render
from likeness.synthetic.sample import Photograph

_COMMENT = "Generated"
"""Of the JPEG: nobody sat for it."""


def take(photographs: Iterable[Photograph], work: WorkFolder, *, size: int, quality: int) -> ImageSet:
    """Photograph what is planned.

    Args:
        photographs: the plan.
        work: where the photographs go; what is there already is not taken again.
        size: pixels a side.
        quality: of the JPEG, 1 to 95.
    """
    rows = []
    for photograph in photographs:
        if not work.has(photograph.file):
            picture = Image.fromarray(render(photograph.person, photograph.shot, size))
            with work.writing(photograph.file) as path:
                # Progressive: a twentieth smaller, the same pixels.
                picture.save(path, format="JPEG", quality=quality, progressive=True, optimize=True, comment=_COMMENT)
        rows.append(photograph.row())
    metadata = pd.DataFrame(rows).sort_values("file")
    return ImageSet.from_folder(work.path, metadata, files=metadata["file"])


def synthetic_code() -> str:
    """Digest the code of the synthetic world, so that changed code takes new photographs."""
    package = likeness.synthetic
    names = [module.name for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]
    return code_digest(*(importlib.import_module(name) for name in names))
