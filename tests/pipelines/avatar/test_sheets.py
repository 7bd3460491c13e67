"""The sheets: what they say, and that no text runs into another or off the page."""

import numpy as np
import pandas as pd
import pytest

from likeness.pipelines import sheet_style as style
from likeness.pipelines.avatar.ages import APPARENT, ASKED
from likeness.pipelines.avatar.leaderboard import MODELS
from likeness.pipelines.avatar.options import AgeOptions, PortraitOptions, ValidationOptions
from likeness.pipelines.avatar.pairs import pairs_within
from likeness.pipelines.avatar.scores import no_scores
from likeness.pipelines.avatar.sheets import draw_avatar, draw_curves, draw_metrics, draw_photos
from likeness.pipelines.avatar.sheets.portraits import middle_pictures

from ..conftest import assert_tidy, texts

PORTRAITS = PortraitOptions(pictures_per_age=2)


def avatar_sheet(board, made, portraits=PORTRAITS):
    return draw_avatar(board, made["held_out_photos_portraits"], portraits, AgeOptions(), made)


def metrics_sheet(board, comparison, made):
    return draw_metrics(board, comparison, PORTRAITS, AgeOptions(), made)


def test_the_avatar_sheet_has_a_row_a_model_and_a_column_an_age(board, made):
    figure = avatar_sheet(board, made)
    written = assert_tidy(figure)
    assert {age.label for age in PORTRAITS.ages} <= set(written)
    best = board["model"].iloc[0]
    assert f"1  {best}" in written
    assert "held-out photos" in written
    assert "base model" in written
    assert not any("impostors" in text for text in written)
    assert sum(len(axes.images) for axes in figure.axes) == 8 * 10


@pytest.mark.parametrize(("count", "said"), [(1, False), (3, True)])
def test_the_avatar_sheet_says_which_of_several_pictures_it_shows(board, made, count, said):
    figure = avatar_sheet(board, made, PortraitOptions(pictures_per_age=count))
    assert any(f"Of {count} pictures" in text for text, _ in texts(figure)) is said


def test_the_avatar_sheet_says_how_old_the_pictures_look(board, made):
    # The two pictures of an age are one shown and one not; only one of them looks 61.
    ages = made["all_01_ages"]
    ages[APPARENT] = ages[ASKED]
    shown = middle_pictures(made["all_01_scores"]).loc[6, "picture"]
    ages.loc[(ages[ASKED] == 60) & (ages["picture"] != shown), APPARENT] = 99
    ages.loc[ages["picture"] == shown, APPARENT] = 71.6
    board.loc[board["model"] == "all_01", "verified_at_age"] = 0.123
    figure = avatar_sheet(board, made)
    written = assert_tidy(figure)
    assert sum(text.startswith("looks ") for text in written) == 8 * 10
    assert "12% at the right age" in written
    assert any("2.5 years and 15%" in text for text in written)
    [wrong] = [text for text in figure.texts if text.get_text() == "looks 72 years" and text.get_color() == style.AMBER]
    row = [text for text in figure.texts if abs(text.get_position()[1] - wrong.get_position()[1]) < 1e-6]
    looks = {text.get_text(): text.get_color() for text in row if text.get_text().startswith("looks ")}
    years = [0, 10, 20, 30, 40, 50, 72, 70, 80, 90]
    assert looks == {f"looks {age} years": style.AMBER if age == 72 else style.MUTED for age in years}


def test_no_title_of_a_row_runs_into_its_pictures(board, made):
    words = {"names": {"all_01": "Textual Inversion"}, "notes": {"all_01": "104 min · 999 MB · 1.54k trained"}}
    figure = draw_avatar(board, made["held_out_photos_portraits"], PORTRAITS, AgeOptions(), made, **words)
    left = min(axes.get_window_extent().x0 for axes in figure.axes)
    top = max(axes.get_window_extent().y1 for axes in figure.axes)
    beside = [(text, box) for text, box in texts(figure) if box.x0 < left and 100 < box.y1 < top]
    assert len(beside) >= 8 * 5
    assert [text for text, box in beside if box.x1 > left] == []


