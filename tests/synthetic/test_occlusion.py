import numpy as np

from likeness.synthetic.occlusion import ambient_visibility


def grid(depth):
    """A level square of 4 × 4 with a pit of 0.8 × 0.8 and the depth in the middle; vertices, faces, is in the pit."""
    y, x = np.mgrid[-2:2:21j, -2:2:21j]
    pit = (abs(x) < 0.5) & (abs(y) < 0.5)
    vertices = np.stack([x, y, np.where(pit, -depth, 0)], -1).reshape(-1, 3).astype(np.float32)
    corner = np.arange(20 * 21).reshape(20, 21)[:, :20].ravel()
    faces = np.concatenate(
        [np.stack([corner, corner + 1, corner + 22], 1), np.stack([corner, corner + 22, corner + 21], 1)]
    )
    return vertices, faces.astype(np.int32), pit.ravel()


def visibility(depth):
    vertices, faces, pit = grid(depth)
    up = np.tile(np.array([0, 0, 1], np.float32), (len(vertices), 1))
    return ambient_visibility(vertices, up, faces, bias=0.2), pit


def test_an_open_plane_sees_all_of_the_sky():
    seen, _ = visibility(0.0)
    assert seen.min() > 0.95
    assert np.median(seen) > 0.98


def test_a_pit_sees_less_the_deeper_it_is():
    shallow, pit = visibility(0.4)
    deep, _ = visibility(1.5)
    assert deep[pit].mean() < shallow[pit].mean() - 0.1 < 0.9
    assert deep.min() >= 0
    assert deep[~pit].mean() > 0.95


def test_a_lid_hides_most_of_the_sky():
    vertices, faces, _ = grid(0.0)
    lid = vertices + np.array([0, 0, 0.6], np.float32)
    both, normals = np.concatenate([vertices, lid]), np.zeros((2 * len(vertices), 3), np.float32)
    normals[:, 2] = 1
    seen = ambient_visibility(both, normals, np.concatenate([faces, faces + len(vertices)]), bias=0.2)
    middle = (np.abs(vertices[:, :2]) < 0.5).all(1)
    assert seen[: len(vertices)][middle].max() < 0.3
    assert seen[len(vertices) :][middle].min() > 0.95
