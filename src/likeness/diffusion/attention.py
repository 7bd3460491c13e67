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

from likeness.diffusion.patterns import CrossPattern, Followers, Following

_LAYERS_AT_ONCE = 8
"""Whose maps are made together: launches are what costs, but SDXL has 60 layers at the level that is looked at."""


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
        self._followers = Followers(rows, unconditional=unconditional, device=device, dtype=dtype)
        self._mapped = list(mapped)
        self._mapped_rows = self._followers.index(self._mapped)
        looked_at = {row: following for row, following in self._followers.following.items() if row in self._mapped}
        self._mappers = {row: following.mapper.to(device, torch.float32) for row, following in looked_at.items()}
        self._cross = {row: following.cross.to(device, torch.float32) for row, following in looked_at.items()}
        self.pattern, self._step = self._followers.pattern(0), 0
        self.begin(0)

    def begin(self, step: int) -> None:
        """Prepare for the UNet's next call, in a step of the sampler counted from 0."""
        if not self._followers.same(step, self._step):
            self.pattern = self._followers.pattern(step)
        self._step = step
        self._looked_at: list[tuple[Tensor, Tensor]] = []
        self._maps: list[Tensor] = []
        self._layers = 0

    def self_sources(self, share: float) -> Tensor | None:
        """For each row of the batch the one whose queries and keys it takes in self-attention; None for its own.

        Args:
            share: of the latents' positions that the layer has.
        """
        return self._followers.self_sources(self._step, share)

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
            if len(self._looked_at) == _LAYERS_AT_ONCE:
                self._make_maps()
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
        self._make_maps()
        if not self._maps:
            raise RuntimeError("no layer was asked to keep its maps in this step")
        maps = torch.stack(self._maps).sum(0) / self._layers
        effective = maps.clone()
        for place, row in enumerate(self._mapped):
            following = self._followers.following.get(row)
            if following is not None:
                cross = self._cross[row][self._step]
                source = maps[self._mapped.index(following.row)]
                effective[place] = source @ (self._mappers[row] * cross) + maps[place] * (1 - cross)
        return effective

    def _make_maps(self) -> None:
        """Add up the maps of the layers looked at since the last time, (rows kept, positions, tokens)."""
        if self._looked_at:
            # The layers are of one level, and so of one shape.
            queries, keys = (torch.stack(tensors) for tensors in zip(*self._looked_at, strict=True))
            self._maps.append(attention_map(queries, keys).mean(2).sum(0))
            self._layers += len(self._looked_at)
            self._looked_at = []


def attention_map(query: Tensor, key: Tensor) -> Tensor:
    """The softmax that fused kernels leave out: float32 (…, positions, tokens), summing to 1 over the tokens.

    Args:
        query: (…, positions, channels).
        key: (…, tokens, channels).
    """
    scale: float = query.shape[-1] ** -0.5
    return (query.float() @ key.float().transpose(-1, -2) * scale).softmax(-1)
