"""One column of a chart from top to bottom: price, volume, mark."""

from __future__ import annotations

from collections.abc import Container

from tui.chart.bars import bar_texts
from tui.chart.candles import candle_texts
from tui.chart.frame import Frame
from tui.chart.glyphs import SETS, GlyphSet
from tui.chart.kinds import Kind
from tui.chart.layout import Column
from tui.chart.line import area_texts, line_texts
from tui.chart.picture import Run, blank
from tui.chart.volume import bar
from tui.market.candle import Candle


def strip(
    column: Column, before: Column | None, frame: Frame, tick: bool, grid: Container[int]
) -> list[Run]:
    """The runs of one column, each `frame.zoom.cells` wide, without the row of times.

    `before` is the column to its left; a `tick` is drawn on the rule and on the `grid` rows. The
    crosshair fills what is empty.
    """
    runs = [
        *_prices(column, before, frame, grid if tick else ()),
        *_volumes(column, frame),
        *[_mark(column, frame, tick)] * frame.bands.foot,
    ]
    if column.time != frame.cursor:
        return runs
    return [_crossed(run, frame) for run in runs]


def _crossed(run: Run, frame: Frame) -> Run:
    cells, glyphs = frame.zoom.cells, SETS[frame.glyphs]
    if run[1] in ("blank", "grid"):
        return glyphs.cursor.center(cells), "cursor"
    return (glyphs.cross.center(cells, glyphs.rule), "cursor") if run[1] == "axis" else run


def _prices(column: Column, before: Column | None, frame: Frame, grid: Container[int]) -> list[Run]:
    cells, rows, glyphs = frame.zoom.cells, frame.bands.plot, SETS[frame.glyphs]
    if column.candle is None and column.mark == "hole":
        return [(glyphs.hole * cells, "hole")] * rows
    nothing, dot = blank(cells), (glyphs.grid.center(cells), "grid")
    runs = [dot if row in grid else nothing for row in range(rows)]
    for row, run in _drawn(column, before, frame, glyphs).items():
        runs[row] = run
    return runs


def _drawn(column: Column, before: Column | None, frame: Frame, glyphs: GlyphSet) -> dict[int, Run]:
    """Row to what is drawn there of the column's candle."""
    shape, cells, scale = column.shape, frame.zoom.cells, frame.scale
    if shape is None:
        return {}
    if frame.kind.is_line:
        return _line(shape, before, frame, glyphs)
    if frame.kind is Kind.BARS:
        texts = bar_texts(shape, scale, glyphs, cells)
    else:
        texts = candle_texts(shape, scale, glyphs, cells, frame.kind is Kind.HOLLOW)
    role = _direction(shape) + ("-provisional" if column.provisional else "")
    return {row: (text, role) for row, text in texts.items()}


def _line(shape: Candle, before: Column | None, frame: Frame, glyphs: GlyphSet) -> dict[int, Run]:
    """The line through the closes, or the area below it with a bright edge."""
    cells, scale = frame.zoom.cells, frame.scale
    if frame.kind is Kind.LINE:
        start = before.shape.close if before and before.shape else shape.open
        texts = line_texts(start, shape.close, scale, glyphs, cells)
        return {row: (text, "line") for row, text in texts.items()}
    edge = scale.row(shape.close)
    texts = area_texts(shape.close, scale, glyphs, cells)
    return {row: (text, "line" if row == edge else "area") for row, text in texts.items()}


def _volumes(column: Column, frame: Frame) -> list[Run]:
    cells, rows = frame.zoom.cells, frame.bands.volume
    if column.shape is None or not rows:
        return [blank(cells)] * rows
    role = f"volume-{_direction(column.shape)}"
    levels = SETS[frame.glyphs].levels
    bars = bar(column.shape.volume, frame.volume_high, rows, levels)
    return [blank(cells) if text == " " else (text * cells, role) for text in bars]


def _mark(column: Column, frame: Frame, tick: bool) -> Run:
    cells, glyphs = frame.zoom.cells, SETS[frame.glyphs]
    if column.mark:
        text = {
            "hole": glyphs.missing,
            "uncertain": glyphs.uncertain,
            "repaired": glyphs.repaired,
        }
        return text[column.mark] * cells, column.mark
    if not frame.bands.rule:
        return blank(cells)
    return (glyphs.tick if tick else glyphs.rule).center(cells, glyphs.rule), "axis"


def _direction(candle: Candle) -> str:
    return "up" if candle.close >= candle.open else "down"
