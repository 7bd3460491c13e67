"""Brows, lashes and beards, grown and coloured."""

from __future__ import annotations

from functools import cache

import numpy as np

from likeness.synthetic.body import Body
from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.front_view import FrontView
from likeness.synthetic.hair_colour import hair_colours
from likeness.synthetic.hair_density import beard_density
from likeness.synthetic.head import load_head
from likeness.synthetic.person import ADULT_BEARD, Person
from likeness.synthetic.roots import sample_roots
from likeness.synthetic.strands import Brush, Strands, bent
from likeness.synthetic.strokes import brow_strokes, lash_strokes

_MOUSTACHE_HAIRS, _BEARD_HAIRS = 900, 4200


@cache
def _front_view() -> FrontView:
    return FrontView(load_head())


def face_hair(person: Person, age_years: float, body: Body, rng: np.random.Generator) -> list[Strands]:
    """Brows, lashes and, on a man's face from twenty on, the beard."""
    grown = float(np.clip((age_years + 1) / 8, 0.25, 1))
    drawn = [_brows(person, age_years, body, rng, grown), _lashes(person, body, rng, grown)]
    if person.beard in ("moustache", "full beard") and age_years >= ADULT_BEARD:
        drawn.append(_beard(person, age_years, body, rng))
    return drawn


def _brows(person: Person, age_years: float, body: Body, rng: np.random.Generator, grown: float) -> Strands:
    """Both brows; ``grown`` is 0 to 1."""
    strokes = brow_strokes(person, rng, fullness=grown * (0.85 if age_years > 65 else 1.0))
    roots, hit = _front_view().roots(strokes.x, strokes.z)
    direction = body.to_world(strokes.direction[hit]) + 0.3 * body.at(body.normals, roots)
    length = (rng.uniform(0.10, 0.16, len(roots)) * body.unit).astype(np.float32)
    dark = 0.55 if person.hair in ("blond", "red") else 0.8
    colour = hair_colours(person, age_years - 28, len(roots), rng) * dark  # brows grey later
    nodes = bent(body.at(body.vertices, roots), direction, length, droop=0.1)
    brush = Brush(width=0.95, taper=0.3, shine=0.25, bias=0.06)
    return Strands(nodes, colour.astype(np.float32), np.full(nodes.shape[:2], 0.75, np.float32), brush)


def _lashes(person: Person, body: Body, rng: np.random.Generator, grown: float) -> Strands:
    """The lashes of both eyes; ``grown`` is 0 to 1."""
    full, scale = (90, 1.15) if person.sex == "woman" else (55, 0.9)
    strokes = lash_strokes(_front_view(), rng, upper=int(full * (0.5 + 0.5 * grown)), lower=full // 4)
    roots, hit = _front_view().roots(strokes.x, strokes.z)
    length = (strokes.length[hit] * scale * body.unit).astype(np.float32)
    nodes = bent(body.at(body.vertices, roots), body.to_world(strokes.direction[hit]), length, droop=-0.35)
    colour = np.tile(srgb_to_linear((0.10, 0.07, 0.06)), (len(roots), 1)).astype(np.float32)
    brush = Brush(width=1.15, taper=0.35, shine=0.0, bias=0.08)
    return Strands(nodes, colour, np.full(nodes.shape[:2], 0.4, np.float32), brush)


def _beard(person: Person, age_years: float, body: Body, rng: np.random.Generator) -> Strands:
    """A moustache or a full beard."""
    head, whole = body.head, person.beard == "full beard"
    count = _BEARD_HAIRS if whole else _MOUSTACHE_HAIRS
    roots = sample_roots(beard_density(head, whole=whole), head.faces, head.rest, count, rng)
    rest = body.at(head.rest, roots)
    downwards = np.stack([0.45 * rest[:, 0], np.full(count, -0.35), np.full(count, -1.0)], 1)
    direction = body.to_world(downwards.astype(np.float32)) + 0.45 * body.at(body.normals, roots)
    on_chin = np.clip(-rest[:, 2] - 1.3, 0, 0.7)
    length = body.unit * rng.uniform(0.07, 0.15, count) * (1 + 1.3 * on_chin)
    direction = (direction + rng.normal(0, 0.18, direction.shape)).astype(np.float32)
    nodes = bent(body.at(body.vertices, roots), direction, length.astype(np.float32), droop=0.35)
    ambient = np.linspace(0.45, 0.95, nodes.shape[1], dtype=np.float32) * rng.uniform(0.6, 1, (count, 1))
    brush = Brush(width=1.4, taper=0.45, shine=0.4, bias=0.03)
    colour = hair_colours(person, age_years - 14, count, rng)  # beards grey later
    return Strands(nodes, colour, ambient.astype(np.float32), brush)
