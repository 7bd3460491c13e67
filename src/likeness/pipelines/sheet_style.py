"""What all sheets look alike in: colours, type, heat maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

INK, MUTED, FAINT, LINE = "#1d2433", "#667085", "#eef0f4", "#d5d9e2"
BLUE, AMBER = "#2f5fb3", "#c2570c"
NOTHING = "#e4e6eb"  # where there is no value

SHARES = LinearSegmentedColormap.from_list("shares", ["#f5f8fd", "#a9c6ec", "#4b84cd", "#17427f"])
SIMILARITIES = LinearSegmentedColormap.from_list("similarities", ["#fbf8f1", "#eecf97", "#d28c45", "#7a3a12"])
# Distances: blue is the same person, amber is not, white the threshold between.
DISTANCES = LinearSegmentedColormap.from_list("distances", ["#17427f", "#6f9fdb", "#ffffff", "#f0c9a0", "#c2570c"])
for _colours in (SHARES, SIMILARITIES, DISTANCES):
    _colours.set_bad(NOTHING)


def new_figure(width: float, height: float) -> Figure:
    """Return a white figure of this size in inches, without pyplot's global state."""
    return Figure(figsize=(width, height), dpi=120, facecolor="white")


def title(figure: Figure, text: str, subtitle: str, *, left: float = 0.5, top: float = 0.42) -> None:
    """Write a title and a line below it; positions in inches from the upper left corner."""
    width, height = figure.get_size_inches()
    figure.text(left / width, 1 - top / height, text, size=19, weight="bold", color=INK, va="center")
    figure.text(left / width, 1 - (top + 0.34) / height, subtitle, size=10.5, color=MUTED, va="center")


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add axes without ticks or frame at a place in inches from the upper left corner."""
    total_width, total_height = figure.get_size_inches()
    axes = figure.add_axes(
        (left / total_width, 1 - (top + height) / total_height, width / total_width, height / total_height)
    )
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def write(figure: Figure, x: float, y: float, text: str, **style: Any) -> Text:
    """Write text at a place in inches from the upper left corner."""
    width, height = figure.get_size_inches()
    settings: dict[str, Any] = {"size": 9.5, "color": INK, "va": "center", **style}
    return figure.text(x / width, 1 - y / height, text, **settings)


def withheld(figure: Figure, left: float, top: float, side: float) -> None:
    """Say on a black picture, a square at a place in inches, why it is black."""
    text = "withheld by the\nsafety checker"
    write(figure, left + side / 2, top + side / 2, text, ha="center", size=8.5, color=FAINT)


def heat_map(
    axes: Axes,
    values: NDArray[np.float64],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    colours: Colormap,
    limits: tuple[float, float],
    form: str,
) -> AxesImage:
    """Draw a labelled heat map with the value in every cell.

    Args:
        axes: where.
        values: (n, m), NaN where there is no value.
        rows: n labels.
        columns: m labels, written aslant above.
        colours: from the lower to the upper limit.
        limits: values at the ends of the colours.
        form: how a value is written, a format string.
    """
    image = axes.imshow(np.ma.masked_invalid(values), cmap=colours, norm=Normalize(*limits), aspect="auto")
    axes.set_xticks(range(len(columns)), columns, rotation=35, ha="left", rotation_mode="anchor", size=9, color=INK)
    axes.set_yticks(range(len(rows)), rows, size=9, color=INK)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=4)
    axes.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.6)
    axes.tick_params(which="minor", length=0)
    for (row, column), value in np.ndenumerate(values):
        text, colour = ("–", MUTED) if np.isnan(value) else (form.format(value), ink_on(image, value))
        axes.text(column, row, text, ha="center", va="center", size=8.5, color=colour)
    return image


def heated(picture: NDArray[np.uint8], level: NDArray[np.floating], colours: Colormap) -> NDArray[np.float64]:
    """Lay heat over a picture turned grey.

    Args:
        picture: (h, w, 3).
        level: of any size, 0..1; smoothed to the picture's.
        colours: from cold to hot.

    Returns:
        (h, w, 3) in 0..1.
    """
    height, width = picture.shape[:2]
    grey = picture.astype(np.float64).mean(axis=2, keepdims=True) / 255
    fitted = Image.fromarray(level.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
    smooth = np.clip(np.asarray(fitted, dtype=np.float64), 0, 1)
    # Where it is cold the picture shows most, and nowhere it is lost.
    weight = 0.2 + 0.65 * smooth[..., None]
    return np.asarray((1 - weight) * grey + weight * colours(smooth)[..., :3], dtype=np.float64)


def ink_on(image: AxesImage, value: float) -> str:
    """Return the colour of text that can be read on the colour of a value."""
    red, green, blue, _ = image.to_rgba(np.array([value]))[0]
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "white"


def colour_bar(figure: Figure, image: AxesImage, left: float, top: float, width: float, low: str, high: str) -> None:
    """Add a small horizontal colour scale with a word at each end; places in inches from the upper left corner."""
    axes = place(figure, left, top, width, 0.1)
    axes.imshow(np.linspace(0, 1, 256)[None], cmap=image.cmap, aspect="auto")
    write(figure, left, top + 0.22, low, size=8, color=MUTED)
    write(figure, left + width, top + 0.22, high, size=8, color=MUTED, ha="right")
