"""The sky: from the horizon's haze to the zenith, with the sun or the moon, clouds that the light models, and stars."""

from __future__ import annotations

import math
from typing import NamedTuple

import cv2
import numpy as np

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.curves import smoothstep
from likeness.synthetic.landscapes.daylight import Daylight
from likeness.synthetic.landscapes.plane_noise import fractal, plane_noise
from likeness.synthetic.landscapes.view import View
from likeness.synthetic.vectors import Array, Vector, add_scaled, dot, mix, normalised, times


class Sky(NamedTuple):
    """What a sky shows; colours are linear RGB.

    Attributes:
        seed: Of its clouds.
        sun: Unit vector towards the sun or moon, and the colours as in ``Daylight``.
        zenith: Overhead.
        middle: At a third of the way up.
        horizon: At the bottom.
        glow: Gained around the sun.
        disc: Of the sun or moon; black for none.
        disc_radius: Tangent of half its angle.
        phase: How far the dark of the moon has moved off its disc, in radii; above 2 for full, and for the sun.
        cloud_light: Towards the light.
        cloud_shade: Away from it.
        cover: Share under clouds.
        heaped: 0 for thin streaks, 1 for heaps.
        scale: Size of the clouds, 1 for common ones.
    """

    seed: int
    sun: Vector
    zenith: Vector
    middle: Vector
    horizon: Vector
    glow: Vector
    disc: Vector
    disc_radius: float
    phase: float
    cloud_light: Vector
    cloud_shade: Vector
    cover: float
    heaped: float
    scale: float


def sky_of(light: Daylight, rng: np.random.Generator) -> Sky:
    """A sky under this light; what clouds there are and the moon's phase are drawn."""
    seed, scale = int(rng.integers(2**31)), float(rng.uniform(0.8, 1.6))
    heaped, phase = float(rng.beta(1.6, 0.8)), float(rng.choice((0.45, 0.8, 3.0, 3.0)))
    radius = float(rng.uniform(0.035, 0.055))
    return Sky(
        seed=seed,
        sun=light.sun,
        zenith=light.zenith,
        middle=light.middle,
        horizon=light.horizon,
        glow=light.glow,
        disc=light.disc,
        disc_radius=radius * (0.7 if light.sun[1] > 0.15 and not light.night else 1.0),
        phase=phase if light.night else 3.0,
        cloud_light=light.cloud_light,
        cloud_shade=light.cloud_shade,
        cover=light.cover,
        heaped=heaped,
        scale=scale,
    )


@inlined
def _clear(sky: Sky, up: float, nearness: float) -> Vector:
    """The cloudless sky at a tangent ``up`` of elevation; ``nearness`` is the cosine of the angle to the sun."""
    low = mix(sky.horizon, sky.middle, smoothstep(0.0, 0.24, up))
    colour = mix(low, sky.zenith, smoothstep(0.12, 0.75, up))
    near = max(nearness, 0.0)
    return add_scaled(colour, sky.glow, 0.55 * near**24 + 0.30 * near**5 * math.exp(-4.0 * up) + 0.35 * near**260)


@inlined
def _density(sky: Sky, across: float, away: float, octaves: float) -> float:
    """How thick the clouds are above a point of the plane, about −1 to 1, clouds where above 0."""
    threshold = 0.30 - 0.62 * sky.cover
    heap = fractal(across, away, sky.seed, octaves)
    patch = 0.35 * plane_noise(across * 0.23, away * 0.23, sky.seed + 91)
    return heap + patch * (1.0 - 0.6 * sky.cover) - threshold


@inlined
def _on_disc(sky: Sky, x: float, y: float) -> float:
    """Share of the disc at an offset from its centre, in tangents; the dark of the moon is left out."""
    r = sky.disc_radius
    lit = 1 - smoothstep(0.90, 1.06, math.hypot(x, y) / r)
    return lit * smoothstep(0.92, 1.1, math.hypot(x / r + sky.phase, y / r - 0.25 * sky.phase))


