"""How the sitter looks in one photograph: skin, eyes, teeth and garment at an age."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from likeness.synthetic.body import Body
from likeness.synthetic.camera import Camera
from likeness.synthetic.colour import srgb_to_linear
from likeness.synthetic.eyes import Eyes
from likeness.synthetic.garments import CHEQUERED, MOTTLED, PLAIN, STRIPED, Garment, Neckline
from likeness.synthetic.hair_colour import base_colour
from likeness.synthetic.person import EYES, SKIN, Person
from likeness.synthetic.shot import Shot
from likeness.synthetic.skin import Skin
from likeness.synthetic.vectors import Floats, Vector, vector

_STUBBLE = {"": 0.16, "stubble": 0.85, "moustache": 0.22, "full beard": 0.55}
"""How much of a man's beard shows in the skin, by the kind of beard worn."""


class Appearance(NamedTuple):
    """What the shader needs to know of the sitter; ``teeth`` is 0 none yet to 1."""

    skin: Skin
    eyes: Eyes
    teeth: float
    garment: Garment


def draw_appearance(
    person: Person, shot: Shot, body: Body, camera: Camera, neckline: Neckline, rng: np.random.Generator
) -> Appearance:
    """Dress the sitter and let age have its way.

    Args:
        person: The identity.
        shot: The photograph; its age sets wrinkles, spots and stubble.
        body: The sitter's mesh.
        camera: What the sitter looks at, nearly.
        neckline: The garment's.
        rng: Source of randomness.
    """
    seed = person.seed % 1_000_003
    wandering = rng.normal(0, 0.05, 3)
    colour, second_colour = _cloth_colours(rng)
    gloss, pupil = float(rng.uniform(0.5, 1.0)), float(rng.uniform(0.17, 0.24))
    pattern = int(rng.choice([PLAIN, PLAIN, PLAIN, STRIPED, CHEQUERED, MOTTLED]))
    return Appearance(
        skin=_skin_at(person, shot.age_years, seed, gloss),
        eyes=_eyes(person, shot, body, camera, seed, wandering, pupil),
        teeth=float(np.clip((shot.age_years - 1) / 2, 0, 1)),
        garment=Garment(seed, colour, second_colour, pattern, neckline),
    )


def _skin_at(person: Person, age: float, seed: int, gloss: float) -> Skin:
    """The skin at an age in years."""
    young = float(np.clip(1 - age / 4, 0, 1))
    old = float(np.clip((age - 33) / 50, 0, 1)) * person.wrinkles
    adult = srgb_to_linear(np.clip(np.array(SKIN[person.skin]) * np.array(person.skin_shift), 0, 1))
    colour = adult * (1 + np.array([0.06, 0.02, 0.02]) * young)
    red = person.lip_redness * (1 - 0.5 * old)
    lips = colour * np.array([0.92 - 0.06 * red, 0.62 - 0.22 * red, 0.64 - 0.20 * red])
    man_grown = float(np.clip((age - 17) / 6, 0, 1)) if person.sex == "man" else 0.0
    folds = float(np.clip(0.12 + (age - 20) / 70, 0, 1)) * person.wrinkles
    return Skin(
        seed=seed,
        colour=vector(colour),
        lips=vector(lips),
        hair=vector(base_colour(person, age)),
        moles=person.moles,
        freckles=person.freckles * float(np.interp(age, [0, 4, 12, 60, 80], [0, 0.6, 1, 0.8, 0.5])),
        blush=0.55 + 0.5 * young,
        stubble=man_grown * _STUBBLE[person.beard],
        wrinkles=0.7 * old,
        folds=folds if age >= 12 else 0.0,
        age_spots=float(np.clip((age - 58) / 30, 0, 1)),
        scalp_cover=0.35 if age < 1.5 else 0.92 - 0.3 * float(np.clip((age - 60) / 30, 0, 1)),
        gloss=gloss,
    )


def _eyes(person: Person, shot: Shot, body: Body, camera: Camera, seed: int, wandering: Floats, pupil: float) -> Eyes:
    """The eyes, looking past the camera by ``wandering``, (3,) in units of the gaze."""
    centres = np.stack(body.head.eye_centres(body.vertices)).astype(np.float32)
    target = camera.position - centres.mean(0)
    gaze = target / np.linalg.norm(target) + wandering
    if abs(shot.yaw) > 0.5:  # eyes do not turn as far as the head does
        forward = np.array([np.sin(shot.yaw), -np.cos(shot.yaw), 0.0])
        gaze = gaze * 0.45 + forward * 0.55
    return Eyes(
        seed=seed,
        centres=(vector(centres[0]), vector(centres[1])),
        radius=float(np.linalg.norm(body.vertices[body.head.eye_vertices[0]] - centres[0], axis=1).max()),
        iris=vector(srgb_to_linear(EYES[person.eyes]) * 1.05),
        gaze=vector(gaze / np.linalg.norm(gaze)),
        pupil=pupil,
    )


def _cloth_colours(rng: np.random.Generator) -> tuple[Vector, Vector]:
    """Two colours that go together: any lightness, a hue, little of it; linear RGB."""
    hue = rng.random()
    lightness = rng.uniform(0.12, 0.85)
    colour = lightness + 0.28 * np.sin(2 * np.pi * (hue + np.array([0, 1 / 3, 2 / 3]))) * rng.random()
    colour = np.clip(colour, 0.03, 0.95)
    second = np.clip(colour + rng.uniform(-0.45, 0.45), 0.03, 0.95)
    return vector(srgb_to_linear(colour)), vector(srgb_to_linear(second))
