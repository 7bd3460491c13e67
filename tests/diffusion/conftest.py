from pathlib import Path

import pytest

from likeness.datasets.base_model import BaseModel
from likeness.diffusion.model import DiffusionModel, open_model


@pytest.fixture(scope="session")
def opened(tiny_model: Path) -> DiffusionModel:
    """The tiny model, open; tests must not change it."""
    return open_model(BaseModel(str(tiny_model)))


@pytest.fixture(scope="session")
def opened_xl(tiny_xl_model: Path) -> DiffusionModel:
    """The tiny SDXL, open; tests must not change it."""
    return open_model(BaseModel(str(tiny_xl_model)))


@pytest.fixture(scope="session", params=["opened", "opened_xl"])
def either(request: pytest.FixtureRequest) -> DiffusionModel:
    """Models with one text encoder and with two."""
    model: DiffusionModel = request.getfixturevalue(request.param)
    return model
