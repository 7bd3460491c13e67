import numpy as np

from likeness.synthetic.colour import linear_to_srgb, srgb_to_linear


def test_values_of_the_standard():
    np.testing.assert_allclose(srgb_to_linear([0, 0.04045, 0.5, 1]), [0, 0.0031308, 0.2140411, 1], atol=1e-6)


def test_decoding_undoes_encoding():
    linear = np.linspace(0, 1, 101, dtype=np.float32)
    np.testing.assert_allclose(srgb_to_linear(linear_to_srgb(linear)), linear, atol=1e-5)


def test_light_beyond_white_is_clipped():
    np.testing.assert_allclose(linear_to_srgb(np.array([-0.5, 3.0], np.float32)), [0, 1], atol=1e-6)
