"""Cut a small linear head model out of the parametric human of the ``anny`` package.

``anny`` (Apache-2.0 code, CC0 MakeHuman data) describes a whole body from newborn to old age. A portrait needs the
head and the shoulders only, and of its phenotypes a table over age and sex, so that a head is a sum of arrays.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from likeness.synthetic.vectors import Array

AGES = np.array([-0.333, -0.15, 0.0, 0.12, 0.25, 0.333, 0.42, 0.5, 0.58, 0.667, 0.75, 0.83, 0.92, 1.0])
"""Ages of the table in anny's own unit: −1/3 newborn, 0 baby, 1/3 child, 2/3 young adult, 1 old."""

PARTS = ("head", "eye_front.L", "eye_back.L", "eye_front.R", "eye_back.R", "mouth_cavity", "tongue")
"""anny's names of the parts that ``head.HEAD`` to ``head.TONGUE`` number; what is none of them is the body."""

MASKS = ("lips", "eyelids", "ears")
"""Painted masks of the body's texture."""

_CONTROLS = ("nose", "mouth", "eye", "chin", "head", "ear", "cheek", "neck", "fore")
_BELOW_THE_EYES, _BESIDE_THE_NOSE = 0.42, 0.30
"""What is kept of the body, metres."""


def export_head(path: Path) -> None:
    """Write the head model as a compressed ``.npz`` of a few megabytes.

    Raises:
        ModuleNotFoundError: The optional extra ``synthetic`` is not installed.
    """
    try:
        import anny
        import torch
        from anny.face_segmentation import get_face_segmentation_mask
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"The synthetic world needs the package '{error.name}': install the extra 'synthetic' of likeness-lab."
        ) from error

    human = anny.Anny(local_changes="all", facial_actions="all").to(dtype=torch.float32)

    def body(control: str = "", action: str = "", **phenotype: float) -> Array:
        """The body's vertices; what is not given is average, the age a young adult's."""
        values = dict.fromkeys(human.phenotype_labels, 0.5) | {"age": 2 / 3} | phenotype
        with torch.no_grad():
            posed = human(
                phenotype_kwargs={label: torch.tensor([value]) for label, value in values.items()},
                local_changes_kwargs={control: torch.tensor([1.0])} if control else {},
                facial_actions={action: torch.tensor([1.0])} if action else {},
            )
        return np.asarray(posed["vertices"][0].numpy(), np.float32)

    mean, faces = body(), human.faces.numpy()
    part = np.zeros(len(faces), np.int8)
    for number, name in enumerate(PARTS, start=1):
        part[get_face_segmentation_mask(human, [name]).numpy()] = number
    eyes = mean[np.unique(faces[(part == PARTS.index("eye_front.L") + 1) | (part == PARTS.index("eye_front.R") + 1)])]
    kept = (mean[:, 2] > eyes[:, 2].mean() - _BELOW_THE_EYES) & (np.abs(mean[:, 0]) < _BESIDE_THE_NOSE)
    index, kept_faces, cut_faces = cut(faces, kept)
    controls = shape_controls(human.local_change_labels)
    actions = list(human.facial_action_labels)
    shapes = {
        "table": [[body(age=age, gender=sex)[index] for sex in (0.0, 1.0)] for age in AGES],
        "weight": [(body(weight=value) - mean)[index] for value in (0.0, 1.0)],
        "muscle": [(body(muscle=value) - mean)[index] for value in (0.0, 1.0)],
        "local": [(body(control=name) - mean)[index] for name in controls],
        "actions": [(body(action=name) - mean)[index] for name in actions],
        "masks": [_vertex_mask(human, name)[index] for name in MASKS],
    }
    arrays: dict[str, Any] = {name: np.array(values, np.float16) for name, values in shapes.items()}
    arrays |= {"ages": AGES, "local_names": controls, "action_names": actions}
    np.savez_compressed(path, **arrays, faces=cut_faces, parts=part[kept_faces])


def shape_controls(labels: list[str]) -> list[str]:
    """The shape controls of head and neck, without those that would tear it off the neck."""
    return [
        label
        for label in labels
        if any(word in label for word in _CONTROLS)
        and "measure" not in label
        and not label.startswith("forearm")
        and "trans-out" not in label
    ]


def cut(
    faces: NDArray[np.int64], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int32]]:
    """Cut a piece out of a mesh.

    Args:
        faces: (m, 3) vertex indices.
        kept: (vertices,) whether to keep a vertex; triangles stay that keep all three.

    Returns:
        The vertices left (n,), whether a triangle is left (m,), and those triangles (k, 3) counting in the former.
    """
    kept_faces = np.asarray(kept[faces].all(1))
    index, cut_faces = np.unique(faces[kept_faces], return_inverse=True)
    return index, kept_faces, cut_faces.reshape(-1, 3).astype(np.int32)


def _vertex_mask(human: Any, name: str) -> Array:
    """A mask of the body's texture, read at every vertex: (vertices,), 0 to 1."""
    spec = find_spec("anny")
    assert spec is not None
    assert spec.origin is not None
    texture = Path(spec.origin).parent / "data" / "mpfb2" / "textures" / f"mpfb_{name}.jpg"
    with Image.open(texture) as picture:
        mask = np.asarray(picture.convert("L").resize((1024, 1024)), np.float32) / 255
    faces = human.faces.numpy()
    coordinates = human.texture_coordinates.numpy()[human.face_texture_coordinate_indices.numpy()]
    column = np.clip(coordinates[..., 0] * 1023, 0, 1023).astype(int)
    row = np.clip((1 - coordinates[..., 1]) * 1023, 0, 1023).astype(int)
    total, count = np.zeros(faces.max() + 1), np.zeros(faces.max() + 1)
    np.add.at(total, faces, mask[row, column])
    np.add.at(count, faces, 1)
    return np.asarray(total / np.maximum(count, 1), np.float32)
