"""One head, two persons and what a camera sees of them, shared by the tests of the synthetic world."""

from dataclasses import replace

import numpy as np
import pytest

from likeness.synthetic.body import Body, pose
from likeness.synthetic.garments import Neckline
from likeness.synthetic.head import HeadModel, load_head
from likeness.synthetic.lights import Light
from likeness.synthetic.person import Person, draw_person
from likeness.synthetic.shot import Shot

NECKLINE = Neckline(-3.2, 0.25)


@pytest.fixture(scope="session")
def head() -> HeadModel:
    return load_head()


@pytest.fixture(scope="session")
def man() -> Person:
    """A dark-haired man without beard, freckles or moles whose hairline recedes."""
    drawn = draw_person(7, sex="man", skin="fair", hair="black")
    plain = {"beard": "", "freckles": 0.0, "moles": np.zeros((0, 4), np.float32), "style": "short"}
    return replace(drawn, **plain, balding=0.9, greying_age=45.0)


@pytest.fixture(scope="session")
def woman() -> Person:
    """A woman with long red hair."""
    return replace(draw_person(8, sex="woman", skin="pale", hair="red"), style="long", greying_age=45.0)


@pytest.fixture(scope="session")
def body(man: Person, head: HeadModel) -> Body:
    """The man at thirty, looking straight into the camera."""
    return pose(man, Shot(seed=1, age_years=30), head, NECKLINE)


@pytest.fixture(scope="session")
def front_light() -> Light:
    """White light from the camera and, weaker, from above."""
    return Light(
        key=(0.0, -1.0, 0.0),
        key_colour=(1.0, 1.0, 1.0),
        sky=(0.3, 0.3, 0.3),
        floor=(0.1, 0.1, 0.1),
        rim=(0.0, 1.0, 0.0),
        rim_colour=(0.0, 0.0, 0.0),
    )
