"""Strands drawn as lit lines into a picture and its z-buffer.

Shading is Kajiya & Kay's (1989): a strand is bright across the light and shines where the half vector is across it.
Strands that lie deep under others are darker.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from likeness.synthetic.compiled import compiled, inlined
from likeness.synthetic.lights import Light
from likeness.synthetic.strands import Brush
from likeness.synthetic.vectors import Array, Vector, add_scaled, dot, minus, normalised, vector_at


class Canvas(NamedTuple):
    """A picture that is being drawn.

    Attributes:
        image: (h, w, 3) linear RGB.
        alpha: (h, w) coverage, 0 to 1.
        z_buffer: (h, w) distance from the camera, metres.
    """

    image: Array
    alpha: Array
    z_buffer: Array


class Lines(NamedTuple):
    """Strands as the camera and the lamp see them.

    Attributes:
        nodes: (n, k, 3) world.
        pixels: (n, k, 2) x and y.
        depth: (n, k) distance from the camera, metres.
        colour: (n, 3) linear RGB.
        ambient: (n, k) share of the light from all around that arrives.
        lit: (n, k) share of the key lamp's light that arrives.
    """

    nodes: Array
    pixels: Array
    depth: Array
    colour: Array
    ambient: Array
    lit: Array


class Segment(NamedTuple):
    """A piece of a strand: where it begins and ends in space, its hair's colour and the light that arrives."""

    start: Vector
    end: Vector
    colour: Vector
    ambient: float
    lit: float


@inlined
def _channel(channel: int, segment: Segment, tinted: float, white: float, rim: float, light: Light) -> float:
    """One channel of a segment: what takes on the hair's colour, and the white highlight."""
    around = (light.sky[channel] * 0.9 + light.floor[channel] * 0.2) * segment.ambient
    key = light.key_colour[channel]
    return segment.colour[channel] * (key * tinted + around + light.rim_colour[channel] * rim) + white * key


@inlined
def _segment_colour(segment: Segment, shine: float, light: Light, camera: Vector, centre: Vector) -> Vector:
    """Light that a segment sends to the camera, linear RGB."""
    tangent = normalised(minus(segment.end, segment.start))
    outward = normalised(minus(segment.start, centre))
    half_way = normalised(add_scaled(normalised(minus(camera, segment.start)), light.key, 1.0))
    across_light = math.sqrt(max(0.0, 1 - dot(tangent, light.key) ** 2))
    gleam = math.sqrt(max(0.0, 1 - dot(tangent, half_way) ** 2))
    ball = max(0.0, dot(outward, light.key) * 0.7 + 0.3)  # hair is lit like the ball that it covers
    tinted = segment.lit * ball * (across_light + shine * 0.8 * gleam**18)
    white = 0.35 * segment.lit * ball * segment.ambient * shine * (gleam**70 * 0.55 + 0.05 * gleam**10)
    rim = max(0.0, dot(outward, light.rim)) * segment.ambient
    return (
        _channel(0, segment, tinted, white, rim, light),
        _channel(1, segment, tinted, white, rim, light),
        _channel(2, segment, tinted, white, rim, light),
    )


@inlined
def _draw_segment(canvas: Canvas, start: Vector, end: Vector, colour: Vector, width: float, bias: float) -> None:
    """Draw a line that covers every pixel by the share of its width that falls in it.

    Args:
        canvas: What is drawn on.
        start: Pixel x and y, and distance from the camera in metres.
        end: The same.
        colour: Linear RGB.
        width: Pixels.
        bias: Metres by which the line may lie behind what is drawn already.
    """
    image, alpha, z_buffer = canvas
    rows, columns = z_buffer.shape
    dx, dy, dz = minus(end, start)
    flat = abs(dx) > abs(dy)
    last = math.ceil(max(abs(dx), abs(dy)))
    for j in range(last + 1):
        x, y, z = add_scaled(start, (dx, dy, dz), j / max(1, last))
        low = (y if flat else x) - width / 2
        for pixel in range(math.floor(low), math.floor(low + width) + 1):
            cover = min(1.0, min(low + width, pixel + 1.0) - max(low, float(pixel)))
            row, column = (pixel, math.floor(x)) if flat else (math.floor(y), pixel)
            inside = 0 <= row < rows and 0 <= column < columns
            if cover > 0.02 and inside and z < z_buffer[row, column] + bias:
                for channel in range(3):
                    image[row, column, channel] += (colour[channel] - image[row, column, channel]) * cover
                alpha[row, column] += (1 - alpha[row, column]) * cover
                if cover > 0.5 and z < z_buffer[row, column]:
                    z_buffer[row, column] = z


@compiled
def draw_lines(canvas: Canvas, lines: Lines, brush: Brush, light: Light, camera: Vector, centre: Vector) -> None:
    """Draw strands over a picture, in place.

    Args:
        canvas: What is drawn on.
        lines: The strands.
        brush: Their looks, the width in this picture's pixels and the bias in metres.
        light: The lamps.
        camera: Its position, world.
        centre: Of the head, world.
    """
    nodes, pixels, depth, colours, ambient, lit = lines
    rows, columns = canvas.z_buffer.shape
    count, steps = depth.shape
    for i in range(count):
        colour = vector_at(colours, i)
        for k in range(steps - 1):
            x0, y0, x1, y1 = pixels[i, k, 0], pixels[i, k, 1], pixels[i, k + 1, 0], pixels[i, k + 1, 1]
            if max(x0, x1) < -2 or min(x0, x1) > columns + 2 or max(y0, y1) < -2 or min(y0, y1) > rows + 2:
                continue
            start = (nodes[i, k, 0], nodes[i, k, 1], nodes[i, k, 2])
            end = (nodes[i, k + 1, 0], nodes[i, k + 1, 1], nodes[i, k + 1, 2])
            segment = Segment(start, end, colour, ambient[i, k], lit[i, k])
            sent = _segment_colour(segment, brush.shine, light, camera, centre)
            width = brush.width * (1 - (1 - brush.taper) * (k + 0.5) / (steps - 1))
            _draw_segment(canvas, (x0, y0, depth[i, k]), (x1, y1, depth[i, k + 1]), sent, width, brush.bias)