@compiled
def paint_sky(view: View, sky: Sky) -> Array:
    """The whole picture as sky, its lower part as the horizon: (size, size, 3) linear RGB."""
    size = view.size
    image = np.empty((size, size, 3), np.float32)
    ahead = max(-sky.sun[2], 0.05)
    sun_x, sun_y = sky.sun[0] / ahead, sky.sun[1] / ahead
    in_front = sky.sun[2] < 0
    seen = sky.disc[0] + sky.disc[1] + sky.disc[2] > 0
    for row in range(size):
        up = max((view.horizon - row - 0.5) / view.focal, 0.0)
        flat = 1.0 / (up + 0.16)  # a bent sky, lest clouds crowd at the horizon
        for column in range(size):
            side = (column + 0.5 - size * 0.5) / view.focal
            direction = normalised((side, up, -1.0))
            nearness = dot(direction, sky.sun)
            colour = _clear(sky, up, nearness)
            if seen and in_front and row < view.horizon - 1:
                cover = _on_disc(sky, side - sun_x, up - sun_y)
                if cover > 0:
                    maria = 1.0
                    if sky.disc[2] > 0.8 * sky.disc[0]:
                        reach = 2.2 / sky.disc_radius
                        maria = 0.86 + 0.5 * plane_noise((side - sun_x) * reach, (up - sun_y) * reach, sky.seed)
                    colour = mix(colour, times(sky.disc, min(maria, 1.1)), cover)
            if sky.cover > 0.02:
                stretch = 0.45 + 0.55 * sky.heaped
                x = side * flat * 1.1 / sky.scale * stretch
                y = (flat * 0.9 - up * 2.6 * sky.heaped) * 1.5 / sky.scale
                thick = _density(sky, x, y, 5.0)
                if thick > 0:
                    # towards the light over the plane: sideways as the sun stands, and up the picture when it is high
                    step = 0.16
                    lx = (sun_x - side) if in_front else 2.0 * sky.sun[0]
                    ly = (sun_y - up) if in_front else sky.sun[1] + 0.3
                    scale = step / (math.hypot(lx, ly) + 0.15)
                    behind = _density(sky, x + lx * scale, y - ly * scale * (0.6 if in_front else 1.0), 3.5)
                    lit = 0.55 + 1.5 * (thick - behind) - 0.75 * (thick - 0.12) * (0.4 + 0.6 * sky.heaped)
                    rim = max(nearness, 0.0) ** 14 * math.exp(-5 * thick) if in_front else 0.0
                    shade = mix(sky.cloud_shade, sky.cloud_light, min(max(lit, 0.0), 1.0))
                    shade = add_scaled(shade, sky.glow, 1.1 * rim)
                    soft = 0.10 + 0.30 * (1 - sky.heaped)
                    alpha = smoothstep(0.0, soft, thick) * (0.45 + 0.55 * sky.heaped + 0.4 * sky.cover)
                    far = smoothstep(-0.02, 0.10, up)
                    shade = mix(mix(shade, colour, 0.5), shade, far)
                    alpha = min(alpha, 0.97) * (0.35 + 0.65 * far)
                    if seen and in_front:  # clouds part before the disc
                        alpha *= 1.0 - 0.85 * smoothstep(
                            2.6, 1.0, math.hypot(side - sun_x, up - sun_y) / sky.disc_radius
                        )
                    colour = mix(colour, shade, alpha)
            image[row, column, 0] = colour[0]
            image[row, column, 1] = colour[1]
            image[row, column, 2] = colour[2]
    return image


def paint_sky_at(view: View, sky: Sky, size: int) -> Array:
    """``paint_sky``, worked out at ``size`` pixels a side and brought to the view's: a sky has no fine edges."""
    factor = size / view.size
    image = paint_sky(View(size, view.horizon * factor, view.focal * factor, view.eye), sky)
    return np.asarray(cv2.resize(image, (view.size, view.size), interpolation=cv2.INTER_LINEAR), np.float32)


def add_stars(image: Array, view: View, strength: float, rng: np.random.Generator) -> None:
    """Scatter stars above the horizon in place, few of them bright, dimmer towards the horizon and behind clouds."""
    if strength <= 0:
        return
    count = 420
    across, down, rank = rng.random(count), rng.random(count), rng.random(count)
    columns = (across * (view.size - 2)).astype(int)
    rows = (down * view.horizon * 0.97).astype(int)
    warm = rng.normal(0, 0.12, (count, 1)) * np.array([1.0, 0.0, -1.0])
    brightness = strength * (0.05 + 0.95 * rank**9) * np.clip(2.2 * (1 - down), 0.1, 1)
    clear = np.clip(1 - 14 * np.maximum(image[rows, columns].max(axis=1) - 0.05, 0), 0, 1)
    light = (1 + warm) * (brightness * clear * (view.size / 384) ** 2)[:, None]
    spread = 1.1 + 1.5 * rank**20
    for dy in (0, 1):
        for dx in (0, 1):
            share = np.where(dx + dy > 0, 0.35 * (spread - 0.8), 1.0)
            np.add.at(image, (rows + dy, columns + dx), (light * share[:, None] * 1.8).astype(np.float32))
