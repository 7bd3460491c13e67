import shutil

import numpy as np
import pytest

from likeness.synthetic import head as head_module
from likeness.synthetic.head import BODY, HEAD, LEFT_EYE_FRONT, TONGUE, cache_folder, load_head


@pytest.fixture(scope="module")
def shape(head):
    return np.random.default_rng(0).normal(0, 0.4, len(head.local_names)).astype(np.float32)


def test_a_person_keeps_the_mesh_at_every_age(head, man):
    ages = [0, 0.5, 3, 10, 20, 40, 90]
    meshes = [head.vertices(age, man.masculinity, man.shape) for age in ages]
    assert {mesh.shape for mesh in meshes} == {head.rest.shape}
    assert {mesh.dtype for mesh in meshes} == {np.dtype(np.float32)}
    distances = [head.eye_distance(mesh) for mesh in meshes]
    assert distances[:5] == sorted(distances[:5])
    assert 0.035 < distances[0] < 0.055 < distances[4] < 0.075


def test_ages_pass_smoothly(head, man):
    before, after = (head.vertices(age, man.masculinity, man.shape) for age in (14.999, 15.001))
    assert np.abs(after - before).max() < 1e-4


def test_the_mesh_is_whole(head):
    assert head.faces.min() == 0
    assert head.faces.max() == len(head.rest) - 1
    assert set(np.unique(head.parts)) == set(range(BODY, TONGUE + 1))
    assert len(head.parts) == len(head.faces)
    assert set(np.unique(np.concatenate(head.eye_vertices))) <= set(np.unique(head.faces[head.parts >= LEFT_EYE_FRONT]))
    for mask in (head.lips, head.ears):
        assert mask.min() >= 0
        assert 0.9 < mask.max() <= 1


def test_rest_space_is_centred_between_the_eyes(head):
    left, right = head.eye_centres(head.rest)
    np.testing.assert_allclose((left + right) / 2, 0, atol=1e-5)
    assert head.eye_distance(head.rest) == pytest.approx(1)
    assert left[0] > 0 > right[0]
    assert head.rest[head.lips > 0.9, 2].max() < -0.7
    assert np.abs(head.rest[head.ears > 0.9, 0]).min() > 0.9


def test_a_symmetric_shape_has_a_symmetric_face(head, shape):
    mirrored = head.symmetric(shape)
    for index, name in enumerate(head.local_names):
        twin = name.replace("r-", "l-", 1) if name.startswith("r-") else name
        assert mirrored[index] == shape[head.local_names.index(twin)]

    def tilt(controls):
        left, right = head.eye_centres(head.vertices(30, 1.0, controls))
        return float(np.abs((left - right)[1:]).max())

    assert tilt(mirrored) < 1e-4 < tilt(shape)


def test_identity_survives_growing_up(head, shape):
    def offset(age, controls):
        moved = head.vertices(age, 0.5, controls) - head.vertices(age, 0.5, np.zeros_like(controls))
        moved -= moved.mean(0)
        return (moved / np.linalg.norm(moved)).ravel()

    assert offset(10, shape) @ offset(60, shape) > 0.99
    assert abs(offset(10, shape) @ offset(60, np.roll(shape, 1))) < 0.9


def test_weight_and_sex_show(head):
    none = np.zeros(len(head.local_names), np.float32)
    thin, middling, heavy = (head.vertices(30, 0.5, none, weight=weight) for weight in (0.0, 0.5, 1.0))
    assert ((thin - middling) * (heavy - middling)).sum() < 0
    half = head.vertices(30, 0.5, none, weight=0.75) - middling
    np.testing.assert_allclose(half, (heavy - middling) / 2, atol=1e-6)
    middling, strong = (head.vertices(30, 0.5, none, muscle=muscle) for muscle in (0.5, 1.0))
    assert np.abs(strong - middling).max() > 0.001
    woman, man = (head.vertices(30, masculine, none) for masculine in (0.0, 1.0))
    assert np.abs(man - woman).max() > 0.005
    for below_eyes in (1.5, 2.5):  # jaw and shoulders
        level = np.abs(head.rest[:, 2] + below_eyes) < 0.15
        assert np.ptp(man[level, 0]) > 1.03 * np.ptp(woman[level, 0])


def test_an_expression_moves_the_mouth_and_not_the_crown(head, shape):
    neutral = head.vertices(30, 0.5, shape)
    moved = np.linalg.norm(head.vertices(30, 0.5, shape, expression={"jawOpen": 1.0}) - neutral, axis=1)
    assert moved[head.lips > 0.5].max() > 0.01
    assert moved[head.rest[:, 2] > 1.5].max() < 1e-4
    with pytest.raises(ValueError, match="tuple"):
        head.vertices(30, 0.5, shape, expression={"wink": 1.0})


def test_normals_are_unit_and_point_outwards(head):
    normals = head.normals(head.rest)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    forehead = (np.abs(head.rest[:, 0]) < 0.2) & (np.abs(head.rest[:, 2] - 0.7) < 0.15) & (head.rest[:, 1] < 0.3)
    assert normals[forehead, 1].max() < -0.7
    crown = head.rest[:, 2] > head.rest[np.unique(head.faces[head.parts == HEAD]), 2].max() - 0.1
    assert normals[crown, 2].min() > 0.7


def test_the_cache_can_be_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("LIKENESS_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("LIKENESS_CACHE")
    assert cache_folder().parts[-2:] == (".cache", "likeness")


def test_a_head_is_exported_once(head, tmp_path, monkeypatch):
    exported = []

    def export(path):
        exported.append(path)
        shutil.copy(stored, path)

    (stored,) = cache_folder().glob("head-*.npz")
    monkeypatch.setenv("LIKENESS_CACHE", str(tmp_path / "new"))
    monkeypatch.setattr(head_module, "export_head", export)
    for _ in range(2):
        found = load_head.__wrapped__()
        np.testing.assert_array_equal(found.rest, head.rest)
    assert len(exported) == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == [stored.name]
