import numpy as np
import pytest

from likeness.synthetic.landscapes.landscape import TREES
from likeness.synthetic.landscapes.objects.figures import figure
from likeness.synthetic.landscapes.objects.houses import house
from likeness.synthetic.landscapes.objects.shrubs import bush, rock
from likeness.synthetic.landscapes.objects.trees import tree

THINGS = {kind: (tree, kind, "summer", 60) for kind in TREES[1:]}
THINGS |= {"girl": (figure, "girl", 50), "house": (house, 60), "bush": (bush, "summer", 50), "rock": (rock, 40)}


@pytest.mark.parametrize("name", THINGS)
def test_the_seed_decides(name, noon):
    draw, *arguments = THINGS[name]
    options = {"lit_windows": False} if name == "house" else {}
    first, again, other = (draw(*arguments, noon, np.random.default_rng(seed), **options) for seed in (1, 1, 3))
    np.testing.assert_array_equal(first.colour, again.colour)
    np.testing.assert_array_equal(first.alpha, again.alpha)
    assert first.alpha.shape != other.alpha.shape or np.abs(first.colour - other.colour).mean() > 0.01
