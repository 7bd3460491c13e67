import numpy as np
import pytest
from PIL import Image

from likeness.datasets import ImageSet
from likeness.pipelines.cezanne import sample
from likeness.pipelines.cezanne.options import GeneratedClass, GeneratedOptions, PaintingsSource

OPTIONS = GeneratedOptions(
    classes=(
        GeneratedClass(label="2", name="guided", guidance_scales=(8,), pictures=3),
        GeneratedClass(label="3", name="unguided", guidance_scales=(0, 1), pictures=5),
    ),
    prompts=("hills", "sea"),
    seed=10,
)


def test_prompts_and_scales_are_taken_in_turn_and_no_seed_twice():
    table = sample.generated_requests(OPTIONS)
    assert table["seed"].tolist() == list(range(10, 18))
    assert table["prompt"].tolist() == ["hills", "sea", "hills", "hills", "sea", "hills", "sea", "hills"]
    assert table["guidance_scale"].tolist() == [8, 8, 8, 0, 0, 1, 1, 0]
    assert table["name"].tolist()[2:4] == ["2/guided_003", "3/unguided_001"]


def folder_of(root, names):
    for place, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng([place, *map(ord, str(root)[-3:])]).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    return ImageSet.from_folder(root)


def test_sets_are_put_together_with_what_was_set_aside(tmp_path):
    one, other = folder_of(tmp_path / "one", ["0/a.png", "1/b.png"]), folder_of(tmp_path / "two", ["2/c.png"])
    (tmp_path / "one" / "0" / "bad.png").write_bytes(b"")
    one = ImageSet.from_folder(tmp_path / "one")
    both = sample.gathered([one, other], str(tmp_path / "work"))
    assert both.manifest["file"].tolist() == ["0/a.png", "1/b.png", "2/c.png"]
    assert both.rejected["file"].tolist() == ["0/bad.png"]
    assert np.array_equal(both.open("2/c.png"), other.open("2/c.png"))


def test_two_pictures_of_one_name_are_refused(tmp_path):
    one, other = folder_of(tmp_path / "one", ["0/a.png"]), folder_of(tmp_path / "two", ["0/a.png"])
    with pytest.raises(ValueError, match=r"two pictures are called 0/a\.png"):
        sample.gathered([one, other], str(tmp_path / "work"))


def test_without_the_painter_it_says_how_to_get_it(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "likeness.synthetic.paintings", None)
    with pytest.raises(ValueError, match=r"make cezanne.*--params paintings=<folder"):
        sample.given_paintings(PaintingsSource(), str(tmp_path))


def test_the_sample_is_painted(tmp_path):
    pytest.importorskip("numba")
    options = PaintingsSource(size=64, authentic=1, replica=1, impressionism=1, portrait_share=0)
    painted = sample.given_paintings(options, str(tmp_path))
    assert painted.manifest["class"].tolist() == ["0", "1", "4"]
