"""Attention processors that put a UNet's attention under control, for any UNet2DConditionModel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention, AttnProcessor, AttnProcessor2_0
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from likeness.diffusion.attention import AttentionControl, KeysAndValues
from likeness.diffusion.levels import layer_level, map_level
from likeness.diffusion.patterns import CrossPattern


class ControlledAttention:
    """An attention processor that computes what `AttnProcessor2_0` does, with rows that follow others.

    Prompts stay the same from step to step: their keys and values are projected once, and again when another tensor of
    prompt embeddings comes or another pattern of control.

    Args:
        control: of the batch.
        share: of the latents' positions that the layer has.
        keep_map: whether the control wants to see the layer's maps.
    """

    def __init__(self, control: AttentionControl, share: float, keep_map: bool) -> None:
        self._control, self._share, self._keep_map = control, share, keep_map
        self._context: Tensor | None = None
        self._pattern: CrossPattern | None = None
        self._prompts: KeysAndValues | None = None

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
        if encoder_hidden_states is None:
            sources = self._control.self_sources(self._share)
            followed = hidden_states if sources is None else hidden_states[sources]
            query, key = (_heads(attn, projection(followed)) for projection in (attn.to_q, attn.to_k))
            attended = scaled_dot_product_attention(query, key, _heads(attn, attn.to_v(hidden_states)))
        else:
            query = _heads(attn, attn.to_q(hidden_states))
            prompts = self._projected(attn, encoder_hidden_states)
            attended = self._control.cross_attention(query, prompts, keep_map=self._keep_map)
        output: Tensor = attn.to_out[0](attended.transpose(1, 2).flatten(2))
        return output

    def _projected(self, attn: Attention, context: Tensor) -> KeysAndValues:
        if self._prompts is None or self._context is not context or self._pattern is not self._control.pattern:
            key, value = (_heads(attn, projection(context)) for projection in (attn.to_k, attn.to_v))
            self._context, self._pattern = context, self._control.pattern
            self._prompts = self._control.keys_and_values(key, value)
        return self._prompts


def _heads(attn: Attention, projected: Tensor) -> Tensor:
    """From (rows, positions, heads · channels) to (rows, heads, positions, channels)."""
    return projected.view(*projected.shape[:2], attn.heads, -1).transpose(1, 2)


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
