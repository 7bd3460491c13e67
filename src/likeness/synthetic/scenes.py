"""Backgrounds, sketched at a small size: out of focus nobody sees that they are sketches.

Every scene takes a source of randomness and returns (SIZE, SIZE, 3) float32 linear RGB; lamps exceed 1.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.vectors import Array

SIZE = 192
"""Pixels a side."""


def _grid() -> tuple[Array, Array]:
    """Across and down, 0 to 1, of every pixel."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    return x, y


def _cloudy(rng: np.random.Generator, coarse: float, stretch: float = 1.0) -> Array:
    """Smooth noise of zero mean and unit deviation, (SIZE, SIZE, 1): ``coarse`` pixels fine, stretched sideways."""
    rows, columns = max(3, int(SIZE / coarse)), max(3, int(SIZE / (coarse * stretch)))
    field = rng.standard_normal((rows, columns)).astype(np.float32)
    field = cv2.resize(field, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / (field.std() + 1e-6), np.float32)[..., None]


def _gradient(top: ArrayLike, bottom: ArrayLike) -> Array:
    """From one sRGB colour at the top to another at the bottom."""
    _, y = _grid()
    return np.asarray(srgb_to_linear(top) * (1 - y[..., None]) + srgb_to_linear(bottom) * y[..., None], np.float32)


def _wall(colour: Array) -> Array:
    """One linear colour everywhere."""
    return np.tile(colour.astype(np.float32), (SIZE, SIZE, 1))


def _ridge(rng: np.random.Generator, base: float, height: float, rough: float) -> Array:
    """A skyline: (SIZE,) rows from the top as shares."""
    knots = np.interp(np.arange(SIZE), np.linspace(0, SIZE, 8), rng.standard_normal(8)) * height
    detail = rng.standard_normal(SIZE).cumsum() / np.sqrt(SIZE) * rough
    return np.asarray(base + knots + detail, np.float32)


def _pen(colour: Array) -> list[float]:
    """A linear colour as OpenCV takes it."""
    return [float(value) for value in colour]


def studio(rng: np.random.Generator) -> Array:
    """A paper background with a spot of light."""
    x, y = _grid()
    colour = srgb_to_linear(np.clip(rng.uniform(0.25, 0.8) + rng.normal(0, 0.035, 3), 0.05, 0.95))
    spot = np.exp(-(((x - rng.uniform(0.3, 0.7)) / 0.55) ** 2 + ((y - rng.uniform(0.2, 0.6)) / 0.6) ** 2))
    return np.asarray(colour * (0.45 + 0.8 * spot[..., None]) * (1 + 0.03 * _cloudy(rng, 40)), np.float32)


def forest(rng: np.random.Generator) -> Array:
    """Leaves, gaps of light and trunks."""
    image = _gradient((0.45, 0.58, 0.30), (0.20, 0.30, 0.13))
    image = image * np.exp(0.55 * _cloudy(rng, 22) + 0.35 * _cloudy(rng, 8))
    image += srgb_to_linear((0.85, 0.92, 0.60)) * np.clip(_cloudy(rng, 10) - 1.3, 0, 1) * 1.6
    for _ in range(int(rng.integers(4, 9))):
        left, width = int(rng.integers(SIZE)), int(rng.integers(3, 14))
        shade = srgb_to_linear((0.24, 0.18, 0.13)) * rng.uniform(0.5, 1.3)
        cv2.line(image, (left, 0), (left + int(rng.normal(0, 6)), SIZE), _pen(shade), width)
    return image


def beach(rng: np.random.Generator) -> Array:
    """Sky, sea, foam and sand."""
    x, y = _grid()
    horizon = rng.uniform(0.34, 0.56)
    sky = _gradient((0.36, 0.60, 0.88), (0.86, 0.93, 0.98))
    sky = sky + 0.35 * np.clip(_cloudy(rng, 26, 2.5), 0, 1.5) * (1 - y[..., None])
    sea = srgb_to_linear((0.10, 0.42, 0.55)) * (1 + 0.25 * _cloudy(rng, 5, 6))
    sand = srgb_to_linear((0.87, 0.77, 0.58)) * (1 + 0.08 * _cloudy(rng, 9))
    shore = horizon + 0.16 + 0.02 * np.sin(7 * x + rng.uniform(0, 6))
    image = np.where((y < horizon)[..., None], sky, np.where((y < shore)[..., None], sea, sand))
    foam = np.exp(-(((y - shore) / 0.014) ** 2))[..., None]
    return np.asarray(image * (1 - 0.7 * foam) + 0.9 * foam, np.float32)


def city(rng: np.random.Generator) -> Array:
    """Three rows of buildings with windows."""
    image = _gradient((0.60, 0.72, 0.86), (0.86, 0.87, 0.86))
    for depth in range(3):
        for _ in range(7):
            left, wide = int(rng.uniform(-0.1, 1) * SIZE), int(rng.uniform(0.08, 0.24) * SIZE)
            top = int(rng.uniform(0.02, 0.35 + 0.2 * depth) * SIZE)
            wall = srgb_to_linear(rng.uniform(0.32, 0.68) * np.array([1.0, 0.96, 0.90]) * (1.15 - 0.18 * depth))
            cv2.rectangle(image, (left, top), (left + wide, SIZE), _pen(wall), -1)
            glass = wall * rng.uniform(0.35, 1.9)
            for row in range(top + 4, SIZE, 9):
                for column in range(left + 3, left + wide - 4, 7):
                    cv2.rectangle(image, (column, row), (column + 3, row + 4), _pen(glass), -1)
    return image


