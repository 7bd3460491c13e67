"""The synthetic sitter's head: a triangle mesh at any age, shape and expression.

Two spaces are used throughout the package. *World*: metres, x to the sitter's left, y towards the back, z up. *Rest*:
the same axes on the mean adult head, origin between the eyes, in units of the distance between them; a vertex keeps
its rest position at every age and expression, so hairlines, brows, freckles and wrinkles are drawn in rest space.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from likeness.synthetic.head_export import MASKS, export_head
from likeness.synthetic.vectors import Array

BODY, HEAD, LEFT_EYE_FRONT, LEFT_EYE_BACK, RIGHT_EYE_FRONT, RIGHT_EYE_BACK, MOUTH, TONGUE = range(8)
"""Parts that triangles belong to; the sitter's left eye is on the right of a picture."""

_YEARS = np.array([0.0, 1, 2, 5, 10, 15, 20, 25, 35, 45, 55, 65, 75, 90])
_MODEL_AGE = np.array([-0.30, -0.20, -0.08, 0.12, 0.29, 0.45, 0.57, 0.63, 0.70, 0.77, 0.84, 0.90, 0.95, 1.0])
"""What the model calls these ages: −1/3 newborn, 0 baby, 1/3 child, 2/3 young adult, 1 old."""
_ADULT = 9
"""Row of the age table that is the mean adult."""
MALE, FEMALE = 0, 1
"""Columns of the age table: anny's gender."""


@dataclass(frozen=True)
class HeadModel:
    """A head that is linear in its shape: a table over age and sex plus displacements; n vertices, metres.

    Attributes:
        ages: (14,) the table's ages in the model's unit.
        table: (14, 2, n, 3) mean heads by age and sex, ``MALE`` and ``FEMALE``.
        weight: (2, n, 3) displacements to thin and to heavy.
        muscle: (2, n, 3) displacements to weak and to strong.
        local: (controls, n, 3) displacements of the shape controls at strength 1.
        local_names: Names of the controls; those of one side begin with l- or r-.
        actions: (actions, n, 3) displacements of the facial actions at strength 1.
        action_names: ARKit's names of the actions.
        faces: (m, 3) triangles, counter-clockwise from outside.
        parts: (m,) part of each triangle, ``BODY`` to ``TONGUE``.
        lips: (n,) 0 beside the lips to 1 on them.
        ears: (n,) 0 beside the ears to 1 on them.
        rest: (n, 3) rest positions.
        eye_vertices: Indices of the left and of the right eyeball's vertices.
    """

    ages: Array
    table: Array
    weight: Array
    muscle: Array
    local: Array
    local_names: tuple[str, ...]
    actions: Array
    action_names: tuple[str, ...]
    faces: NDArray[np.int32]
    parts: NDArray[np.int8]
    lips: Array
    ears: Array
    rest: Array
    eye_vertices: tuple[NDArray[np.int64], NDArray[np.int64]]

    def eye_centres(self, vertices: Array) -> tuple[Array, Array]:
        """Centres of the left and the right eyeball, (3,) each."""
        left, right = self.eye_vertices
        return vertices[left].mean(0), vertices[right].mean(0)

    def eye_distance(self, vertices: Array) -> float:
        """Distance between the eyeballs' centres, metres."""
        left, right = self.eye_centres(vertices)
        return float(np.linalg.norm(left - right))

    def vertices(
        self,
        age_years: float,
        masculine: float,
        shape: Array,
        *,
        weight: float = 0.5,
        muscle: float = 0.5,
        expression: Mapping[str, float] | None = None,
    ) -> Array:
        """The head's vertices, (n, 3) float32, metres.

        Args:
            age_years: 0 (newborn) to 90.
            masculine: 0 feminine to 1 masculine.
            shape: (len(local_names),) identity, each about −1 to 1. Children carry it in proportion to their head:
                adult controls at full strength break a baby's face.
            weight: 0 thin to 1 heavy.
            muscle: 0 to 1.
            expression: Facial action to strength, 0 to 1.
        """
        model_age = np.interp(age_years, _YEARS, _MODEL_AGE)
        row = int(np.clip(np.searchsorted(self.ages, model_age) - 1, 0, len(self.ages) - 2))
        mix = (model_age - self.ages[row]) / (self.ages[row + 1] - self.ages[row])
        both = self.table[row] * (1 - mix) + self.table[row + 1] * mix
        vertices = both[MALE] * masculine + both[FEMALE] * (1 - masculine)
        size = self.eye_distance(vertices) / self.eye_distance(self.table[_ADULT].mean(0))
        grown = float(np.interp(age_years, [0, 3, 8, 16, 20], [0.34, 0.50, 0.75, 0.95, 1.0])) * size
        for delta, value in ((self.weight, weight), (self.muscle, muscle)):
            vertices = vertices + delta[1 if value > 0.5 else 0] * (abs(value - 0.5) * 2 * size)
        vertices = vertices + np.tensordot(shape.astype(np.float32) * np.float32(grown), self.local, 1)
        for action, strength in (expression or {}).items():
            vertices = vertices + self.actions[self.action_names.index(action)] * (strength * size)
        return np.asarray(vertices, np.float32)

    def normals(self, vertices: Array) -> Array:
        """Unit vertex normals, (n, 3), area-weighted over the faces."""
        corner = vertices[self.faces]
        face = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        total = np.zeros_like(vertices)
        for column in range(3):
            for axis in range(3):
                total[:, axis] += np.bincount(self.faces[:, column], face[:, axis], len(vertices))
        return np.asarray(total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-12), np.float32)

    def symmetric(self, shape: Array) -> Array:
        """The shape with every right-hand control set to its left-hand twin."""
        mirrored = shape.copy()
        for index, name in enumerate(self.local_names):
            if name.startswith("r-"):
                mirrored[index] = shape[self.local_names.index("l-" + name[2:])]
        return mirrored


def cache_folder() -> Path:
    """Where the exported head is kept between runs (``LIKENESS_CACHE``, or the user's cache folder)."""
    return Path(os.environ.get("LIKENESS_CACHE", Path.home() / ".cache" / "likeness"))


@cache
def load_head() -> HeadModel:
    """The head model, exported from ``anny`` the first time (about 25 seconds).

    Raises:
        ModuleNotFoundError: The head is not cached and the optional extra ``synthetic`` is not installed.
    """
    path = cache_folder() / "head-1.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{os.getpid()}-{path.name}")
        export_head(unfinished)
        unfinished.replace(path)
    with np.load(path) as stored:
        data = {name: stored[name] for name in stored.files}
    real = {name: data[name].astype(np.float32) for name in ("ages", "table", "weight", "muscle", "local", "actions")}
    faces, parts = data["faces"], data["parts"]
    eyes = tuple(
        np.unique(faces[(parts == front) | (parts == front + 1)]) for front in (LEFT_EYE_FRONT, RIGHT_EYE_FRONT)
    )
    mean = real["table"][_ADULT].mean(0)
    left, right = mean[eyes[0]].mean(0), mean[eyes[1]].mean(0)
    masks = dict(zip(MASKS, data["masks"].astype(np.float32), strict=True))
    return HeadModel(
        **real,
        local_names=tuple(str(name) for name in data["local_names"]),
        action_names=tuple(str(name) for name in data["action_names"]),
        faces=faces,
        parts=parts,
        lips=masks["lips"],
        ears=masks["ears"],
        rest=((mean - (left + right) / 2) / np.linalg.norm(left - right)).astype(np.float32),
        eye_vertices=(eyes[0], eyes[1]),
    )
