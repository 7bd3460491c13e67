"""The hair on a sitter's head, grown and coloured."""

from __future__ import annotations

import numpy as np

from likeness.synthetic.body import Body
from likeness.synthetic.growth import FaceWindow, Habit, Seedlings, grow
from likeness.synthetic.hair_colour import hair_colours
from likeness.synthetic.hair_density import scalp_density
from likeness.synthetic.hairstyles import KNOT, Hairstyle, comb, parting_of
from likeness.synthetic.head import HeadModel
from likeness.synthetic.person import Person
from likeness.synthetic.roots import sample_roots
from likeness.synthetic.skull import skull_of
from likeness.synthetic.strands import Brush, Strands
from likeness.synthetic.vectors import Array, vector

_FEWEST = 50
"""Strands below which a head is bald."""
_TAIL_STRANDS = 900


def density_at(person: Person, age_years: float, head: HeadModel) -> Array:
    """Density of the hair at an age, (vertices,) 0 to 1: babies have little, men lose it from the front."""
    recession = person.balding * float(np.clip((age_years - 26) / 40, 0, 1))
    thin = 0.35 - 0.1 * age_years if age_years < 2 else 0.25 * float(np.clip((age_years - 55) / 35, 0, 1))
    return scalp_density(head, recession=recession) * np.float32(1 - thin)


def scalp_hair(
    person: Person, age_years: float, body: Body, style: Hairstyle, density: Array, rng: np.random.Generator
) -> Strands | None:
    """Grow the hair of the head.

    Args:
        person: The identity.
        age_years: 0 to 90.
        body: The sitter's mesh.
        style: The hairstyle.
        density: (vertices,) where hair grows, from ``density_at``.
        rng: Source of randomness.

    Returns:
        The strands, those next to the skin first, or None on a bald head.
    """
    head, unit = body.head, body.unit
    full = scalp_density(head, recession=0.0).sum()
    count = int(style.count * min(1.0, float(density.sum() / full)))
    if count < _FEWEST:
        return None
    roots = sample_roots(density, head.faces, head.rest, count, rng)
    direction, share = comb(style, body.at(head.rest, roots), parting_of(person, style))
    lengths = (share * style.length * unit * rng.uniform(0.72, 1.12, count)).astype(np.float32)
    layer = (rng.random(count) ** 0.7).astype(np.float32)
    seedlings = Seedlings(
        roots=body.at(body.vertices, roots),
        normals=body.at(body.normals, roots),
        comb=body.to_world(direction),
        lengths=lengths,
        layer=layer,
    )
    habit = Habit(
        seed=person.seed % 100_000,
        steps=16 if style.length > 0.7 else 7,
        lift=style.lift,
        gravity=style.gravity,
        curl=style.curl,
        turns=style.turns,
        clump=style.clump,
        body=style.body * unit,
        tied=0.6 if style.comb == "tail" else 0.0,
        knot=vector(_knot(body)),
    )
    nodes = grow(seedlings, habit, skull_of(body), _face_window(body, style), unit)
    if style.comb == "tail":
        tail = _ponytail(body, nodes.shape[1], rng)
        nodes = np.concatenate([nodes, tail])
        layer = np.concatenate([layer, rng.random(len(tail)).astype(np.float32)])
    along = np.linspace(0, 1, nodes.shape[1], dtype=np.float32)
    ambient = (0.25 + 0.75 * layer[:, None]) * (0.6 + 0.4 * along)
    order = np.argsort(layer)
    colour = hair_colours(person, age_years, len(nodes), rng)
    brush = Brush(width=1.25 if age_years < 3 else 1.75, taper=0.45, shine=style.shine, bias=0.0)
    return Strands(nodes[order], colour[order], ambient[order].astype(np.float32), brush)


def _face_window(body: Body, style: Hairstyle) -> FaceWindow:
    """Long hair is kept off the face, up to the parting or up to the brows below a fringe; no other hair reaches it."""
    left, back, up = (vector(axis) for axis in body.to_world(np.eye(3, dtype=np.float32)))
    half_width, top = {"centre": (1.16, 1.25), "fringe": (1.0, 0.55)}.get(style.comb, (0.0, 0.0))
    return FaceWindow(vector(body.between_eyes()), left, back, up, half_width, top)


def _knot(body: Body) -> Array:
    """Where a ponytail is tied, (3,) world."""
    return np.asarray(body.between_eyes() + body.to_world(np.array([KNOT], np.float32))[0] * body.unit, np.float32)


def _ponytail(body: Body, steps: int, rng: np.random.Generator) -> Array:
    """Strands from the knot down the back, (n, steps, 3) world."""
    knot = _knot(body)
    t = np.linspace(0, 1, steps)[None, :, None]
    spread = rng.normal(0, 1, (_TAIL_STRANDS, 1, 3)) * np.array([0.30, 0.16, 0.14])
    path = np.concatenate([0 * t, 0.55 * np.sin(np.pi * np.minimum(1, 1.2 * t)), 0.35 * t - 2.6 * t**1.6], -1)
    local = path + spread * (0.25 + 0.75 * np.sin(np.pi * np.clip(t * 0.9, 0, 1)))
    return np.asarray(knot + local * body.unit, np.float32)
