import numpy as np
import pytest

from likeness.classify.discriminant import linear_discriminant


def test_two_points_a_class_by_hand():
    # Within-class variance 1, means -2 and 2: the boundary is at 0 and the log odds grow by 4 / (.5 + .5) a unit.
    features = np.array([[-3.0], [-1.0], [1.0], [3.0]], dtype=np.float32)
    kernel, bias = linear_discriminant(features, np.array([0, 0, 1, 1]), classes=2, shrinkage=0.5)
    np.testing.assert_allclose(kernel, [[-2.0, 2.0]])
    np.testing.assert_allclose(bias, [-2.0, -2.0])


def test_shrinkage_brings_the_covariance_towards_the_identity():
    features = np.array([[-2.0], [2.0], [1.0], [5.0]], dtype=np.float32)  # variance 4, means 0 and 3
    for shrinkage in (0.1, 0.5, 1.0):
        kernel, _ = linear_discriminant(features, np.array([0, 0, 1, 1]), classes=2, shrinkage=shrinkage)
        assert kernel[0, 1] == pytest.approx(3 / ((1 - shrinkage) * 4 + shrinkage))


def test_correlated_features_are_told_apart_along_the_narrow_direction(rng):
    common, own = rng.normal(size=(400, 1)) * 5, rng.normal(size=(400, 2)) * 0.2
    labels = np.repeat([0, 1], 200)
    features = (common + own + np.outer(labels, [0.5, -0.5])).astype(np.float32)
    kernel, bias = linear_discriminant(features, labels, classes=2, shrinkage=1e-3)
    assert ((features @ kernel + bias).argmax(axis=1) == labels).mean() > 0.95


def test_balanced_classes_weigh_the_same():
    features = np.array([[-3.0], [-1.0], [1.0], [3.0]] + [[1.0], [3.0]] * 9, dtype=np.float32)
    labels = np.array([0, 0] + [1] * 20)
    balanced = linear_discriminant(features, labels, classes=2, shrinkage=0.5)[1]
    np.testing.assert_allclose(balanced, [-2.0, -2.0], rtol=1e-6)
    frequent = linear_discriminant(features, labels, classes=2, shrinkage=0.5, balanced=False)[1]
    np.testing.assert_allclose(frequent - balanced, np.log([2 / 22, 20 / 22]), rtol=1e-5)


def test_what_cannot_be_learnt_is_refused():
    with pytest.raises(ValueError, match="class 1 of 3 has no picture"):
        linear_discriminant(np.eye(2, dtype=np.float32), np.array([0, 2]), classes=3, shrinkage=0.1)
    with pytest.raises(ValueError, match="shrinkage is 0"):
        linear_discriminant(np.eye(2, dtype=np.float32), np.array([0, 1]), classes=2, shrinkage=0)
