import pytest
import torch
from diffusers import UNet2DConditionModel

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.memory import GpuMemoryError
from likeness.diffusion.model import open_model
from likeness.drawing.pictures import Request, Settings, draw

REQUESTS = [Request(f"{seed}.png", "a photo of a person", seed, 1.0, "base") for seed in range(4)]


def test_full_memory_keeps_the_pictures_that_are_done(tiny_model, tmp_path, monkeypatch):
    calls, forward = [], UNet2DConditionModel.forward

    def full_in_the_second_batch(self, *args, **kwargs):
        calls.append(True)
        if len(calls) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return forward(self, *args, **kwargs)

    monkeypatch.setattr(UNet2DConditionModel, "forward", full_in_the_second_batch)
    work = WorkFolder(tmp_path, "pictures", "some")
    with pytest.raises(GpuMemoryError, match=r"in drawing with batch_size: 2, on .*a smaller batch_size.*stay in"):
        list(draw(open_model(BaseModel(str(tiny_model))), REQUESTS, Settings(1, "", None, 2), work))
    assert sorted(file.name for file in work.path.iterdir()) == ["0.png", "1.png"]
