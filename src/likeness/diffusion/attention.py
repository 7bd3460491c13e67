"""Attention in which rows of a batch follow other rows, for any UNet2DConditionModel.

A row that follows takes the softmax of its source and its own values. With the source's map P, the row's own map O, the
mapper M from source to target tokens, the tokens a that follow at this step and the words' weights w, Prompt-to-Prompt
(Hertz et al. 2022, arXiv 2208.01626, section 3.2) asks for

    (P M diag(a) + O diag(1 - a)) diag(w) V = P (M diag(a w) V) + O diag((1 - a) w) V.

The right side needs no map: it is attention with the source's queries and keys and other values, so that the fused
kernels serve for controlled rows as well. Maps are computed only where they are looked at: in the cross-attention of
one level, for the rows that are blended or whose attention is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor, AttnProcessor2_0
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

_LAYER = re.compile(r"(?:(down|up)_blocks\.(\d+)|mid_block)\..*\btransformer_blocks\.\d+\.attn[12]\.processor")
_FINEST_NEEDED = 16  # positions a side, at the size a UNet was trained at: what the paper blends by


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


class AttentionControl:
    """What each row of a batch follows, step by step, and the maps that are kept of it.

    Args:
        rows: one a row of the batch without the unconditional ones; None for a row that attends by itself.
        unconditional: rows of the batch before these, which are never controlled.
        mapped: rows whose cross-attention maps are kept.
        device: of the UNet.
        dtype: of the UNet.
    """

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
        self._mapped = list(mapped)
        self._device, self._dtype = device, dtype
        self._place = {row: place for place, row in enumerate(self._followers)}
        self._mappers = self._stacked([following.mapper for following in self._followers.values()])
        self._weights = self._stacked([following.weights for following in self._followers.values()])
        self._cross = self._stacked([following.cross.float() for following in self._followers.values()])
        self._maps: Tensor | None = None
        self._layers = 0
        self.begin(0)

    def begin(self, step: int) -> None:
        """Prepare for the UNet's next call, in a step of the sampler counted from 0."""
        self._step = step
        self._maps, self._layers = None, 0
        self._self_sources: dict[float, Tensor | None] = {}
        follow = [row for row, following in self._followers.items() if bool(following.cross[step].any())]
        weigh = [row for row, following in self._followers.items() if bool((following.weights != 1).any())]
        changed = sorted({*follow, *weigh})
        self._cross_sources = self._sources(follow)
        self._changed = self._index(changed) if changed else None
        # Rows of `changed` that attend to some token by themselves although they follow in others.
        mixed = [row for row in follow if not self._follows_alone(row)]
        self._mixed = self._index(mixed) if mixed else None
        if changed:
            places = [self._place[row] for row in changed]
            follows = self._cross[places, step]
            weights = self._weights[places]
            alone = torch.tensor([row not in follow for row in changed], device=self._device).view(-1, 1, 1)
            taken = torch.where(alone, torch.diag_embed(weights), self._mappers[places] * (follows * weights)[:, None])
            self._taken = taken.to(self._dtype)
        if mixed:
            places = [self._place[row] for row in mixed]
            self._own = ((1 - self._cross[places, step]) * self._weights[places]).to(self._dtype)[:, None, :, None]

    def self_attention(self, share: float, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Self-attention of one layer, (rows, heads, positions, channels) as the arguments.

        Args:
            share: of the latents' positions that the layer has.
            query: of all rows.
            key: of all rows.
            value: of all rows.
        """
        if share not in self._self_sources:
            self._self_sources[share] = self._sources(
                [
                    row
                    for row, following in self._followers.items()
                    if self._step < following.self_steps and share <= following.self_limit
                ]
            )
        sources = self._self_sources[share]
        if sources is not None:
            query, key = query[sources], key[sources]
        return scaled_dot_product_attention(query, key, value)

    def cross_attention(self, query: Tensor, key: Tensor, value: Tensor, *, keep_map: bool) -> Tensor:
        """Cross-attention of one layer, (rows, heads, positions or tokens, channels) as the arguments."""
        if keep_map and self._mapped:
            self._keep(query, key)
        if self._changed is None:
            return scaled_dot_product_attention(query, key, value)
        _, heads, tokens, channels = value.shape
        changed = value[self._changed].transpose(1, 2).flatten(2)
        changed = (self._taken @ changed).view(-1, tokens, heads, channels).transpose(1, 2)
        values = value.index_copy(0, self._changed, changed)
        if self._cross_sources is None:
            return scaled_dot_product_attention(query, key, values)
        attended = scaled_dot_product_attention(query[self._cross_sources], key[self._cross_sources], values)
        if self._mixed is not None:
            own = value[self._mixed] * self._own
            attended.index_add_(0, self._mixed, scaled_dot_product_attention(query[self._mixed], key[self._mixed], own))
        return attended

    def maps(self) -> Tensor:
        """Cross-attention of this step: float32 (rows kept, positions, tokens), averaged over heads and layers.

        The maps of rows that follow are those that took effect, but for the words' weights.
        """
        if self._maps is None:
            raise RuntimeError("no layer was asked to keep its maps in this step")
        maps = self._maps / self._layers
        effective = maps.clone()
        for place, row in enumerate(self._mapped):
            following = self._followers.get(row)
            if following is not None:
                cross = following.cross[self._step].to(maps)
                source = maps[self._mapped.index(following.row)]
                effective[place] = source @ (following.mapper.to(maps) * cross) + maps[place] * (1 - cross)
        return effective

    def _keep(self, query: Tensor, key: Tensor) -> None:
        rows = self._index(self._mapped)
        maps = attention_map(query[rows], key[rows]).mean(1)
        self._maps = maps if self._maps is None else self._maps + maps
        self._layers += 1

    def _follows_alone(self, row: int) -> bool:
        """Whether all tokens that count take the source's attention in this step."""
        following = self._followers[row]
        return bool((following.cross[self._step] | (following.weights == 0)).all())

    def _sources(self, following: Sequence[int]) -> Tensor | None:
        """For each row of the whole batch the one whose queries and keys it takes; None for each its own."""
        if not following:
            return None
        sources = list(range(self._size))
        for row in following:
            sources[self._unconditional + row] = self._unconditional + self._followers[row].row
        return torch.tensor(sources, device=self._device)

    def _index(self, rows: Sequence[int]) -> Tensor:
        return torch.tensor([self._unconditional + row for row in rows], device=self._device)

    def _stacked(self, tensors: Sequence[Tensor]) -> Tensor:
        return torch.stack(list(tensors)).to(self._device) if tensors else torch.empty(0, device=self._device)


def attention_map(query: Tensor, key: Tensor) -> Tensor:
    """The softmax that fused kernels leave out: float32 (rows, heads, positions, tokens), rows summing to 1."""
    scale: float = query.shape[-1] ** -0.5
    return (query.float() @ key.float().transpose(-1, -2) * scale).softmax(-1)


class ControlledAttention:
    """An attention processor that computes what `AttnProcessor2_0` does, with rows that follow others."""

    def __init__(self, control: AttentionControl, share: float, keep_map: bool) -> None:
        self._control, self._share, self._keep_map = control, share, keep_map

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """The layer's output, shaped as `hidden_states` (rows, positions, channels)."""
        if attention_mask is not None:
            raise ValueError("attention control knows no attention masks: leave out encoder_attention_mask")
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            projection(states).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for projection, states in ((attn.to_q, hidden_states), (attn.to_k, context), (attn.to_v, context))
        )
        if encoder_hidden_states is None:
            attended = self._control.self_attention(self._share, query, key, value)
        else:
            attended = self._control.cross_attention(query, key, value, keep_map=self._keep_map)
        output: Tensor = attn.to_out[0](attended.transpose(1, 2).flatten(2))
        return output


