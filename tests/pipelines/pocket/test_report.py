import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from likeness.pipelines.pocket.options import AGES, PictureOptions
from likeness.pipelines.pocket.report import psnr, round_trip_sheet
from likeness.pipelines.pocket.steps import package_digest


def test_psnr_by_hand() -> None:
    black = np.zeros((4, 4, 3), dtype=np.uint8)
    assert psnr(black, black) == 100
    # A mean squared error of 25.5² is a hundredth of 255².
    grey = black + np.array([25, 26, 25], dtype=np.uint8)
    assert psnr(black, grey) == pytest.approx(20, abs=0.1)


def test_sheet_shows_pictures_above_what_became_of_them() -> None:
    before = np.full((3, 16, 16, 3), 255, dtype=np.uint8)
    figure = round_trip_sheet(before, np.zeros_like(before))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    assert pixels.shape[1] > 3 * 256
    assert (pixels == 0).all(axis=-1).sum() == pytest.approx(3 * 16 * 16, rel=0.2)


def test_shards_cover_what_is_asked_for() -> None:
    options = PictureOptions(count=257, held_out=129, shard=128)
    assert options.held_out_shards == [0, 1]
    assert options.training_shards == [2, 3, 4]


def test_ten_ages() -> None:
    assert len(set(AGES)) == 10


def test_a_package_is_digested_with_all_its_files() -> None:
    assert package_digest("likeness.pocket") == package_digest("likeness.pocket.sharding:render_shards")
    assert package_digest("likeness.pocket") != package_digest("likeness.pipelines.pocket")
    with pytest.raises(ValueError, match=r"no module nowhere\.pictures"):
        package_digest("nowhere.pictures:render")
