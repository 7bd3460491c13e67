import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from likeness.pipelines.pocket.options import AgePrompt, ReportOptions
from likeness.pipelines.pocket.sheets import model_sheet, round_trip_sheet

RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)


def pixels_of(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def filled(colour, *shape):
    return np.full((*shape, 16, 16, 3), colour, dtype=np.uint8)


def area(pixels, colour):
    return int((pixels == colour).all(axis=-1).sum())


def test_sheet_shows_pictures_above_what_became_of_them():
    before = filled((255, 0, 255), 3)
    pixels = pixels_of(round_trip_sheet(before, np.zeros_like(before), pd.Series(["pictures"] * 3)))
    assert pixels.shape[1] > 3 * 256
    assert area(pixels, (0, 0, 0)) == pytest.approx(3 * 16 * 16, rel=0.2)
    assert area(pixels, (255, 0, 255)) == 3 * 16 * 16


def test_groups_share_the_round_trip_sheet_evenly():
    before = np.concatenate([filled(RED, 30), filled(BLUE, 6)])
    groups = pd.Series(["portraits"] * 30 + ["landscapes"] * 6)
    pixels = pixels_of(round_trip_sheet(before, np.zeros_like(before), groups))
    assert area(pixels, RED) == area(pixels, BLUE) == 6 * 16 * 16


def test_ages_stand_above_landscapes():
    options = ReportOptions(
        ages=(AgePrompt(prompt="a baby", years=0), AgePrompt(prompt="a senior", years=70)),
        sheet_seeds=2,
        landscapes={"hours": ("dawn", "noon", "night"), "trees": ("an oak",)},
    )
    ages = np.stack([filled(RED, 5), filled(GREEN, 5)])
    pixels = pixels_of(model_sheet(ages, filled(BLUE, 4), options))
    # Two of the five seeds are shown.
    assert area(pixels, RED) == area(pixels, GREEN) == 2 * 16 * 16
    assert area(pixels, BLUE) == 4 * 16 * 16
    rows = np.nonzero((pixels == BLUE).all(axis=-1).any(axis=1))[0]
    assert rows.min() > np.nonzero((pixels == GREEN).all(axis=-1).any(axis=1))[0].max()
