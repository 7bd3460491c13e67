import numpy as np
import pytest

from likeness.datasets import BaseModel
from likeness.diffusion.model import open_model
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.round_trip import round_trip, round_trip_readings, round_trip_scores

OPTIONS = ReportOptions(resamples=20)


def test_pictures_come_back_in_order_whatever_the_batch(tiny_model, rng):
    model = open_model(BaseModel(str(tiny_model)))
    pictures = rng.integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
    rebuilt = round_trip(model, pictures, batch_size=2)
    assert rebuilt.shape == pictures.shape
    assert np.abs(round_trip(model, pictures[::-1], batch_size=5)[::-1].astype(int) - rebuilt).max() <= 1


def test_groups_are_measured_apart(held_out):
    # Landscapes, every other picture, are one level off; portraits two.
    rebuilt = held_out.pictures[:20] + np.array([2, 1] * 10, dtype=np.uint8)[:, None, None, None]
    rows = {(row.measure, row.group): row for row in round_trip_scores(held_out, rebuilt, OPTIONS)}
    assert {group for _, group in rows} == {"portraits", "landscapes"}
    assert rows["round_trip_psnr_db", "landscapes"].value == pytest.approx(20 * np.log10(255))
    assert rows["round_trip_psnr_db", "portraits"].value == pytest.approx(20 * np.log10(255 / 2))
    assert rows["round_trip_ssim", "portraits"].value > 0.9
    assert rows["round_trip_ssim", "portraits"].count == 10


def test_readings_are_compared_before_and_after(held_out, probe):
    same = {
        (row.measure, row.group): row.value for row in round_trip_readings(held_out, held_out.pictures, probe, OPTIONS)
    }
    assert same["probe_accuracy", "tint"] > 0.95
    assert same["round_trip_probe_accuracy_ratio", "all"] == 1
    swapped = held_out.pictures[..., ::-1].copy()  # red becomes blue
    off = {(row.measure, row.group): row.value for row in round_trip_readings(held_out, swapped, probe, OPTIONS)}
    assert off["round_trip_probe_accuracy", "tint"] < 0.1
    assert off["round_trip_probe_accuracy_ratio", "age_years"] > 0.8
    assert ("round_trip_probe_accuracy", "world") not in off
