"""CLIP-I and CLIP-T: how alike two pictures are, and how well a picture fits a text, to CLIP.

Cosines of CLIP's embeddings (Radford et al. 2021, arXiv 2103.00020): CLIP-I of two pictures, CLIP-T of picture and
prompt, as Ruiz et al. (2023, arXiv 2208.12242, section 4) measure likeness and obedience to the prompt.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import CLIPModel, CLIPTokenizer

from likeness.metrics.network_input import MetricModelError, as_input, directions, open_weights

_MEAN, _DEVIATION = (
    (0.48145466, 0.4578275, 0.40821073),
    (0.26862954, 0.26130258, 0.27577711),
)  # of its training pictures


class Clip:
    """A CLIP in transformers' layout, such as `openai/clip-vit-base-patch32`.

    Args:
        source: folder, or hub id in the hub's cache.
        device: where it computes.

    Raises:
        MetricModelError: it or its tokenizer is not on this machine, holds no safetensors, or is no CLIP.
    """

    def __init__(self, source: str, device: torch.device) -> None:
        self._network = open_weights(CLIPModel, source).to(device)
        self._device = device
        words = int(self._network.config.text_config.vocab_size)
        lacking = f"{source} holds no tokenizer of {words} words, as many as its CLIP knows"
        try:
            self._tokenizer = CLIPTokenizer.from_pretrained(source, local_files_only=True)
        except (OSError, ValueError) as error:
            raise MetricModelError(lacking) from error
        # Without its files transformers makes an empty one.
        if len(self._tokenizer) != words:
            raise MetricModelError(lacking)

    def pictures(self, images: Iterable[Image.Image]) -> NDArray[np.float64]:
        """Return the pictures' embeddings of length 1, (n, d): products of two are their cosines."""
        side = int(self._network.config.vision_config.image_size)
        inputs = (as_input(image, side, side, _MEAN, _DEVIATION) for image in images)
        return directions(inputs, self._embed_pictures, self._device)

    def texts(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the texts' embeddings of length 1, (n, d), among the pictures'; a text beyond the network's is cut."""
        length = int(self._network.config.text_config.max_position_embeddings)
        tokens = self._tokenizer(
            list(texts), padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        )
        return directions(tokens["input_ids"], self._embed_texts, self._device)

    def _embed_pictures(self, batch: torch.Tensor) -> torch.Tensor:
        projected: torch.Tensor = self._network.visual_projection(self._network.vision_model(batch).pooler_output)
        return projected

    def _embed_texts(self, batch: torch.Tensor) -> torch.Tensor:
        # What is after the first end token is never seen by it, so that no mask is needed.
        projected: torch.Tensor = self._network.text_projection(self._network.text_model(batch).pooler_output)
        return projected
