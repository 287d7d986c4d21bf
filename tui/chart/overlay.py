"""The lines of studies as cells, and how they are laid over what is drawn already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tui.chart.curves import Curve
from tui.chart.frame import Frame
from tui.chart.glyphs import SETS, Glyphs
from tui.chart.line import line_texts
from tui.chart.picture import Row, Run, merge
from tui.chart.scale import Scale

Canvas = list[list[Run]]
"""Rows of single cells, each with its role."""

# Which columns of some in a row are drawn: colour is never the only thing that tells lines apart.
_PATTERNS = ((True,), (True, True, True, False), (True, False))
_SAMPLES = ("──", "╌╌", "··")
_LETTERS = "*+~^%"
_FREE = {"blank", "grid"}
_EMPTY = " \u2800"  # a braille cell without dots


def canvas(rows: Iterable[Row]) -> Canvas:
    """The rows cell by cell; every glyph is one cell wide."""
    return [[(char, role) for text, role in row for char in text] for row in rows]


def over(rows: list[Row], frame: Frame, columns: Sequence[int], margin: int) -> list[Row]:
    """The plot's `rows` with the lines of all overlays in their free cells.

    `columns` are the indices of the history's columns that the rows show from cell `margin` on;
    the index after the last is the live column.
    """
    cells = canvas(rows)
    for curve in frame.curves:
        if not curve.kind.panel:
            for index in range(len(curve.kind.lines)):
                draw(cells, curve, index, curve.number, frame.scale, frame, columns, margin)
    return [merge(line) for line in cells]


def draw(
    cells: Canvas,
    curve: Curve,
    index: int,
    look: int,
    scale: Scale,
    frame: Frame,
    columns: Sequence[int],
    margin: int,
) -> None:
    """Draw one line of a study, with the pattern or the letter number `look`."""
    for row, x, char in _points(curve, index, look, scale, frame, columns):
        put(cells, row, margin + x, char, curve.role)


def put(cells: Canvas, row: int, x: int, char: str, role: str) -> None:
    """Write into a cell that is free: nothing else is ever hidden."""
    text, before = cells[row][x]
    if char not in _EMPTY and (text in _EMPTY or before in _FREE):
        cells[row][x] = char, role


def sample(curve: Curve, glyphs: Glyphs) -> str:
    """What the line of an overlay looks like, for the legend."""
    if glyphs is Glyphs.ASCII:
        return _LETTERS[curve.number % len(_LETTERS)]
    return _SAMPLES[curve.number % len(_SAMPLES)]


def _points(
    curve: Curve, index: int, look: int, scale: Scale, frame: Frame, columns: Sequence[int]
) -> Iterator[tuple[int, int, str]]:
    """(row, x, glyph) of a line, column by column; nothing beyond the scale."""
    width = frame.zoom.cells
    for place, column in enumerate(columns):
        value = _value(curve, index, column, scale)
        if value is None or not _is_drawn(look, column, frame):
            continue
        if frame.glyphs is Glyphs.ASCII:
            texts = {scale.row(value): _LETTERS[look % len(_LETTERS)] * width}
        else:
            before = _value(curve, index, column - 1, scale)
            start = value if before is None else before
            texts = line_texts(start, value, scale, SETS[frame.glyphs], width)
        for row, text in texts.items():
            drawn = ((row, place * width + x, char) for x, char in enumerate(text))
            yield from (point for point in drawn if point[2] != " ")


def _value(curve: Curve, index: int, column: int, scale: Scale) -> float | None:
    if column < 0:
        return None
    values = curve.past[column] if column < len(curve.past) else curve.live
    value = values[index]
    return value if value is not None and scale.low <= value <= scale.high else None


def _is_drawn(look: int, column: int, frame: Frame) -> bool:
    """Whether the pattern has a piece here; it moves with the candles, so it goes by the time."""
    if frame.glyphs is Glyphs.ASCII:
        return True
    columns = frame.history.columns
    steps = frame.history.past.until if column >= len(columns) else columns[column].time
    pattern = _PATTERNS[look % len(_PATTERNS)]
    return pattern[steps // frame.history.past.bucket.milliseconds % len(pattern)]
