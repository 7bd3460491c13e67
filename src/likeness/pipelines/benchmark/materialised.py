"""Prompt-to-Prompt as it is usually written: every layer makes its whole attention map, whether it is edited or not.

After the code of Hertz et al. 2022 (arXiv 2208.01626), but for its store of all maps, which an edit does not need.
"""

from __future__ import annotations

import torch
from diffusers.models.attention_processor import Attention
from PIL import Image
from torch import Tensor

from likeness.diffusion.autoencoding import decode, to_pictures
from likeness.diffusion.edits import Edit, plan_edit
from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.patterns import Following
from likeness.diffusion.sampling import guided_prediction, initial_latents
from likeness.diffusion.solvers import default_solver
from likeness.diffusion.words import split_prompt


class MaterialisedAttention:
    """An attention processor under which the last row of a batch follows the one before it.

    Args:
        following: how it follows.
        positions: of the latents.
        device: of the UNet.
        dtype: of the UNet.

    Attributes:
        step: of the sampler, counted from 0.
    """

    def __init__(self, following: Following, positions: int, device: torch.device, dtype: torch.dtype) -> None:
        self._following, self._positions = following, positions
        self._mapper, self._cross, self._weights = (
            tensor.to(device, dtype) for tensor in (following.mapper, following.cross, following.weights)
        )
        self.step = 0

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """The layer's output, shaped as `hidden_states` (rows, positions, channels)."""
        is_self = encoder_hidden_states is None
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = (
            attn.head_to_batch_dim(projected)
            for projected in (attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context))
        )
        maps = attn.get_attention_scores(query, key, None)
        # Heads are rows here: the source's and the edit's are the last two lots of them.
        source, edited = maps[-2 * attn.heads : -attn.heads], maps[-attn.heads :]
        if not is_self:
            cross = self._cross[self.step]
            replaced = torch.einsum("hpw,wn->hpn", source, self._mapper)
            maps[-attn.heads :] = (replaced * cross + edited * (1 - cross)) * self._weights
        elif self._is_followed(hidden_states.shape[1]):
            maps[-attn.heads :] = source
        output: Tensor = attn.to_out[0](attn.batch_to_head_dim(torch.bmm(maps, value)))
        return output

    def _is_followed(self, positions: int) -> bool:
        within = positions <= self._following.self_limit * self._positions
        return within and self.step < self._following.self_steps


@torch.inference_mode()
def usual_edit(
    model: DiffusionModel, source: str, edit: Edit, seed: int, *, steps: int, guidance_scale: float, resolution: int
) -> tuple[Tensor, list[Image.Image]]:
    """Draw a source and one edit of it, without blend, as `edit_pictures` does.

    Args:
        model: as opened; the same again afterwards.
        source: the source prompt.
        edit: of it.
        seed: of the noise.
        steps: of DPM-Solver++(2M).
        guidance_scale: weight of classifier-free guidance, not 1.
        resolution: side in pixels.

    Returns:
        Latents float32 (2, channels, h, w), the source's first, and the pictures.
    """
    solver = default_solver(model)
    solver.set_timesteps(steps, device=model.device)
    plan = plan_edit(
        model,
        split_prompt(model.tokenizer, source),
        edit,
        steps=len(solver.timesteps),
        height=resolution,
        width=resolution,
    )
    context = encode_prompts(model, ["", "", source, edit.prompt])
    latents = initial_latents(model, [seed], resolution, resolution).repeat(2, 1, 1, 1) * solver.init_noise_sigma
    processor = MaterialisedAttention(plan.following, latents[0, 0].numel(), model.device, model.dtype)
    original = model.unet.attn_processors
    model.unet.set_attn_processor(processor)
    try:
        for processor.step, timestep in enumerate(solver.timesteps):
            prediction = guided_prediction(model, latents, timestep, context, guidance_scale)
            latents = solver.step(prediction, timestep, latents).prev_sample
    finally:
        model.unet.set_attn_processor(original)
    return latents, to_pictures(decode(model.vae, latents))
