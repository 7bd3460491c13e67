import numpy as np
import pytest

from likeness.diffusion.sampling import generate
from likeness.pipelines.benchmark.nodes import benchmark_sampling
from likeness.pipelines.benchmark.options import SamplingBenchmarkOptions
from likeness.pipelines.benchmark.sampling import ALONE, Case, sampling_table, usual_pictures

OPTIONS = SamplingBenchmarkOptions(
    shape="tiny", device="auto", resolution=64, steps=2, batch_size=3, batches=2, single_pictures=2
)
PROMPTS = ["a photo of a man", "an old man", "a newborn baby"]


def test_the_usual_way_draws_the_same_pictures(tiny):
    common = {"steps": 4, "guidance_scale": 7.5}
    usual = list(usual_pictures(tiny, PROMPTS, [1, 2, 3], resolution=64, **common))
    ours = list(generate(tiny, PROMPTS, [1, 2, 3], height=64, width=64, batch_size=3, **common))
    usual_array, our_array = (np.stack([np.asarray(one).astype(int) for one in several]) for several in (usual, ours))
    assert np.abs(usual_array - our_array).max() <= 1
    assert our_array.std() > 5


def test_the_table_has_a_row_a_case(pocket):
    table = benchmark_sampling(pocket, OPTIONS)
    assert table["case"].tolist() == [ALONE, "batches", "batches, quickest kernels", "batches, compiled"]
    assert table["pictures_measured"].tolist() == [2, 6, 6, 6]
    assert table["batch_size"].tolist() == [1, 3, 3, 3]
    speed = table["pictures_per_second"]
    assert (table["ratio"] * speed.iloc[0]).tolist() == pytest.approx(speed.tolist())
    assert (table["pictures_per_second_least"] <= speed).all()
    assert (speed <= table["pictures_per_second_most"]).all()
    assert table["seconds"].iloc[0] == pytest.approx(180 / speed.iloc[0], rel=0.5)
    told = table[["shape", "resolution", "steps", "guidance_scale", "pictures", "repeats", "dtype"]]
    assert told.drop_duplicates().to_numpy().tolist() == [["tiny", 64, 2, 7.5, 180, 2, "float32"]]


@pytest.mark.parametrize(("pictures", "seconds"), [(32, 10.0), (33, 15.0), (180, 60.0)])
def test_seconds_count_the_last_batch_as_a_whole_one(pictures, seconds):
    assert Case("batches", batch_size=16, pictures=16).seconds_for(pictures, 5.0) == pytest.approx(seconds)


def test_the_cases_draw_what_they_say(tiny, monkeypatch):
    drawn = []
    original = tiny.unet.forward
    monkeypatch.setattr(
        tiny.unet, "forward", lambda noisy, *a, **k: drawn.append(len(noisy)) or original(noisy, *a, **k)
    )
    quick = OPTIONS.model_copy(update={"steps": 1, "batches": 1, "warm_up": 1, "repeats": 2, "compiled": False})
    assert len(sampling_table(tiny, quick)) == 3
    # Warm-up case by case, then rounds in which the cases take turns; twice the rows, for guidance.
    assert drawn == [2, 2, 6, 6] * 3
