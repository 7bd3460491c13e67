"""The painter's colours: lightness, saturation and hue as the palette gives them."""

from __future__ import annotations

import cv2
import numpy as np

from likeness.synthetic.painter.style import Palette
from likeness.synthetic.vectors import Array

_REACH = 22.0
"""ΔE*ab over which a pigment attracts colours."""
_LIGHTNESS_WEIGHT = 0.35
"""A pigment can be lightened with white and darkened: lightness says less than hue which one is taken."""
_FORM = 0.03
"""Share of the side over which local contrast is seen: a cheek, a bough."""
_DEEPEST = 14.0
"""Most L* that it adds."""
_FULL_RANGE = 50.0
"""L* between the darkest and the lightest from which on a picture is spread fully."""
_PASSAGE = 4.0
"""How sharply one tone passes into the next."""


def rgb_to_lab(rgb: Array) -> Array:
    """CIE L*a*b* (D65) of sRGB 0 to 1, both (h, w, 3) float32."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab), np.float32)


def lab_to_rgb(lab: Array) -> Array:
    """The sRGB of CIE L*a*b* (D65), both (h, w, 3) float32; colours that sRGB lacks are clipped to 0 to 1."""
    return np.asarray(np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 1), np.float32)


def recolour(lab: Array, palette: Palette) -> Array:
    """A picture (h, w, 3) in the palette's colours."""
    lightness = _stretched(np.ascontiguousarray(lab[..., 0]), palette.stretch)
    local = lightness - cv2.GaussianBlur(lightness, (0, 0), _FORM * min(lab.shape[:2]))
    lightness = lightness + np.clip(palette.modelling * local, -_DEEPEST, _DEEPEST)
    lightness = np.clip(50 + (lightness[..., None] - 50) * palette.contrast, 0, 100)
    if palette.tones:
        lightness = _in_tones(lightness, 100 / palette.tones)
    chroma = lab[..., 1:] * palette.saturation
    chroma = chroma + np.array([0, palette.warmth / 100], np.float32) * (lightness - 50)
    span = (palette.lightest - palette.darkest) / 100
    seen = np.concatenate([palette.darkest + lightness * span, chroma], -1).astype(np.float32)
    return _towards(seen, palette) if palette.pigments else seen


def _stretched(lightness: Array, share: float) -> Array:
    """Lightness spread so that its outermost hundredths go a share of the way to black and white.

    A picture of few tones, such as one of fog, is spread less, and one of a single tone not at all.
    """
    low, high = np.percentile(lightness, (1, 99))
    share *= min((high - low) / _FULL_RANGE, 1.0)
    spread = np.clip(100 * (lightness - low) / max(high - low, 1.0), 0, 100)
    return np.asarray(lightness + (spread - lightness) * share, np.float32)


def _in_tones(lightness: Array, step: float) -> Array:
    """Lightness gathered halfway between multiples of a step, with soft passages (Winnemöller et al. 2006)."""
    nearest = np.round(lightness / step) * step
    passage = np.tanh(_PASSAGE * (lightness - nearest) / step) / np.tanh(_PASSAGE / 2)
    return np.asarray(nearest + 0.5 * step * passage, np.float32)


def _towards(lab: Array, palette: Palette) -> Array:
    """Colours drawn to the pigments near them; lightness follows less, so that forms stay readable.

    The weights are Gaussian in the distance; what all pigments have in common cancels, which leaves a softmax.
    """
    pigments = np.array(palette.pigments, np.float32)
    scale = np.array([_LIGHTNESS_WEIGHT, 1, 1], np.float32) / _REACH
    scaled = pigments * scale
    logits = (lab * scale) @ scaled.T - 0.5 * (scaled**2).sum(-1)
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    mixed = weights @ pigments / weights.sum(-1, keepdims=True)
    return np.asarray(lab + (mixed - lab) * (np.array([0.3, 1, 1], np.float32) * np.float32(palette.pull)), np.float32)
