"""Pictures as vision networks want them, and the directions of what comes out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError

_BATCH = 16


class MetricModelError(ValueError):
    """A metric's network cannot be used; the message says why."""


def open_weights(kind: Any, source: str, **options: Any) -> Any:
    """Read a network from a folder, or of a hub id from the hub's cache; nothing is downloaded or unpickled.

    Args:
        kind: a class of transformers.
        source: folder or hub id.
        **options: for the class.

    Raises:
        MetricModelError: it is not on this machine, holds no safetensors or not all weights, or is another kind.
    """
    try:
        network, report = kind.from_pretrained(
            source, local_files_only=True, use_safetensors=True, output_loading_info=True, **options
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise MetricModelError(
            f"{source} is not on this machine as a {kind.__name__} in safetensors ({reason}); give a folder of one"
        ) from error
    if report["missing_keys"]:
        raise MetricModelError(f"{source} is no {kind.__name__}: it lacks {min(report['missing_keys'])}")
    return network.eval().requires_grad_(False)


def as_input(
    image: Image.Image, side: int, scaled: int, mean: Sequence[float], deviation: Sequence[float]
) -> torch.Tensor:
    """Return a picture as a network sees it, (3, side, side) float32.

    Args:
        image: of any size.
        side: of the square that is cut from its middle, px.
        scaled: px that its shorter side is scaled to before (bicubic).
        mean: of red, green and blue in 0..1, which are subtracted.
        deviation: what they are divided by.
    """
    rgb = image.convert("RGB")
    width, height = (max(side, round(length * scaled / min(rgb.size))) for length in rgb.size)
    resized = rgb.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - side) // 2, (height - side) // 2
    pixels = np.asarray(resized.crop((left, top, left + side, top + side)), dtype=np.float32) / 255.0
    normal = (pixels - np.asarray(mean, np.float32)) / np.asarray(deviation, np.float32)
    return torch.from_numpy(normal.transpose(2, 0, 1).copy())


def directions(
    inputs: Iterable[torch.Tensor], embed: Callable[[torch.Tensor], torch.Tensor], device: torch.device
) -> NDArray[np.float64]:
    """Embed inputs in batches, and bring every embedding to length 1: (n, d)."""
    found = [embed(torch.stack(batch).to(device)).double().cpu().numpy() for batch in _batches(inputs)]
    embeddings = np.concatenate(found) if found else np.empty((0, 1))
    return np.asarray(embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True))


def _batches(inputs: Iterable[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    left = iter(inputs)
    while batch := list(islice(left, _BATCH)):
        yield batch
