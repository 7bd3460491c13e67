"""Which rows of a batch follow which, and what their cross-attention takes from them in each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Following:
    """How a row of the batch follows another one.

    Attributes:
        row: of the source.
        mapper: float (tokens, tokens) from the source's tokens to this row's.
        cross: bool (steps, tokens): where this row's tokens take the source's cross-attention.
        weights: float (tokens,), factors on this row's cross-attention.
        self_steps: number of first steps with the source's self-attention.
        self_limit: greatest share of the latents' positions that a layer may have whose self-attention is followed.
    """

    row: int
    mapper: Tensor
    cross: Tensor
    weights: Tensor
    self_steps: int
    self_limit: float


@dataclass(frozen=True)
class CrossPattern:
    """What cross-attention does in the steps in which the same tokens follow.

    Attributes:
        queries: for each row of the batch, and after them for each mixed one, the row whose queries and keys it takes;
            None for each row its own.
        changed: rows with other values than their own; None for none.
        taken: (changed, tokens, tokens), M diag(a w): their new values from their own.
        mixed: rows that also attend by themselves; None for none.
        own: (mixed, 1, tokens, 1), (1 - a) w.
    """

    queries: Tensor | None
    changed: Tensor | None
    taken: Tensor
    mixed: Tensor | None
    own: Tensor


class Followers:
    """The rows of a batch that follow others.

    Args:
        rows: one a row of the batch without the unconditional ones; None for a row that attends by itself.
        unconditional: rows of the batch before these, which never follow.
        device: of the UNet.
        dtype: of the UNet.

    Attributes:
        following: how each row follows that does, by its place in `rows`.
    """

    def __init__(
        self, rows: Sequence[Following | None], *, unconditional: int, device: torch.device, dtype: torch.dtype
    ) -> None:
        self.following = {row: following for row, following in enumerate(rows) if following is not None}
        self._size = unconditional + len(rows)
        self._unconditional = unconditional
        self._device, self._dtype = device, dtype
        self._known_sources: dict[tuple[int, ...], Tensor] = {}

    def index(self, rows: Sequence[int]) -> Tensor:
        """Places of rows in the whole batch, int64 (rows,)."""
        return torch.tensor([self._unconditional + row for row in rows], dtype=torch.int64, device=self._device)

    def same(self, step: int, other: int) -> bool:
        """Whether the same tokens follow in two steps."""
        return all(torch.equal(f.cross[step], f.cross[other]) for f in self.following.values())

    def self_sources(self, step: int, share: float) -> Tensor | None:
        """For each row of the batch the one whose self-attention it has; None for its own.

        Args:
            step: of the sampler.
            share: of the latents' positions that the layer has.
        """
        return self._sources(
            [row for row, f in self.following.items() if step < f.self_steps and share <= f.self_limit]
        )

    def pattern(self, step: int) -> CrossPattern:
        """What cross-attention does in a step."""
        follow = [row for row, f in self.following.items() if bool(f.cross[step].any())]
        weigh = [row for row, f in self.following.items() if bool((f.weights != 1).any())]
        changed = sorted({*follow, *weigh})
        taken, mixed, own = [], [], []
        for row in changed:
            following = self.following[row]
            cross, weights = following.cross[step].float(), following.weights
            # A row that only weighs its words takes its own attention, and only once.
            taken.append(following.mapper * (cross * weights) if row in follow else weights.diag())
            by_itself = (1 - cross) * weights
            if row in follow and bool(by_itself.any()):
                mixed.append(row)
                own.append(by_itself.view(1, -1, 1))
        sources, mixed_rows = self._sources(follow), self.index(mixed)
        return CrossPattern(
            queries=sources if sources is None or not mixed else torch.cat([sources, mixed_rows]),
            changed=self.index(changed) if changed else None,
            taken=self._stacked(taken),
            mixed=mixed_rows if mixed else None,
            own=self._stacked(own),
        )

    def _sources(self, following: Sequence[int]) -> Tensor | None:
        """For each row of the whole batch the one that it follows; None for each itself."""
        if not following:
            return None
        if tuple(following) not in self._known_sources:
            sources = list(range(self._size))
            for row in following:
                sources[self._unconditional + row] = self._unconditional + self.following[row].row
            self._known_sources[tuple(following)] = torch.tensor(sources, device=self._device)
        return self._known_sources[tuple(following)]

    def _stacked(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack(list(tensors) or [torch.empty(0)]).to(self._device, self._dtype)
