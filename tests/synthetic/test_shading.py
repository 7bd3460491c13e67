import numpy as np
import pytest

from likeness.synthetic.appearance import draw_appearance
from likeness.synthetic.body import Body
from likeness.synthetic.camera import Camera, aim_camera
from likeness.synthetic.garments import Neckline
from likeness.synthetic.head import HEAD, LEFT_EYE_FRONT, RIGHT_EYE_BACK
from likeness.synthetic.lights import Light
from likeness.synthetic.person import Person
from likeness.synthetic.raster import rasterise
from likeness.synthetic.shading import shade
from likeness.synthetic.shot import Shot
from likeness.synthetic.surface import Surface
from likeness.synthetic.vectors import vector

SHOT = Shot(seed=1, age_years=30)
SIZE = 96


@pytest.fixture(scope="module")
def camera(body: Body) -> Camera:
    return aim_camera(body.head, body.vertices, SHOT, SIZE)


@pytest.fixture(scope="module")
def surface(body: Body, camera: Camera) -> Surface:
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


def shaded(surface: Surface, man: Person, body: Body, camera: Camera, light: Light) -> np.ndarray:
    appearance = draw_appearance(man, SHOT, body, camera, Neckline(-3.2, 0.25), np.random.default_rng(0))
    return shade(surface, light, appearance, vector(camera.position))


def test_light_falls_on_the_sitter_alone(surface, man, body, camera, front_light):
    image = shaded(surface, man, body, camera, front_light)
    assert image.shape == (SIZE, SIZE, 3)
    assert np.isfinite(image).all()
    assert image[surface.face < 0].max() == 0
    assert image[surface.face >= 0].max(1).min() > 0
    part = body.head.parts[surface.face]
    skin = image[(surface.face >= 0) & (part == HEAD)].mean(0)
    assert skin[0] > skin[1] > skin[2]


def test_shadow_and_occlusion_darken(surface, man, body, camera, front_light):
    full = shaded(surface, man, body, camera, front_light)
    shadow = shaded(surface._replace(lit=0 * surface.lit), man, body, camera, front_light)
    hollow = shaded(surface._replace(openness=surface.openness * 0), man, body, camera, front_light)
    assert (shadow <= full + 1e-6).all()
    assert (hollow <= full + 1e-6).all()
    assert shadow.mean() < 0.5 * full.mean()
    assert (
        shaded(surface, man, body, camera, front_light._replace(key_colour=(0.0, 0.0, 0.0))).mean() < 0.5 * full.mean()
    )


def test_eyes_have_whites_and_pupils(surface, man, body, camera, front_light):
    image = shaded(surface, man, body, camera, front_light)
    part = np.where(surface.face >= 0, body.head.parts[surface.face], 0)
    eyes = image[(part >= LEFT_EYE_FRONT) & (part <= RIGHT_EYE_BACK)]
    assert eyes.max() > 0.5
    assert eyes.min() < 0.1


def test_hair_darkens_the_skin_that_it_grows_on(surface, man, body, camera, front_light):
    plain, grown = (
        shaded(surface._replace(scalp=surface.scalp + share), man, body, camera, front_light) for share in (0, 1)
    )
    skin = (surface.face >= 0) & (body.head.parts[surface.face] == HEAD)
    assert grown[skin].mean() < 0.4 * plain[skin].mean()
    np.testing.assert_array_equal(grown[~skin][::7] > 0, plain[~skin][::7] > 0)
