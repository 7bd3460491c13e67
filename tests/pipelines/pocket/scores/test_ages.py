import numpy as np
import pytest

from likeness.datasets import Checkpoint
from likeness.metrics.probe import Probe, ProbeDesign
from likeness.pipelines.pocket.options import AgePrompt, ReportOptions
from likeness.pipelines.pocket.scores.ages import age_scores, draw_ages, order_interval
from likeness.pipelines.pocket.scores.drawing import Artist

ASKED = np.array([5.0, 30.0, 60.0, 85.0])
OPTIONS = ReportOptions(
    resamples=100,
    steps=1,
    batch_size=2,
    ages=tuple(AgePrompt(prompt=f"age {years:.0f}", years=years) for years in ASKED),
    age_pictures=3,
)


def drawn_at(ages):
    """Pictures (ages, seeds, 16, 16, 3) that look these old to the probe."""
    levels = (2 * ages[..., None] + np.array([60, 0, 0])).round().astype(np.uint8)
    return np.tile(levels[:, :, None, None], (1, 1, 16, 16, 1))


def test_ages_asked_for_are_ages_read(held_out, probe):
    ages = np.tile(ASKED[:, None], (1, 3))
    rows = {(row.measure, row.group): row for row in age_scores(drawn_at(ages), held_out, probe, OPTIONS)}
    for years in ASKED:
        assert rows["apparent_age_years", f"age {years:.0f}"].value == pytest.approx(years, abs=6)
    assert rows["age_order", ""].value == pytest.approx(1)
    assert rows["age_error_years", ""].value < 6
    assert rows["age_error_years", ""].count == 12
    assert rows["probe_age_error_years", ""].count == 20  # the portraits alone
    error, own = rows["age_error_years", ""].value, rows["probe_age_error_years", ""].value
    assert rows["age_error_ratio", ""].value == pytest.approx(error / own)
    expected = (held_out.read["age_years"] - held_out.shown["age_years"]).abs()[held_out.groups == "portraits"].mean()
    assert own == pytest.approx(expected)


def test_a_model_that_turns_the_ages_round_is_found_out(held_out, probe):
    reversed_ages = np.tile(ASKED[::-1, None], (1, 3))
    rows = {row.measure: row for row in age_scores(drawn_at(reversed_ages), held_out, probe, OPTIONS)}
    assert rows["age_order"].value == pytest.approx(-1)
    assert rows["age_error_years"].value == pytest.approx(np.abs(np.subtract(ASKED[::-1], ASKED)).mean(), abs=6)


def test_a_probe_that_reads_no_ages_says_nothing(held_out, probe):
    tint = tuple(attribute for attribute in probe.design.attributes if attribute.name == "tint")
    blind = Probe(ProbeDesign(size=16, channels=(8,), blocks=(1,), attributes=tint))
    assert list(age_scores(drawn_at(np.tile(ASKED[:, None], (1, 3))), held_out, blind, OPTIONS)) == []


def test_the_order_is_as_sure_as_the_seeds_agree():
    sure = order_interval(np.tile(ASKED[:, None], (1, 4)), ASKED, OPTIONS)
    assert sure == pytest.approx((1, 1, 1))
    # One seed in four has all ages reversed, so some resamples are out of order.
    mixed = np.column_stack([ASKED, ASKED, ASKED, 3 * ASKED[::-1]])
    unsure = order_interval(mixed, ASKED, OPTIONS)
    assert unsure.low < unsure.high
    alone = order_interval(ASKED[:, None], ASKED, OPTIONS)
    assert alone.mean == pytest.approx(1)
    assert np.isnan([alone.low, alone.high]).all()


def test_every_age_is_drawn_from_the_same_seeds(tiny_model, tmp_path):
    artist = Artist.of(Checkpoint(tiny_model, {}), OPTIONS, str(tmp_path))
    drawn = draw_ages(artist, OPTIONS)
    assert drawn.shape == (4, 3, 64, 64, 3)
    again = artist.draw(["a photo of age 30"] * 3, [0, 1, 2], "test")
    assert np.abs(drawn[1].astype(int) - again).max() <= 1
