"""A model as something that draws, in this process or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from likeness.datasets.base_model import BaseModel
from likeness.datasets.checkpoint import Checkpoint
from likeness.datasets.digest import plain
from likeness.diffusion.model import DiffusionModel, open_model
from likeness.diffusion.safety import SafetyChecker, open_safety_checker
from likeness.personalise.embedding_insertion import open_with_embedding


@dataclass(frozen=True)
class Drawer:
    """Where a model is that draws.

    Attributes:
        model: a base model, or a checkpoint on top of one.
        vectors: file of a learned word that the model is to know besides.
    """

    model: BaseModel | Checkpoint
    vectors: Path | None = None

    def open(self, device: str = "auto") -> DiffusionModel:
        """Open it.

        Args:
            device: "auto", or a torch device.

        Raises:
            ModelError: the model cannot be read.
            EmbeddingError: the learned word cannot be read.
        """
        if self.vectors is None:
            return open_model(self.model, device=device)
        return open_with_embedding(self.model, self.vectors, device=device)

    def open_checker(self, device: str = "auto") -> SafetyChecker:
        """Open the safety checker of its base model.

        Raises:
            ModelError: there is none, or it cannot be read.
        """
        return open_safety_checker(self.model, device=device)

    def described(self) -> dict[str, Any]:
        """What JSON can hold, for `described_drawer`."""
        model: dict[str, Any] = (
            {"path": str(self.model.path.resolve()), "made_from": plain(self.model.made_from)}
            if (isinstance(self.model, Checkpoint))
            else {"source": self.model.source, "revision": self.model.revision}
        )
        return {"model": model, "vectors": self.vectors and str(self.vectors.resolve())}


def described_drawer(described: Mapping[str, Any]) -> Drawer:
    """The drawer that described itself so."""
    model, vectors = described["model"], described["vectors"]
    vectors = vectors and Path(vectors)
    if "source" in model:
        return Drawer(BaseModel(**model), vectors)
    return Drawer(Checkpoint(Path(model["path"]), model["made_from"]), vectors)
