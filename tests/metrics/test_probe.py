import numpy as np
import pytest
import torch

from likeness.metrics.attributes import Attribute
from likeness.metrics.probe import (
    Probe,
    ProbeDesign,
    ProbeError,
    distributions,
    open_probe,
    read,
    save_probe,
    shrink,
)

COLOUR = Attribute(name="colour", kind="categorical", values=("blue", "green", "red"))
RADIUS = Attribute(name="radius", kind="number", values=(0.0, 1.0))
DESIGN = ProbeDesign(size=16, channels=(8, 16), blocks=(1, 1), attributes=(COLOUR, RADIUS))
SHIPPED = ProbeDesign(size=256, channels=(16, 32, 64, 128, 224), blocks=(0, 2, 2, 4, 2), attributes=(COLOUR, RADIUS))


@pytest.fixture
def probe():
    torch.manual_seed(0)
    return Probe(DESIGN).eval()


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


def test_every_attribute_is_a_distribution(probe, pictures):
    shares = distributions(probe, pictures)
    assert shares.shape == (5, 5)
    assert shares[:, :3].sum(axis=1) == pytest.approx(np.ones(5))
    assert shares[:, 3:].sum(axis=1) == pytest.approx(np.ones(5))


def test_a_picture_is_read_alone_as_among_others(probe, pictures):
    together = distributions(probe, pictures)
    assert distributions(probe, pictures[3:4]) == pytest.approx(together[3:4], abs=1e-6)
    assert distributions(probe, pictures, batch_size=2) == pytest.approx(together, abs=1e-6)


def test_no_pictures_are_an_empty_table(probe):
    table = read(probe, np.empty((0, 32, 32, 3), dtype=np.uint8))
    assert table.columns.tolist() == ["colour", "colour_p", "radius"]
    assert table.empty


def test_pictures_are_averaged_not_sampled():
    stripes = torch.zeros(1, 16, 16, 3, dtype=torch.uint8)
    stripes[:, ::2] = 200
    small = shrink(stripes, 8)
    assert small.dtype == torch.uint8
    assert (small[:, 1:-1].float() - 100).abs().max() <= 1
    assert torch.equal(shrink(stripes, 16), stripes)


def test_it_reads_the_same_from_its_folder(probe, pictures, tmp_path):
    save_probe(tmp_path / "probe", probe)
    opened = open_probe(tmp_path / "probe")
    assert opened.design == DESIGN
    assert not opened.training
    # Weights are stored in half precision.
    assert distributions(opened, pictures) == pytest.approx(distributions(probe, pictures), abs=5e-3)


def test_the_shipped_one_is_small(tmp_path):
    probe = Probe(SHIPPED)
    assert sum(weight.numel() for weight in probe.parameters()) <= 1.2e6
    save_probe(tmp_path, probe)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 2.5e6


def test_what_is_no_probe_is_named(probe, tmp_path):
    with pytest.raises(ProbeError, match=r"no probe in .*nowhere"):
        open_probe(tmp_path / "nowhere")
    save_probe(tmp_path / "other", probe)
    weights = tmp_path / "other" / "probe.safetensors.gz"
    for broken in (weights.read_bytes()[:-100], weights.read_bytes()[:20] + bytes(50), b"none"):
        weights.write_bytes(broken)
        with pytest.raises(ProbeError, match=r"no probe in .*other"):
            open_probe(tmp_path / "other")
    save_probe(tmp_path / "other", probe)
    design = DESIGN.model_copy(update={"channels": (8, 24)})
    (tmp_path / "other" / "probe.json").write_text(design.model_dump_json())
    with pytest.raises(ProbeError, match=r"no probe in .*other"):
        open_probe(tmp_path / "other")


@pytest.mark.parametrize(
    ("changed", "problem"), [({"blocks": [1]}, "one number for each"), ({"size": 18}, "multiple of 4")]
)
def test_levels_fit(changed, problem):
    with pytest.raises(ValueError, match=problem):
        ProbeDesign.model_validate({**DESIGN.model_dump(), **changed})