def test_sheets_without_ages_say_nothing_of_them(board, made, portrait_comparison):
    for name in (name for name in made if name.endswith("_ages")):
        made[name] = made[name].assign(**{APPARENT: np.nan})
    board = board.assign(**dict.fromkeys([name for name in board if "age_" in name[:4] or "at_age" in name], np.nan))
    for figure in (
        avatar_sheet(board, made),
        metrics_sheet(board, portrait_comparison, made),
    ):
        assert not [text for text in assert_tidy(figure) if "look" in text or "right age" in text or "off by" in text]


def test_a_skipped_and_a_memorising_model_are_named_as_such(board, made, pictures):
    made["child_02_scores"], made["child_02_portraits"] = no_scores(), pictures("child_02", 1).select([])
    made["child_02_ages"] = made["child_02_ages"].head(0)
    empty = ["rank", "verified", "verified_low", "verified_high", "verified_at_age", "memorising"]
    board.loc[board["model"] == "child_02", empty] = pd.NA
    board.loc[board["model"] == "adult_01", "memorising"] = True
    figure = avatar_sheet(board, made)
    written = assert_tidy(figure)
    assert "no photos: not trained" in written
    assert "memorising" in written
    assert written.count("–") == 10


def test_the_sheet_reads_a_leaderboard_that_was_stored_as_csv(board, made, tmp_path):
    board.to_csv(tmp_path / "board.csv", index=False)
    stored = pd.read_csv(tmp_path / "board.csv")
    figure = avatar_sheet(stored, made)
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


def test_the_metrics_sheet_shows_every_number(board, made, portrait_comparison):
    figure = metrics_sheet(board, portrait_comparison, made)
    written = assert_tidy(figure)
    assert sum(text.endswith("%") for text in written) >= 64 + 90
    best = board.iloc[0]
    assert f"{best['verified']:.0%}" in written
    assert f"{best['nearest_training_ssim']:.2f}" in written
    assert f"off by {best['age_error_years']:.1f} years" in written
    assert f"order {best['age_order']:.2f}" in written
    dots = {axes.collections[-1].get_offsets().shape for axes in figure.axes if len(axes.collections) == 2}
    assert dots == {(20, 2)}


def test_the_metrics_sheet_of_models_that_were_all_skipped(board, portrait_comparison):
    scores = {f"{model}_scores": no_scores() for model in MODELS}
    numbers = board.columns.drop(["model", "photos", "pictures"])
    empty = board.assign(**dict.fromkeys(numbers, np.nan))
    figure = metrics_sheet(empty, portrait_comparison.head(0), scores)
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
        "shown": files,
    }


def test_the_photo_sheet_says_why_photographs_were_set_aside(curated):
    written = assert_tidy(draw_photos(**curated))
    assert "no face found by dlib" in written
    assert "not shown" in written
    assert "child\n4" in written
    assert any("…" in text and text.endswith("cture.jpg") for text in written)


def test_the_maps_show_the_drawn_photographs_of_very_many(curated):
    written = assert_tidy(draw_photos(**{**curated, "shown": curated["shown"][2:6]}))
    assert {"child\n2", "adult\n2"} <= set(written)
    assert any("a face of 4 drawn at random" in text for text in written)


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


def validation_table(at_age):
    rows = {"step": [46, 92, 138], "pictures": 10, "reference_photos": 80, "reference_trained_on": False}
    return pd.DataFrame(rows | {"verified": [0.1, 0.4, 0.35], "at_age": at_age, "kept": [False, True, False]})


def test_the_curves_mark_every_step_and_ring_the_kept_one():
    read, unread = validation_table([0.9, 0.8, 0.6]), validation_table(np.nan)
    off = read.head(0)
    figure = draw_curves({"child_01": read, "all_01": unread, "all_02": off}, ValidationOptions(every_steps=46))
    written = assert_tidy(figure)
    assert [written.count(text) for text in ("46", "92", "138", "child_01", "all_01", "all_02")] == [2, 2, 2, 1, 1, 0]
    rings = [axes.collections[-1].get_offsets().tolist() for axes in figure.axes]
    np.testing.assert_allclose(rings, [[[0.8, 0.4]], [[92, 0.4]]])
    assert "10 portraits × 80 photos not trained on" in written


def test_without_validation_the_sheet_says_how_to_have_it():
    *_, advice = assert_tidy(draw_curves({"child_01": validation_table(0.5).head(0)}, ValidationOptions()))
    assert "avatar.validation.every_steps" in advice
