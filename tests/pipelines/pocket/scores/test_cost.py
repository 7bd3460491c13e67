import pytest

from likeness.datasets import Checkpoint
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.cost import CostError, cost_scores, measure_drawing

OPTIONS = ReportOptions(steps=1, cost_batch_size=2, cost_batches=3, threads=1, resamples=20)


def test_what_a_picture_costs(tiny_model):
    rows = {row.measure: row for row in cost_scores(Checkpoint(tiny_model, {}), OPTIONS)}
    assert 0 < rows["seconds_a_picture"].value < 5
    assert rows["seconds_a_picture"].count == 3
    # A process with torch in it, and a model of next to nothing.
    assert 100 < rows["peak_memory_mb"].value < 3000
    files = [file for file in tiny_model.rglob("*") if file.is_file()]
    assert rows["disk_mb"].value == pytest.approx(sum(file.stat().st_size for file in files) / 1e6)


@pytest.mark.slow
def test_a_process_that_fails_is_no_measurement(tmp_path):
    with pytest.raises(CostError, match="ended early"):
        measure_drawing(tmp_path, OPTIONS)
