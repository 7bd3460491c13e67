import sys

import numpy as np
import pytest

from likeness.synthetic.head_export import AGES, cut, export_head, shape_controls


def test_controls_of_the_head_are_kept():
    labels = [
        "nose-hump",
        "forearm-fat",
        "l-eye-bag",
        "measure-neck-circ",
        "head-oval",
        "neck-trans-out",
        "torso-scale",
    ]
    assert shape_controls(labels) == ["nose-hump", "l-eye-bag", "head-oval"]


def test_a_cut_mesh_counts_its_own_vertices():
    faces = np.array([[0, 2, 4], [2, 4, 5], [1, 2, 4], [5, 2, 0]])
    kept = np.array([True, False, True, True, True, True])
    index, kept_faces, cut_faces = cut(faces, kept)
    assert index.tolist() == [0, 2, 4, 5]  # 3 is kept, but no triangle has it
    assert kept_faces.tolist() == [True, True, False, True]
    np.testing.assert_array_equal(index[cut_faces], faces[kept_faces])
    assert cut_faces.dtype == np.int32


def test_without_the_extra_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "anny", None)
    with pytest.raises(ModuleNotFoundError, match="install the extra 'synthetic'"):
        export_head(tmp_path / "head.npz")


@pytest.mark.slow
def test_an_export_gives_the_head_in_use(tmp_path, head):
    pytest.importorskip("anny")
    path = tmp_path / "head.npz"
    export_head(path)
    with np.load(path) as exported:
        np.testing.assert_array_equal(exported["faces"], head.faces)
        np.testing.assert_array_equal(exported["parts"], head.parts)
        assert tuple(exported["local_names"]) == head.local_names
        np.testing.assert_allclose(exported["table"], head.table, atol=1e-3)
        assert len(exported["table"]) == len(AGES)
    assert path.stat().st_size < 4_000_000
