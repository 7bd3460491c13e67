from types import SimpleNamespace

import pytest
import torch

from likeness.diffusion.memory import RECIPES, GpuMemoryError, enough_memory, recipe


@pytest.mark.parametrize(
    ("what", "gigabytes", "says"),
    [
        ("fine_tuning", 8.6, "method: lora"),
        ("fine_tuning", 25.4, "method: full, batch_size: 1"),
        ("fine_tuning", 85.0, "a smaller batch_size, or gradient_checkpointing"),
        ("inversion", 12.7, "batch_size: 1, gradient_accumulation: 4"),
        ("drawing", 8.6, "batch_size: 2"),
        ("drawing", 85.0, "a smaller batch_size"),
        ("drawing", None, "a smaller batch_size"),
    ],
)
def test_what_fits_depends_on_the_card(what, gigabytes, says):
    assert recipe(what, gigabytes).startswith(says)


@pytest.mark.parametrize("what", RECIPES)
def test_larger_cards_take_no_less(what):
    sizes = [size for size, _ in RECIPES[what]]
    assert sizes == sorted(sizes)


def test_the_error_names_the_card_what_was_set_and_what_is_kept(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: SimpleNamespace(total_memory=25.4e9))
    card = torch.device("cuda", 1)
    with (
        pytest.raises(GpuMemoryError, match=r"batch_size: 2, on cuda:1, .*25 GB.* method: full.* All kept") as told,
        enough_memory("fine_tuning", card, now="batch_size: 2", kept="All kept."),
    ):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nmore")
    assert "\n" not in str(told.value)


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="shapes"), enough_memory("drawing", torch.device("cpu"), now="", kept=""):
        raise RuntimeError("shapes differ")
