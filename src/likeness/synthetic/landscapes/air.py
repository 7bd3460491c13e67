"""The air before the land, in which distance fades."""

from __future__ import annotations

import math

from likeness.synthetic.compiled import compiled
from likeness.synthetic.landscapes.view import View
from likeness.synthetic.vectors import Array


@compiled
def add_air(image: Array, depth: Array, horizon: Array, visibility: float, view: View, low: float) -> None:
    """Let the distance fade into the sky in place.

    Args:
        image: (size, size, 3) linear RGB.
        depth: (size, size) metres.
        horizon: (size, 3) the sky at the horizon, by column.
        visibility: Metres after which a third of the contrast is left.
        view: The perspective.
        low: How much the mist keeps to the ground, 0 to 1.
    """
    for row in range(view.size):
        for column in range(view.size):
            away = float(depth[row, column])
            if away < 1e9:
                height = view.eye - (row + 0.5 - view.horizon) * away / view.focal
                thin = math.exp(-max(height, 0.0) / 900.0) * (1 - low) + low * math.exp(-max(height, 0.0) / 60.0)
                clear = math.exp(-away / visibility * (0.12 + 0.88 * thin))
                for channel in range(3):
                    image[row, column, channel] = image[row, column, channel] * clear + horizon[column, channel] * (
                        1 - clear
                    )
