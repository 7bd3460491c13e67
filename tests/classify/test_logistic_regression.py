import numpy as np
import pytest

from likeness.classify.logistic_regression import fit_logistic_regression


def test_the_fit_is_the_optimum_its_gradient_says(rng):
    features, labels = rng.normal(size=(60, 4)) * [1, 10, 0.1, 3] + 5, rng.integers(0, 3, 60)
    penalty = 0.05
    fitted = fit_logistic_regression(features, labels, classes=3, penalty=penalty, balanced=False)
    logits = fitted.logits(features)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    errors = (shares - np.eye(3)[labels]) / 60
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    np.testing.assert_allclose(standard.T @ errors, -penalty * fitted.weights, atol=1e-4)
    np.testing.assert_allclose(errors.sum(axis=0), 0, atol=1e-4)


def test_without_telling_features_balanced_classes_are_equally_likely():
    labels = np.array([0] * 9 + [1])
    features = np.ones((10, 2))
    np.testing.assert_allclose(fit_logistic_regression(features, labels, classes=2, penalty=0.1).logits(features), 0)
    frequent = fit_logistic_regression(features, labels, classes=2, penalty=0.1, balanced=False).logits(features)
    np.testing.assert_allclose(frequent[:, 0] - frequent[:, 1], np.log(9), atol=1e-3)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"got \(2, 2\) and \(3,\)"):
        fit_logistic_regression(np.eye(2), [0, 1, 1], classes=2, penalty=0.1)
