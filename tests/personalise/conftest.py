import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import BaseModel as Options
from torch.utils._python_dispatch import TorchDispatchMode

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.model import DiffusionModel, open_model
from likeness.personalise.training import DenoisingTraining


@pytest.fixture(scope="session")
def base(tiny_model: Path) -> BaseModel:
    return BaseModel(str(tiny_model))


@pytest.fixture(scope="session")
def base_xl(tiny_xl_model: Path) -> BaseModel:
    """The tiny SDXL, with two text encoders."""
    return BaseModel(str(tiny_xl_model))


@pytest.fixture
def model(base: BaseModel) -> DiffusionModel:
    """The tiny model, open, for this test alone."""
    return open_model(base, device="cpu", dtype="float32")


@pytest.fixture
def work(tmp_path: Path) -> WorkFolder:
    return WorkFolder(tmp_path / "work", "fine_tuning", "key")


@pytest.fixture
def new_work(tmp_path: Path) -> Callable[[str], WorkFolder]:
    """A work folder of this name."""
    return lambda name: WorkFolder(tmp_path, name, "key")


class Interruption(BaseException):
    """As when a key is pressed."""


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Any, list[int]]]:
    """Train up to a step, look at what is there, and train on: the result, and the steps made in the end."""

    def run(train: Callable[[], Any], at: int, look: Callable[[], object] = lambda: None) -> tuple[Any, list[int]]:
        original, made = DenoisingTraining.step, []

        def stopping(training: DenoisingTraining) -> None:
            if training.state.step == at:
                raise Interruption
            original(training)

        def noted(training: DenoisingTraining) -> None:
            made.append(training.state.step)
            original(training)

        monkeypatch.setattr(DenoisingTraining, "step", stopping)
        with pytest.raises(Interruption):
            train()
        look()
        monkeypatch.setattr(DenoisingTraining, "step", noted)
        return train(), made

    return run


@pytest.fixture
def kill_training(tmp_path: Path) -> Callable[..., None]:
    """Train in another process, killed in the middle of whatever it does, without a chance to tidy up."""

    def kill(train: Callable[..., Any], base: BaseModel, options: Options, started: str, **arguments: Any) -> None:
        files = [str(tmp_path / f"{number}.png") for number in range(len(arguments["pictures"]))]
        for file, picture in zip(files, arguments.pop("pictures"), strict=True):
            picture.save(file)
        script = f"""if True:
            import torch
            from PIL import Image
            from likeness.datasets.base_model import BaseModel
            from likeness.datasets.work import WorkFolder
            from likeness.personalise.options import {type(options).__name__}
            from {train.__module__} import {train.__name__}

            torch.set_num_threads({torch.get_num_threads()})
            {train.__name__}(
                BaseModel({base.source!r}),
                [Image.open(file) for file in {files}],
                options={type(options).__name__}.model_validate_json({options.model_dump_json()!r}),
                work=WorkFolder({str(tmp_path)!r}, "killed", "key"),
                **{arguments},
            )
        """
        process = subprocess.Popen([sys.executable, "-c", script])
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob(f"killed/key/{started}")) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)
        process.kill()
        process.wait()
        assert list(tmp_path.glob(f"killed/key/{started}")), "to be killed in the middle of its training"

    return kill


@pytest.fixture(scope="session")
def make_pictures() -> Callable[..., list[Image.Image]]:
    """Pictures of noise, each of its own."""

    def make(count: int, *, seed: int = 0, size: tuple[int, int] = (64, 64)) -> list[Image.Image]:
        noise = np.random.default_rng(seed).integers(0, 256, (count, size[1], size[0], 3), dtype=np.uint8)
        return [Image.fromarray(array) for array in noise]

    return make


class Recordable(TorchDispatchMode):
    """Refuses what a CUDA graph cannot hold: looking at numbers, and drawing at random."""

    def __enter__(self):
        self.state = torch.get_rng_state()
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        assert torch.equal(torch.get_rng_state(), self.state)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        # Of indices, only masks make shapes that depend on numbers.
        if func is not torch.ops.aten.index.Tensor or any(i is not None and i.dtype == torch.bool for i in args[1]):
            assert not {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape} & set(func.tags), func
        return func(*args, **(kwargs or {}))


@pytest.fixture(scope="session")
def recordable() -> type[Recordable]:
    return Recordable
