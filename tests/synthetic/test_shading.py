import numpy as np
import pytest

from likeness.synthetic.appearance import draw_appearance
from likeness.synthetic.camera import aim_camera
from likeness.synthetic.garments import Neckline
from likeness.synthetic.head import HEAD, LEFT_EYE_FRONT, RIGHT_EYE_BACK
from likeness.synthetic.raster import rasterise
from likeness.synthetic.shading import shade
from likeness.synthetic.shot import Shot
from likeness.synthetic.surface import Surface
from likeness.synthetic.vectors import vector

SHOT = Shot(seed=1, age_years=30)
SIZE = 96


@pytest.fixture(scope="module")
def camera(body):
    return aim_camera(body.head, body.vertices, SHOT, SIZE)


@pytest.fixture(scope="module")
def surface(body, camera):
    """The man in full light, bald and under an open sky."""
    head = body.head
    face, weights, _ = rasterise(*camera.project(body.vertices), head.faces, SIZE, SIZE)
    bare = np.zeros(len(head.rest), np.float32)
    return Surface(
        face=face,
        weights=weights,
        lit=np.ones((SIZE, SIZE), np.float32),
        faces=head.faces,
        parts=head.parts,
        position=body.vertices,
        normal=body.normals,
        rest=head.rest,
        openness=bare + 1,
        lips=head.lips,
        ears=head.ears,
        scalp=bare,
    )


@pytest.fixture
def shaded(surface, man, body, camera, front_light, rng):
    """What the camera sees of the man, or of a changed surface or in another light."""
    appearance = draw_appearance(man, SHOT, body, camera, Neckline(-3.2, 0.25), rng)
    return lambda seen=surface, light=front_light: shade(seen, light, appearance, vector(camera.position))


def test_light_falls_on_the_sitter_alone(surface, body, shaded):
    image = shaded()
    assert image.shape == (SIZE, SIZE, 3)
    assert np.isfinite(image).all()
    assert image[surface.face < 0].max() == 0
    assert image[surface.face >= 0].max(1).min() > 0
    part = body.head.parts[surface.face]
    skin = image[(surface.face >= 0) & (part == HEAD)].mean(0)
    assert skin[0] > skin[1] > skin[2]


def test_shadow_and_occlusion_darken(surface, front_light, shaded):
    full = shaded()
    shadow = shaded(surface._replace(lit=0 * surface.lit))
    hollow = shaded(surface._replace(openness=surface.openness * 0))
    assert (shadow <= full + 1e-6).all()
    assert (hollow <= full + 1e-6).all()
    assert shadow.mean() < 0.5 * full.mean()
    assert shaded(light=front_light._replace(key_colour=(0.0, 0.0, 0.0))).mean() < 0.5 * full.mean()


def test_eyes_have_whites_and_pupils(surface, body, shaded):
    image = shaded()
    part = np.where(surface.face >= 0, body.head.parts[surface.face], 0)
    eyes = image[(part >= LEFT_EYE_FRONT) & (part <= RIGHT_EYE_BACK)]
    assert eyes.max() > 0.5
    assert eyes.min() < 0.1


def test_hair_darkens_the_skin_that_it_grows_on(surface, body, shaded):
    plain, grown = (shaded(surface._replace(scalp=surface.scalp + share)) for share in (0, 1))
    skin = (surface.face >= 0) & (body.head.parts[surface.face] == HEAD)
    assert grown[skin].mean() < 0.4 * plain[skin].mean()
    np.testing.assert_array_equal(grown[~skin][::7] > 0, plain[~skin][::7] > 0)
