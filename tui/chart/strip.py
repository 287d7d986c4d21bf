"""One column of a chart from top to bottom: price, volume, mark."""

from __future__ import annotations

from collections.abc import Container

from tui.chart.candles import candle_texts, line_texts
from tui.chart.frame import Frame
from tui.chart.glyphs import SETS
from tui.chart.layout import Column
from tui.chart.picture import Run, blank
from tui.chart.volume import bar
from tui.market.candle import Candle


def strip(
    column: Column, before: Column | None, frame: Frame, tick: bool, grid: Container[int]
) -> list[Run]:
    """The runs of one column, each `frame.zoom.cells` wide, without the row of times.

    `before` is the column to its left; a `tick` is drawn on the rule and on the `grid` rows.
    """
    return [
        *_prices(column, before, frame, grid if tick else ()),
        *_volumes(column.candle, frame),
        *[_mark(column, frame, tick)] * frame.bands.foot,
    ]


def _prices(column: Column, before: Column | None, frame: Frame, grid: Container[int]) -> list[Run]:
    cells, rows, glyphs = frame.zoom.cells, frame.bands.plot, SETS[frame.glyphs]
    if column.candle is None and column.mark == "hole":
        return [(glyphs.hole * cells, "hole")] * rows
    nothing, dot = blank(cells), (glyphs.grid.center(cells), "grid")
    runs = [dot if row in grid else nothing for row in range(rows)]
    if column.candle is None:
        return runs
    if glyphs.line:
        start = before.candle.close if before and before.candle else column.candle.open
        texts, role = line_texts(start, column.candle.close, frame.scale, cells), "line"
    else:
        texts = candle_texts(column.candle, frame.scale, glyphs, cells)
        role = _direction(column.candle) + ("-provisional" if column.provisional else "")
    for row, text in texts.items():
        runs[row] = text, role
    return runs


def _volumes(candle: Candle | None, frame: Frame) -> list[Run]:
    cells, rows = frame.zoom.cells, frame.bands.volume
    if candle is None or not rows:
        return [blank(cells)] * rows
    role = f"volume-{_direction(candle)}"
    levels = SETS[frame.glyphs].levels
    bars = bar(candle.volume, frame.volume_high, rows, levels)
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
