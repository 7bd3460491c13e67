"""DINO: how alike two pictures are to a network that learned without labels to tell pictures apart.

The cosine of the class token's embeddings by a ViT-S/16 trained with DINO (Caron et al. 2021, arXiv 2104.14294), with
which Ruiz et al. (2023, arXiv 2208.12242, section 4) measure how well a fine-tuned model keeps its subject.
Pictures are scaled and cut as DINO evaluates: 256 px, of which the middle 224.
"""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import ViTModel

from likeness.metrics.network_input import as_input, directions, open_weights

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet


class Dino:
    """A ViT in transformers' layout, such as `facebook/dino-vits16`.

    Args:
        source: folder, or hub id in the hub's cache.
        device: where it computes.

    Raises:
        MetricModelError: it is not on this machine, holds no safetensors, or is no ViT.
    """

    def __init__(self, source: str, device: torch.device) -> None:
        self._network = open_weights(ViTModel, source, add_pooling_layer=False).to(device)
        self._device = device

    def pictures(self, images: Iterable[Image.Image]) -> NDArray[np.float64]:
        """Return the pictures' embeddings of length 1, (n, d): products of two are their cosines."""
        side = int(self._network.config.image_size)
        inputs = (as_input(image, side, round(side * 256 / 224), _MEAN, _DEVIATION) for image in images)
        return directions(inputs, lambda batch: self._network(batch).last_hidden_state[:, 0], self._device)
