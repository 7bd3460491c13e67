"""Contact sheets: many pictures on one, with captions under them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def contact_sheet(
    pictures: Iterable[Image.Image | None],
    captions: Sequence[str] = (),
    columns: int = 6,
    cell: int = 128,
    *,
    title: str = "",
    column_titles: Sequence[str] = (),
    row_titles: Sequence[str] = (),
    font_size: int = 12,
    gap: int = 8,
    background: str = "white",
    ink: str = "#222222",
) -> Image.Image:
    """Lay pictures out in rows on one picture.

    Pictures are made to fit their square cell and never enlarged beyond it, cut or distorted; they are taken one
    at a time, so that only their small versions are in memory. Captions that are too long for the cell are cut
    short with an ellipsis; a caption may have several lines.

    Args:
        pictures: in reading order; None leaves a cell empty.
        captions: one for each picture, or none at all.
        columns: pictures in a row, at least 1.
        cell: width and height of a picture's place, in pixels.
        title: a line above everything.
        column_titles: above the columns, at most `columns` of them.
        row_titles: left of the rows.
        font_size: of the captions, in pixels; titles are larger.
        gap: between the cells and around them, in pixels.
        background: a colour that Pillow knows.
        ink: the colour of the text.

    Returns:
        An image of mode RGB.

    Raises:
        ValueError: `columns` or `cell` is not positive, or there is not one caption for each picture.
    """
    if columns < 1 or cell < 1:
        raise ValueError(f"columns and cell must be positive, not {columns} and {cell}")
    thumbnails = [None if picture is None else _thumbnail(picture, cell) for picture in pictures]
    if captions and len(captions) != len(thumbnails):
        raise ValueError(f"{len(captions)} captions for {len(thumbnails)} pictures: give one each, or none")
    columns = max(1, min(columns, max(len(thumbnails), len(column_titles))))
    rows = math.ceil(len(thumbnails) / columns)
    words = [title, *column_titles, *row_titles, *captions]
    font, heading = _font(words, font_size), _font(words, round(font_size * 1.35))
    line = _line_height(font)

    caption_lines = [caption.split("\n") for caption in captions]
    under = [
        line * max((len(lines) for lines in caption_lines[row * columns : (row + 1) * columns]), default=0)
        for row in range(rows)
    ]
    tall = [
        max((small.height for small in thumbnails[row * columns : (row + 1) * columns] if small), default=cell)
        for row in range(rows)
    ]
    left = gap + (round(max(font.getlength(text) for text in row_titles)) + gap if row_titles else 0)
    top = gap + (_line_height(heading) + gap if title else 0)
    body = top + (line + gap if column_titles else 0)
    height = body + sum(tall) + sum(under) + gap * rows
    width = left + columns * (cell + gap)
    if not thumbnails:
        height = body + line + gap
        width = max(width, left + round(font.getlength("no pictures")) + gap)

    sheet = Image.new("RGB", (width, height), background)
    draw = ImageDraw.Draw(sheet)
    if title:
        draw.text((gap, gap), _fitted(title, heading, width - 2 * gap), ink, heading)
    for column, text in enumerate(column_titles[:columns]):
        _centred(draw, text, left + column * (cell + gap), top, cell, font, ink)
    if not thumbnails:
        draw.text((left, body), "no pictures", ink, font)
    y = body
    for row in range(rows):
        if row < len(row_titles):
            draw.text((gap, y + (tall[row] - line) / 2), row_titles[row], ink, font)
        for column in range(columns):
            number = row * columns + column
            x = left + column * (cell + gap)
            thumbnail = thumbnails[number] if number < len(thumbnails) else None
            if thumbnail is not None:
                sheet.paste(thumbnail, (x + (cell - thumbnail.width) // 2, y + tall[row] - thumbnail.height))
            for offset, text in enumerate(caption_lines[number] if number < len(caption_lines) else ()):
                _centred(draw, text, x, y + tall[row] + 2 + offset * line, cell, font, ink)
        y += tall[row] + under[row] + gap
    return sheet


def _font(words: Iterable[str], size: int) -> Font:
    """Pillow's own font; DejaVu Sans, which comes with matplotlib, where that one lacks a letter."""
    if all(letter.isascii() or letter in "…°±·" for word in words for letter in word):
        return ImageFont.load_default(size)
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)


def _thumbnail(picture: Image.Image, cell: int) -> Image.Image:
    small = picture.convert("RGB")
    small.thumbnail((cell, cell), Image.Resampling.LANCZOS)
    return small


def _line_height(font: Font) -> int:
    _, top, _, bottom = font.getbbox("Ågjp|")
    return round((bottom + top) * 1.05)


def _fitted(text: str, font: Font, width: int) -> str:
    """The text, cut short with an ellipsis when it is wider than `width` pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _centred(draw: ImageDraw.ImageDraw, text: str, x: int, y: int, width: int, font: Font, ink: str) -> None:
    text = _fitted(text, font, width)
    draw.text((x + (width - font.getlength(text)) / 2, y), text, ink, font)
