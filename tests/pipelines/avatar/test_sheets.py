"""The sheets: what they say, and that no text runs into another or off the page."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from likeness.pipelines import sheet_style as style
from likeness.pipelines.avatar.leaderboard import MODELS
from likeness.pipelines.avatar.pairs import pairs_within
from likeness.pipelines.avatar.scores import no_scores
from likeness.pipelines.avatar.sheets import draw_avatar, draw_metrics, draw_photos
from likeness.pipelines.avatar.sheets.portraits import middle_pictures


def texts(figure):
    """All visible text with its bounding box in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    found = [
        text
        for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))
        if text.get_visible() and text.get_text().strip()
    ]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in found]


def assert_tidy(figure):
    written = texts(figure)
    for text, box in written:
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y0 >= 0, text
        assert box.y1 <= figure.bbox.height, text
    # Aslant labels have boxes that overlap though the letters do not.
    level = [(text, box) for text, box in written if box.height < 40]
    for (text, box), (other, other_box) in itertools.combinations(level, 2):
        assert not box.padded(-1).overlaps(other_box.padded(-1)), (text, other)
    return [text for text, _ in written]


def test_the_avatar_sheet_has_a_row_a_model_and_a_column_an_age(board, made, portrait_options):
    figure = draw_avatar(board, made["held_out_photos_portraits"], portrait_options, made)
    written = assert_tidy(figure)
    assert {age.label for age in portrait_options.ages} <= set(written)
    best = board["model"].iloc[0]
    assert f"1  {best}" in written
    assert "held-out photos" in written
    assert "base model" in written
    assert not any("impostors" in text for text in written)
    assert sum(len(axes.images) for axes in figure.axes) == 8 * 10


def test_a_skipped_and_a_memorising_model_are_named_as_such(board, made, portrait_options, pictures):
    made["child_02_scores"], made["child_02_portraits"] = no_scores(), pictures("child_02", 1).select([])
    empty = ["rank", "verified", "verified_low", "verified_high", "memorising"]
    board.loc[board["model"] == "child_02", empty] = pd.NA
    board.loc[board["model"] == "adult_01", "memorising"] = True
    figure = draw_avatar(board, made["held_out_photos_portraits"], portrait_options, made)
    written = assert_tidy(figure)
    assert "no photos: not trained" in written
    assert "memorising" in written
    assert written.count("–") == 10


def test_the_sheet_reads_a_leaderboard_that_was_stored_as_csv(board, made, portrait_options, tmp_path):
    board.to_csv(tmp_path / "board.csv", index=False)
    stored = pd.read_csv(tmp_path / "board.csv")
    figure = draw_avatar(stored, made["held_out_photos_portraits"], portrait_options, made)
    assert f"1  {board['model'].iloc[0]}" in [text for text, _ in texts(figure)]


def test_the_middle_picture_is_shown():
    rows = [(0, f"p{share}", share) for share in (0.0, 0.25, 1.0)] + [(1, "q0.5", 0.5), (1, "q0.75", 0.75)]
    scores = pd.DataFrame(
        [
            {"relation": "reference", "age": age, "picture": picture, "verified": place / 4 < share, "distance": 1.0}
            for age, picture, share in rows
            for place in range(4)
        ]
    ).assign(face_found=True)
    shown = middle_pictures(scores)
    assert shown["picture"].to_dict() == {0: "p0.25", 1: "q0.75"}
    assert shown["share"].to_dict() == {0: 0.25, 1: 0.75}


def test_the_metrics_sheet_shows_every_number(board, made, portrait_comparison, portrait_options):
    scores = {model: made[f"{model}_scores"] for model in MODELS}
    figure = draw_metrics(board, portrait_comparison, scores, portrait_options)
    written = assert_tidy(figure)
    assert sum(text.endswith("%") for text in written) >= 64 + 90
    best = board.iloc[0]
    assert f"{best['verified']:.0%}" in written
    assert f"{best['nearest_training_ssim']:.2f}" in written


def test_the_metrics_sheet_of_models_that_were_all_skipped(board, portrait_comparison, portrait_options):
    scores = {model: no_scores() for model in MODELS}
    numbers = board.columns.drop(["model", "photos", "pictures"])
    figure = draw_metrics(
        board.assign(**dict.fromkeys(numbers, np.nan)), portrait_comparison.head(0), scores, portrait_options
    )
    assert_tidy(figure)


@pytest.fixture
def curated(pictures):
    photos = pictures("photos", 12)
    files = photos.manifest["file"].tolist()
    generator = np.random.default_rng(0)
    first, second, values = pairs_within(pd.DataFrame(generator.random((12, 12)), index=files, columns=files))
    subset = pd.DataFrame({"subset": "all_01", "file": files[:10], "group": ["child"] * 4 + ["adult"] * 6})
    aside = [(files[10], "every subset", "no face found by dlib"), (files[11], "curated subsets", "nearly the same …")]
    aside.append(("child/a_very_long_name_of_a_broken_picture.jpg", "every subset", "truncated"))
    pairs = pd.DataFrame({"photo_a": first, "photo_b": second})
    return {
        "photos": photos,
        "photo_subsets": subset.assign(age_years=np.arange(10.0)),
        "photos_set_aside": pd.DataFrame(aside, columns=["file", "set_aside_from", "reason"]),
        "photo_ssim": pairs.assign(ssim=values),
        "photo_verification": pairs.assign(set_b="sitter", distance=values, verified=values < 0.5),
        "threshold": 0.5,
    }


def test_the_photo_sheet_says_why_photographs_were_set_aside(curated):
    written = assert_tidy(draw_photos(**curated))
    assert "no face found by dlib" in written
    assert "not shown" in written
    assert "child\n4" in written
    assert any("…" in text and text.endswith("cture.jpg") for text in written)


def test_the_photo_sheet_without_child_photos_or_any(curated):
    curated["photo_subsets"] = curated["photo_subsets"].assign(group="adult")
    assert not any(text.startswith("child\n") for text in assert_tidy(draw_photos(**curated)))
    curated["photo_subsets"] = curated["photo_subsets"].head(0)
    curated["photos_set_aside"] = curated["photos_set_aside"].head(0)
    written = assert_tidy(draw_photos(**curated))
    assert "none" in written


def test_ink_can_be_read_on_both_ends_of_the_colours():
    axes = style.place(style.new_figure(2, 2), 0, 0, 1, 1)
    image = axes.imshow([[0.0, 1.0]], cmap=style.SHARES)
    assert style.ink_on(image, 0.0) == style.INK
    assert style.ink_on(image, 1.0) == "white"