def mountains(rng: np.random.Generator) -> Array:
    """Three ridges, the farthest with snow."""
    _, y = _grid()
    image = _gradient((0.33, 0.56, 0.86), (0.85, 0.92, 0.97))
    image = image + 0.3 * np.clip(_cloudy(rng, 30, 2), 0, 1.2) * (1 - y[..., None])
    ridges = (
        (0.34, 0.10, (0.60, 0.68, 0.78)),
        (0.50, 0.09, (0.40, 0.48, 0.50)),
        (0.68, 0.06, (0.30, 0.43, 0.22)),
    )
    for base, height, colour in ridges:
        ridge = _ridge(rng, base, height, 0.05)
        slope = srgb_to_linear(colour) * np.exp(0.25 * _cloudy(rng, 12))
        snow = np.clip(1 - (y - ridge) / 0.10, 0, 1)[..., None] * (base < 0.4)
        slope = slope * (1 - 0.8 * snow) + 0.85 * snow * (0.8 + 0.2 * np.sign(_cloudy(rng, 9)))
        image = np.where((y > ridge)[..., None], slope, image)
    return image


def library(rng: np.random.Generator) -> Array:
    """Shelves of books."""
    image = _wall(srgb_to_linear((0.30, 0.20, 0.13)))
    shelf = int(rng.integers(26, 38))
    for top in range(int(rng.integers(-20, 0)), SIZE, shelf):
        left = 0
        while left < SIZE:
            wide, tall = int(rng.integers(3, 9)), int(rng.uniform(0.60, 0.88) * shelf)
            hue = np.sin(6.28 * (rng.random() + np.array([0, 0.33, 0.66])))
            colour = srgb_to_linear(np.clip(np.array([0.42, 0.32, 0.24]) + 0.26 * hue, 0.04, 0.9))
            corner = (left + wide - 1, top + shelf - 3)
            cv2.rectangle(image, (left, top + shelf - tall), corner, _pen(colour), -1)
            left += wide if rng.random() < 0.95 else wide + 6
    return image


def garden(rng: np.random.Generator) -> Array:
    """Green, with flowers of three colours."""
    image: Array = _gradient((0.62, 0.76, 0.52), (0.28, 0.46, 0.18)) * np.exp(0.4 * _cloudy(rng, 14))
    palette = rng.uniform((0.7, 0.15, 0.2), (1.0, 0.8, 0.8), (3, 3))
    for _ in range(int(rng.integers(30, 80))):
        centre = (int(rng.integers(SIZE)), int(rng.uniform(0.25, 1) * SIZE))
        cv2.circle(image, centre, int(rng.integers(2, 5)), _pen(srgb_to_linear(palette[rng.integers(3)])), -1)
    return image


def snow(rng: np.random.Generator) -> Array:
    """A snow field with firs."""
    _, y = _grid()
    sky = _gradient((0.66, 0.74, 0.84), (0.90, 0.93, 0.97))
    ridge = _ridge(rng, 0.52, 0.05, 0.03)
    field = srgb_to_linear((0.90, 0.93, 0.98)) * (1 + 0.05 * _cloudy(rng, 20))
    image = np.where((y > ridge)[..., None], field, sky)
    for _ in range(int(rng.integers(4, 10))):
        x, foot, tall = int(rng.integers(SIZE)), int(rng.uniform(0.5, 0.75) * SIZE), int(rng.uniform(0.2, 0.5) * SIZE)
        tree = srgb_to_linear((0.22, 0.32, 0.28)) * rng.uniform(0.7, 1.5)
        triangle = np.array([[x - tall // 4, foot], [x + tall // 4, foot], [x, foot - tall]], np.int32)
        cv2.fillPoly(image, [triangle], _pen(tree))
    return image


def room(rng: np.random.Generator) -> Array:
    """A wall with a bright window, a picture and a lamp."""
    wall = srgb_to_linear(rng.uniform((0.62, 0.58, 0.50), (0.88, 0.84, 0.78)))
    image = _wall(wall) * (1 + 0.03 * _cloudy(rng, 50))
    left, top = int(rng.uniform(-0.1, 0.7) * SIZE), int(rng.uniform(0.05, 0.25) * SIZE)
    wide, tall = int(rng.uniform(0.25, 0.4) * SIZE), int(rng.uniform(0.4, 0.6) * SIZE)
    cv2.rectangle(image, (left, top), (left + wide, top + tall), [2.2, 2.4, 2.6], -1)
    for bar in (left, left + wide // 2, left + wide):
        cv2.line(image, (bar, top), (bar, top + tall), _pen(wall * 0.8), 4)
    side = (left + wide + 20) % SIZE
    painting = srgb_to_linear(rng.uniform(0.2, 0.8, 3))
    cv2.rectangle(image, (side, top + 8), (side + 36, top + 50), _pen(painting), -1)
    lamp = srgb_to_linear((1.0, 0.85, 0.55)) * 2.0
    cv2.circle(image, (int(rng.integers(SIZE)), int(rng.uniform(0.2, 0.5) * SIZE)), 9, _pen(lamp), -1)
    return image


def night(rng: np.random.Generator) -> Array:
    """A dark street with small lamps, which the blur turns into discs."""
    image: Array = _gradient((0.08, 0.10, 0.20), (0.20, 0.16, 0.18)) * np.exp(0.3 * _cloudy(rng, 30))
    for _ in range(int(rng.integers(30, 70))):
        centre = (int(rng.integers(SIZE)), int(rng.uniform(0.1, 0.9) * SIZE))
        warm = srgb_to_linear(rng.uniform((0.9, 0.6, 0.3), (1.0, 0.95, 0.9))) * 6.0 * rng.uniform(0.4, 1.2)
        cv2.circle(image, centre, int(rng.integers(1, 3)), _pen(warm), -1)
    return image
