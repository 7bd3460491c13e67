import numpy as np
import pytest
from PIL import Image, ImageChops

from likeness.datasets.contact_sheet import contact_sheet

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255)]


def squares(side=40):
    return [Image.new("RGB", (side, side), colour) for colour in COLOURS]


def boxes(sheet):
    """Where each of the pictures is on the sheet: left, top, right, bottom."""
    found = []
    for colour in COLOURS:
        difference = ImageChops.difference(sheet, Image.new("RGB", sheet.size, colour)).convert("L")
        found.append(difference.point(lambda level: 255 * (level == 0)).getbbox())
    return found


def inked(sheet, box):
    return bool((np.asarray(sheet.crop(box).convert("L")) < 128).any())


def test_pictures_are_laid_out_in_rows():
    sheet = contact_sheet(squares(), columns=3, cell=40, gap=10)
    assert sheet.mode == "RGB"
    assert sheet.size == (10 + 3 * 50, 10 + 2 * 50)
    assert boxes(sheet) == [
        (10, 10, 50, 50),
        (60, 10, 100, 50),
        (110, 10, 150, 50),
        (10, 60, 50, 100),
        (60, 60, 100, 100),
    ]


def test_fewer_pictures_than_columns_make_a_narrower_sheet():
    assert contact_sheet(squares()[:2], columns=6, cell=40, gap=10).width == 110
    assert contact_sheet(squares()[:2], columns=6, cell=40, gap=10, column_titles=["a", "b", "c"]).width == 160


def test_pictures_fit_their_cell_in_proportion():
    wide, tall, small = (
        Image.new("RGB", size, colour) for size, colour in zip([(80, 40), (20, 80), (10, 10)], COLOURS[:3], strict=True)
    )
    sheet = contact_sheet([wide, tall, small], columns=3, cell=40, gap=0)
    assert boxes(sheet)[:3] == [(0, 20, 40, 40), (55, 0, 65, 40), (95, 30, 105, 40)]


def test_a_row_is_as_high_as_its_highest_picture():
    assert contact_sheet([Image.new("RGB", (80, 40))] * 4, columns=2, cell=40, gap=0).height == 40


def test_captions_are_under_their_pictures():
    sheet = contact_sheet(squares(), ["one", "", "three\n.75", "four", "five"], columns=3, cell=40, gap=10)
    (left, _, right, bottom), second, third, fourth, _ = boxes(sheet)
    first_row, second_row = bottom, fourth[1]
    assert inked(sheet, (left, bottom, right, second_row))
    assert not inked(sheet, (second[0], bottom, second[2], second_row))
    middle = (first_row + second_row) // 2
    assert inked(sheet, (third[0], first_row, third[2], middle))
    assert inked(sheet, (third[0], middle, third[2], second_row))
    assert inked(sheet, (fourth[0], fourth[3], fourth[2], sheet.height))


def test_a_long_caption_stays_in_its_cell():
    sheet = contact_sheet(squares()[:2], ["a very long caption that does not fit", ""], columns=2, cell=40, gap=30)
    (_, _, right, bottom), (second, *_), *_ = boxes(sheet)
    assert inked(sheet, (30, bottom, right, sheet.height))
    assert not inked(sheet, (right + 1, bottom, second, sheet.height))


def test_titles_of_the_sheet_its_columns_and_its_rows():
    plain = contact_sheet(squares(), columns=3, cell=40)
    sheet = contact_sheet(
        squares(), columns=3, cell=40, title="Ages", column_titles=["a", "b", "c"], row_titles=["child", "adult"]
    )
    (left, top, _, bottom), *_ = boxes(sheet)
    assert sheet.width > plain.width
    assert sheet.height > plain.height
    assert inked(sheet, (0, 0, sheet.width, top // 2))
    assert inked(sheet, (left, top // 2, left + 40, top))
    assert inked(sheet, (0, top, left, bottom))


def test_an_empty_place_is_left_blank():
    first, _, third, *_ = squares()
    sheet = contact_sheet([first, None, third], ["a", "b", "c"], columns=3, cell=40, gap=10)
    assert boxes(sheet)[1] is None
    assert not inked(sheet, (60, 10, 100, 50))


def test_no_pictures():
    sheet = contact_sheet([], title="photos")
    assert inked(sheet, (0, sheet.height // 2, *sheet.size))


def test_there_is_one_caption_for_each_picture():
    with pytest.raises(ValueError, match="1 captions for 5 pictures"):
        contact_sheet(squares(), ["a"])


@pytest.mark.parametrize("arguments", [{"columns": 0}, {"cell": 0}])
def test_sizes_must_be_positive(arguments):
    with pytest.raises(ValueError, match="must be positive"):
        contact_sheet(squares(), **arguments)


def test_pictures_are_taken_one_at_a_time():
    alive: list[Image.Image] = []

    def opened():
        for colour in COLOURS:
            alive.append(Image.new("RGBA", (50, 50), colour))
            yield alive[-1]

    assert boxes(contact_sheet(opened(), columns=5, cell=40))[4] is not None
    assert all(image.size == (50, 50) for image in alive), "the pictures given must not be changed"


def test_letters_that_the_first_font_lacks_are_not_boxes():
    """The font without them draws one box for every letter it lacks, so that all of them look the same."""
    sheets = [contact_sheet(squares()[:1], [letter], cell=40) for letter in "éüßñ"]
    assert len({sheet.tobytes() for sheet in sheets}) == 4
