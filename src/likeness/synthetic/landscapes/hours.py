"""The colours of the hours, as a painter would name them."""

from __future__ import annotations

from dataclasses import dataclass

from likeness.synthetic.vectors import Vector


@dataclass(frozen=True)
class HourColours:
    """The colours of an hour under a clear sky, in sRGB as a painter names them, and the strength of its sun."""

    zenith: Vector
    middle: Vector
    horizon: Vector
    glow: Vector
    sun: Vector
    strength: float
    cloud_light: Vector
    cloud_shade: Vector
    veil: Vector


HOUR_COLOURS = {
    "dawn": HourColours(
        zenith=(0.40, 0.50, 0.72),
        middle=(0.78, 0.70, 0.82),
        horizon=(0.99, 0.79, 0.74),
        glow=(0.98, 0.52, 0.46),
        sun=(1.0, 0.80, 0.70),
        strength=1.5,
        cloud_light=(1.0, 0.78, 0.76),
        cloud_shade=(0.56, 0.53, 0.68),
        veil=(0.72, 0.68, 0.74),
    ),
    "noon": HourColours(
        zenith=(0.13, 0.34, 0.70),
        middle=(0.36, 0.60, 0.88),
        horizon=(0.76, 0.87, 0.95),
        glow=(0.60, 0.60, 0.50),
        sun=(1.0, 0.97, 0.90),
        strength=2.3,
        cloud_light=(1.0, 0.995, 0.98),
        cloud_shade=(0.60, 0.67, 0.77),
        veil=(0.76, 0.79, 0.82),
    ),
    "sunset": HourColours(
        zenith=(0.25, 0.27, 0.50),
        middle=(0.76, 0.47, 0.50),
        horizon=(0.97, 0.58, 0.27),
        glow=(0.98, 0.42, 0.12),
        sun=(1.0, 0.70, 0.42),
        strength=1.7,
        cloud_light=(1.0, 0.62, 0.34),
        cloud_shade=(0.42, 0.29, 0.42),
        veil=(0.68, 0.55, 0.52),
    ),
    "night": HourColours(
        zenith=(0.035, 0.055, 0.14),
        middle=(0.07, 0.11, 0.24),
        horizon=(0.17, 0.23, 0.38),
        glow=(0.22, 0.28, 0.42),
        sun=(0.68, 0.80, 1.0),
        strength=0.42,
        cloud_light=(0.30, 0.36, 0.50),
        cloud_shade=(0.07, 0.09, 0.17),
        veil=(0.17, 0.20, 0.29),
    ),
}
