"""Attention in which rows of a batch follow other rows.

A row that follows takes the softmax of its source and its own values. With the source's map P, the row's own map O, the
mapper M from source to target tokens, the tokens a that follow at this step and the words' weights w, Prompt-to-Prompt
(Hertz et al. 2022, arXiv 2208.01626, section 3.2) asks for

    (P M diag(a) + O diag(1 - a)) diag(w) V = P (M diag(a w) V) + O (diag((1 - a) w) V).

The right side needs no map: it is attention with the source's queries and keys and other values, so that the fused
kernels serve for controlled rows as well. Maps are computed only where they are looked at: in the cross-attention of
one level, for the rows that are blended or whose attention is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention


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


@dataclass(frozen=True)
class KeysAndValues:
    """Keys and values of one layer's cross-attention under a pattern.

    Attributes:
        key: of what each row follows, and after them of the mixed rows themselves, (rows + mixed, heads, tokens,
            channels).
        value: of the same.
        mapped_key: as projected, of the rows whose maps are kept.
    """

    key: Tensor
    value: Tensor
    mapped_key: Tensor


class AttentionControl:
    """What each row of a batch follows, step by step, and the maps that are kept of it.

    Args:
        rows: one a row of the batch without the unconditional ones; None for a row that attends by itself.
        unconditional: rows of the batch before these, which are never controlled.
        mapped: rows whose cross-attention maps are kept.
        device: of the UNet.
        dtype: of the UNet.

    Attributes:
        pattern: of the present step; the same object as long as nothing changes.
    """

    pattern: CrossPattern

    def __init__(
        self,
        rows: Sequence[Following | None],
        *,
        unconditional: int,
        mapped: Sequence[int] = (),
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        self._followers = {row: following for row, following in enumerate(rows) if following is not None}
        self._size = unconditional + len(rows)
        self._unconditional = unconditional
        self._device, self._dtype = device, dtype
        self._mapped = list(mapped)
        self._mapped_rows = self._index(self._mapped)
        looked_at = {row: following for row, following in self._followers.items() if row in self._mapped}
        self._mappers = {row: following.mapper.to(device, torch.float32) for row, following in looked_at.items()}
        self._cross = {row: following.cross.to(device, torch.float32) for row, following in looked_at.items()}
        self._step: int | None = None
        self._known_sources: dict[tuple[int, ...], Tensor] = {}
        self.begin(0)

    def begin(self, step: int) -> None:
        """Prepare for the UNet's next call, in a step of the sampler counted from 0."""
        followers = self._followers.values()
        if self._step is None or not all(torch.equal(f.cross[step], f.cross[self._step]) for f in followers):
            self.pattern = self._pattern(step)
        self._step = step
        self._looked_at: list[tuple[Tensor, Tensor]] = []

    def self_sources(self, share: float) -> Tensor | None:
        """For each row of the batch the one whose queries and keys it takes in self-attention; None for its own.

        Args:
            share: of the latents' positions that the layer has.
        """
        return self._sources([row for row, f in self._followers.items() if self._follows_self(f, share)])

    def keys_and_values(self, key: Tensor, value: Tensor) -> KeysAndValues:
        """What the present pattern makes of a layer's projected prompts, (rows, heads, tokens, channels)."""
        pattern, mapped_key = self.pattern, key[self._mapped_rows]
        if pattern.changed is None:
            return KeysAndValues(key, value, mapped_key)
        values = value.index_copy(0, pattern.changed, pattern.taken.unsqueeze(1) @ value[pattern.changed])
        if pattern.mixed is not None:
            values = torch.cat([values, pattern.own * value[pattern.mixed]])
        return KeysAndValues(key if pattern.queries is None else key[pattern.queries], values, mapped_key)

    def cross_attention(self, query: Tensor, prompts: KeysAndValues, *, keep_map: bool) -> Tensor:
        """Cross-attention of one layer, (rows, heads, positions, channels) as the queries."""
        if keep_map and self._mapped:
            self._looked_at.append((query[self._mapped_rows], prompts.mapped_key))
        queries, mixed = self.pattern.queries, self.pattern.mixed
        attended = scaled_dot_product_attention(
            query if queries is None else query[queries], prompts.key, prompts.value
        )
        if mixed is None:
            return attended
        # One call of the kernel for what rows follow and what they add by themselves: launches are what costs.
        rows = len(query)
        return attended[:rows].index_add_(0, mixed, attended[rows:])

    def maps(self) -> Tensor:
        """Cross-attention of this step: float32 (rows kept, positions, tokens), averaged over heads and layers.

        The maps of rows that follow are those that took effect, but for the words' weights.
        """
        if not self._looked_at:
            raise RuntimeError("no layer was asked to keep its maps in this step")
        # The layers are of one level, and so of one shape.
        queries, keys = (torch.stack(tensors) for tensors in zip(*self._looked_at, strict=True))
        maps = attention_map(queries, keys).mean((0, 2))
        effective = maps.clone()
        for place, row in enumerate(self._mapped):
            following = self._followers.get(row)
            if following is not None:
                cross = self._cross[row][self._step]
                source = maps[self._mapped.index(following.row)]
                effective[place] = source @ (self._mappers[row] * cross) + maps[place] * (1 - cross)
        return effective

    def _pattern(self, step: int) -> CrossPattern:
        follow = [row for row, f in self._followers.items() if bool(f.cross[step].any())]
        weigh = [row for row, f in self._followers.items() if bool((f.weights != 1).any())]
        changed = sorted({*follow, *weigh})
        taken, mixed, own = [], [], []
        for row in changed:
            following = self._followers[row]
            cross, weights = following.cross[step].float(), following.weights
            # A row that only weighs its words takes its own attention, and only once.
            taken.append(following.mapper * (cross * weights) if row in follow else weights.diag())
            by_itself = (1 - cross) * weights
            if row in follow and bool(by_itself.any()):
                mixed.append(row)
                own.append(by_itself.view(1, -1, 1))
        sources, mixed_rows = self._sources(follow), self._index(mixed)
        return CrossPattern(
            queries=sources if sources is None or not mixed else torch.cat([sources, mixed_rows]),
            changed=self._index(changed) if changed else None,
            taken=self._stacked(taken),
            mixed=mixed_rows if mixed else None,
            own=self._stacked(own),
        )

    def _follows_self(self, following: Following, share: float) -> bool:
        return self._step is not None and self._step < following.self_steps and share <= following.self_limit

    def _sources(self, following: Sequence[int]) -> Tensor | None:
        """For each row of the whole batch the one that it follows; None for each itself."""
        if not following:
            return None
        if tuple(following) not in self._known_sources:
            sources = list(range(self._size))
            for row in following:
                sources[self._unconditional + row] = self._unconditional + self._followers[row].row
            self._known_sources[tuple(following)] = torch.tensor(sources, device=self._device)
        return self._known_sources[tuple(following)]

    def _index(self, rows: Sequence[int]) -> Tensor:
        return torch.tensor([self._unconditional + row for row in rows], dtype=torch.int64, device=self._device)

    def _stacked(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack(list(tensors) or [torch.empty(0)]).to(self._device, self._dtype)


def attention_map(query: Tensor, key: Tensor) -> Tensor:
    """The softmax that fused kernels leave out: float32 (…, positions, tokens), summing to 1 over the tokens.

    Args:
        query: (…, positions, channels).
        key: (…, tokens, channels).
    """
    scale: float = query.shape[-1] ** -0.5
    return (query.float() @ key.float().transpose(-1, -2) * scale).softmax(-1)
