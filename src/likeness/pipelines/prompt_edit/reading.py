"""What scores ask of other models: what a picture shows, and how well it fits its prompt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image
from transformers import CLIPModel, CLIPProcessor

from likeness.diffusion.placement import choose_device
from likeness.metrics.probe import Probe, ProbeError, open_probe

_BATCH = 16  # pictures at once


def open_reader(folder: Path) -> Probe:
    """Open the probe that reads what pictures show.

    Raises:
        ProbeError: there is none that can be opened.
    """
    try:
        return open_probe(folder)
    except ProbeError as error:
        raise ProbeError(
            f"probe: {error} Name another folder: --params probe=<folder>; or read nothing: --params "
            "prompt_edit.scoring.read=false."
        ) from error


@torch.inference_mode()
def clip_similarities(source: str, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> list[float]:
    """Return the cosine between the embeddings of each picture and its prompt (Radford et al. 2021, arXiv 2103.00020).

    Args:
        source: a CLIP model in transformers' layout, a folder or a hub id.
        pictures: n pictures.
        prompts: n prompts; of one longer than the model takes, the beginning counts.

    Raises:
        ValueError: there is no such model.
    """
    folder = Path(source).is_dir()
    device = choose_device()
    try:
        model = CLIPModel.from_pretrained(source, use_safetensors=True, local_files_only=folder).to(device).eval()
        processor = CLIPProcessor.from_pretrained(source, local_files_only=folder)
    except (OSError, ValueError) as error:
        raise ValueError(f"prompt_edit.scoring.clip_model: {source!r} cannot be opened ({error}).") from error
    similarities: list[float] = []
    for start in range(0, len(pictures), _BATCH):
        chunk = slice(start, start + _BATCH)
        inputs = processor(
            text=list(prompts[chunk]), images=list(pictures[chunk]), return_tensors="pt", padding=True, truncation=True
        )
        output = model(**inputs.to(device))
        similarities += torch.cosine_similarity(output.image_embeds, output.text_embeds).tolist()
    return similarities