@contextmanager
def controlled(unet: UNet2DConditionModel, control: AttentionControl) -> Iterator[None]:
    """The UNet with its attention under control; afterwards, whatever happened, with its own processors.

    Raises:
        ValueError: the UNet has no transformer layers with text, or they have processors of another kind.
    """
    original = unet.attn_processors
    kept = map_level(unet)
    processors = dict(original)
    for name, processor in original.items():
        level = layer_level(unet, name)
        if level is None:
            continue
        if not isinstance(processor, AttnProcessor | AttnProcessor2_0):
            raise ValueError(
                f"the UNet's layer {name.removesuffix('.processor')} has a {type(processor).__name__}, which cannot be "
                "controlled: set the UNet's default processors first"
            )
        processors[name] = ControlledAttention(control, 4.0**-level, level == kept and ".attn2." in name)
    try:
        unet.set_attn_processor(processors)
        yield
    finally:
        unet.set_attn_processor(dict(original))


def layer_level(unet: UNet2DConditionModel, name: str) -> int | None:
    """How often the latents are halved before an attention layer; None for a layer outside the transformers."""
    found = _LAYER.fullmatch(name)
    if not found:
        return None
    deepest = len(unet.config.block_out_channels) - 1
    number = int(found[2] or 0)
    return {"down": number, None: deepest, "up": deepest - number}[found[1]]


def map_level(unet: UNet2DConditionModel) -> int:
    """The level whose cross-attention shows best where words are: the coarsest of at least 16 positions a side.

    Counted at the size that the UNet was trained at: for SD 1 and 2 at 512 pixels the 16 x 16 level of the paper, for
    SD 2 at 768 pixels 24 x 24, for SDXL 32 x 32; the finest level there is where all are smaller.

    Raises:
        ValueError: the UNet has no cross-attention.
    """
    levels = {layer_level(unet, name) for name in unet.attn_processors if ".attn2." in name}
    present = sorted(level for level in levels if level is not None)
    if not present:
        raise ValueError("the UNet has no transformer layers with cross-attention: there is nothing to control")
    native = unet.config.sample_size
    side = native if isinstance(native, int) else min(native)
    return max((level for level in present if side / 2**level >= _FINEST_NEEDED), default=present[0])


def level_size(height: int, width: int, level: int) -> tuple[int, int]:
    """Positions of a level, for latents of a size: the UNet halves with padding, so that odd sides are rounded up."""
    return -(-height // 2**level), -(-width // 2**level)
