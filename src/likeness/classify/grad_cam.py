"""Where in a picture a classifier finds a class: Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391).

The head is linear in the mean and standard deviation of the last stage's maps, so the gradient's mean over places has a
closed form, and no backend's automatic differentiation is needed: the part of the standard deviation is proportional
to each place's distance from the mean and averages out.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from likeness.classify.backbones import backbone
from likeness.classify.classifier import Classifier
from likeness.classify.network import head_weights
from likeness.classify.trunk_features import in_batches
from likeness.classify.views import grid_boxes, judging_views


def grad_cam(classifier: Classifier, image: Image.Image, class_name: str) -> NDArray[np.float64]:
    """Show what of a picture speaks for a class.

    Args:
        classifier: whose judgement is looked into.
        image: an RGB picture.
        class_name: of `classifier.classes`.

    Returns:
        (height, width) in 0..1, mean over the views that cover each place, largest value 1; all 0 where nothing speaks
        for the class.

    Raises:
        ValueError: there is no such class.
    """
    if class_name not in classifier.classes:
        raise ValueError(f"there is no class {class_name}; the classes are {', '.join(classifier.classes)}")
    options = classifier.description.views.model_copy(update={"flip": False})
    side = int(classifier.network.input_shape[1])
    heats = view_heat(classifier, judging_views(image, side, options), classifier.classes.index(class_name))
    total = np.zeros((image.height, image.width))
    covered = np.zeros_like(total)
    boxes = [box for grid in options.judged_grids for box in grid_boxes(image.size, grid)]
    for heat, box in zip(heats, boxes, strict=True):
        left, top, right, bottom = (round(edge) for edge in box)
        place = np.s_[max(top, 0) : bottom, max(left, 0) : right]
        size = total[place].shape
        total[place] += cv2.resize(heat, size[::-1], interpolation=cv2.INTER_LINEAR)
        covered[place] += 1
    heat = np.divide(total, covered, out=np.zeros_like(total), where=covered > 0)
    return heat / heat.max() if heat.max() > 0 else heat


def view_heat(classifier: Classifier, views: NDArray[np.uint8], place: int) -> NDArray[np.float64]:
    """Grad-CAM of views (n, side, side, 3) for the class at this place: (n, h, w) as the last maps, 0 or more."""
    from likeness.classify.quiet_keras import keras

    network = classifier.network
    tap = network.get_layer(backbone(classifier.description.backbone).taps[-1])
    [maps] = in_batches(keras.Model(network.input, tap.output), views)
    channels = maps.shape[-1]
    # The last features are the last stage's means and then its deviations.
    importance = head_weights(network)[-2 * channels : -channels, place] / (maps.shape[1] * maps.shape[2])
    heat: NDArray[np.float64] = np.maximum(maps.astype(np.float64) @ importance, 0.0)
    return heat
