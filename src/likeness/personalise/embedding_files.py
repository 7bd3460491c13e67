"""Learned embeddings on disk, in the two forms that other programs read. Only safetensors are read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from likeness.personalise.placeholder import ascii_trigger, spelled

DIFFUSERS_FILE = "learned_embeds.safetensors"
"""The name that diffusers looks for in a folder."""

_PARAMETERS = "emb_params"
_PICKLES = {".pt", ".pth", ".bin", ".ckpt"}
SDXL_NAMES = ("clip_l", "clip_g")
"""What other programs call SDXL's text encoders in embedding files: the first, 768 wide, and the second, 1280 wide."""

_EXPECTED = (
    "Expected safetensors with one tensor (vectors, width), named by its token as diffusers does or "
    f"{_PARAMETERS} as A1111 and ComfyUI do, or for SDXL with two, {' and '.join(SDXL_NAMES)}."
)


class EmbeddingError(ValueError):
    """An embedding file cannot be used; the message names it and says what was expected."""


@dataclass(frozen=True)
class Embedding:
    """What Textual Inversion learns.

    Attributes:
        placeholder: stands for the vectors in prompts.
        vectors: of the text encoder, or of SDXL's first: float32 (vectors, width), on the CPU.
        second: as many of SDXL's second text encoder, of its own width; None for models with one.
    """

    placeholder: str
    vectors: Tensor
    second: Tensor | None = None

    @property
    def by_encoder(self) -> list[Tensor]:
        """The vectors of each text encoder."""
        return [self.vectors] if self.second is None else [self.vectors, self.second]

    @property
    def trigger(self) -> str:
        """Stands for the vectors in other programs' prompts."""
        return ascii_trigger(self.placeholder)


def save_embedding(embedding: Embedding, folder: Path) -> None:
    """Write an embedding for diffusers and, under a name of the trigger's letters, for A1111 and ComfyUI.

    diffusers loads both: the first as it is, the second with `token=` the trigger. Of SDXL both hold the same two
    tensors, as those programs read them; diffusers is given each with its text encoder and tokenizer.

    Args:
        embedding: to be written.
        folder: there, or made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_for_diffusers(embedding, folder / DIFFUSERS_FILE)
    save_for_others(embedding, folder / parameters_file(embedding.placeholder))


def save_for_diffusers(embedding: Embedding, path: Path) -> None:
    """Write an embedding as the one tensor {trigger: (vectors, width)}, or of SDXL as two, {clip_l: …, clip_g: …}."""
    _save(embedding, embedding.trigger, path)


def save_for_others(embedding: Embedding, path: Path) -> None:
    """Write an embedding for A1111 and ComfyUI, whose prompts call it by the file's name."""
    _save(embedding, _PARAMETERS, path)


def parameters_file(placeholder: str) -> str:
    """Name of the file for A1111 and ComfyUI, whose prompts use it as the word.

    >>> parameters_file("<Cézanne>")
    'cezanne.safetensors'
    """
    letters = re.sub(r"[^a-z0-9_-]", "", ascii_trigger(placeholder)) or "embedding"
    name = f"{letters}.safetensors"
    return f"{letters}_parameters.safetensors" if name == DIFFUSERS_FILE else name


def read_embedding(path: Path, placeholder: str = "") -> Embedding:
    """Read an embedding that was written here or by another program.

    Args:
        path: a file, or a folder that diffusers' form is in.
        placeholder: what prompts call it; empty: what the file says.

    Raises:
        EmbeddingError: there is no such file, it cannot be read, or does not say what it is called.
        ValueError: the placeholder is not one word.
    """
    file = path / DIFFUSERS_FILE if path.is_dir() else path
    if not file.is_file():
        what = f"the folder {path} has no {DIFFUSERS_FILE} in it" if path.is_dir() else f"there is no file {path}"
        raise EmbeddingError(f"Embedding: {what}. {_EXPECTED}")
    if file.suffix in _PICKLES:
        raise EmbeddingError(
            f"The embedding {file} is a pickle, which could run any code when it is read. Convert it where you trust "
            "it: load it by torch.load(path, weights_only=True) and write its tensor by safetensors.torch.save_file."
        )
    try:
        with safe_open(file, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - not a mapping
            said = (opened.metadata() or {}).get("placeholder", "")
    except (SafetensorError, OSError) as error:
        raise EmbeddingError(
            f"The embedding {file} cannot be read ({error}): damaged, or not safetensors. {_EXPECTED} "
            "Train or download it again."
        ) from error
    second = tensors.pop(SDXL_NAMES[1]) if tensors.keys() == set(SDXL_NAMES) else None
    if len(tensors) != 1:
        raise EmbeddingError(f"The embedding {file} holds {len(tensors)} tensors ({', '.join(tensors)}). {_EXPECTED}")
    name, vectors = next(iter(tensors.items()))
    both = [_as_vectors(one, file) for one in ([vectors] if second is None else [vectors, second])]
    if len({len(one) for one in both}) > 1:
        raise EmbeddingError(
            f"The embedding {file} holds {len(both[0])} vectors of one text encoder and {len(both[1])} of the other: "
            "a word is as many of each. Train or download it again."
        )
    called = placeholder or said or ("" if name in (_PARAMETERS, SDXL_NAMES[0]) else name)
    if not called:
        raise EmbeddingError(
            f"The embedding {file} does not say what prompts call it. Give it a placeholder, such as <{file.stem}>."
        )
    return Embedding(spelled(called), *both)


def _as_vectors(tensor: Tensor, file: Path) -> Tensor:
    vectors = tensor.unsqueeze(0) if tensor.ndim == 1 else tensor
    if vectors.ndim != 2 or not vectors.numel() or not vectors.isfinite().all():
        raise EmbeddingError(
            f"The embedding {file} holds a tensor {tuple(vectors.shape)} that is no finite vectors. {_EXPECTED}"
        )
    return vectors.float()


def _save(embedding: Embedding, name: str, path: Path) -> None:
    names = [name] if embedding.second is None else SDXL_NAMES
    vectors = [one.detach().to("cpu", torch.float32).contiguous() for one in embedding.by_encoder]
    save_file(dict(zip(names, vectors, strict=True)), path, {"placeholder": spelled(embedding.placeholder)})
