"""Pictures with known numbers of faces, and a folder of weights of the tests' own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps
from skimage import data


@pytest.fixture(scope="session", autouse=True)
def deepface_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("deepface_home")
    patch = pytest.MonkeyPatch()
    patch.setenv("DEEPFACE_HOME", str(home))
    yield home
    patch.undo()


@pytest.fixture(scope="session")
def astronaut() -> Image.Image:
    """Head and shoulders of Eileen Collins, 256 px (NASA, public domain, comes with scikit-image)."""
    return Image.fromarray(data.astronaut()).crop((80, 0, 380, 300)).resize((256, 256))


@pytest.fixture(scope="session")
def dark_astronaut(astronaut: Image.Image) -> Image.Image:
    """Another picture of the same face: mirrored, turned and darker."""
    turned = ImageOps.mirror(astronaut).rotate(8, resample=Image.Resampling.BICUBIC, fillcolor=(90, 90, 90))
    return ImageEnhance.Brightness(turned).enhance(0.6)


@pytest.fixture(scope="session")
def stretched_astronaut(astronaut: Image.Image) -> Image.Image:
    """A face that a recogniser takes for someone else's: much broader."""
    return astronaut.resize((300, 220)).crop((20, 0, 276, 220))


@pytest.fixture(scope="session")
def two_faces(stretched_astronaut: Image.Image, dark_astronaut: Image.Image) -> Image.Image:
    picture = Image.new("RGB", (512, 256), (60, 80, 60))
    picture.paste(stretched_astronaut, (0, 20))
    picture.paste(dark_astronaut, (256, 0))
    return picture


@pytest.fixture(scope="session")
def framed() -> Callable[[Image.Image], Image.Image]:
    """Put a grey frame around a picture: without alignment no detector finds a face that touches the edge."""
    return lambda picture: ImageOps.expand(picture, 48, (90, 90, 90))


@pytest.fixture(scope="session")
def bgr() -> Callable[[Image.Image], np.ndarray]:
    """A picture as DeepFace reads one from a file: a copy, for dlib misreads arrays that are views turned around."""
    return lambda picture: np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


@pytest.fixture(scope="session")
def no_face() -> Image.Image:
    noise = np.random.default_rng(0).integers(0, 255, (128, 128, 3), dtype=np.uint8)
    return Image.fromarray(noise)
