"""One OHLC bar as a column of texts: a vertical, the open on its left, the close on its right."""

from __future__ import annotations

from tui.chart.glyphs import GlyphSet
from tui.chart.scale import Scale
from tui.market.candle import Candle

_WHOLE, _UPPER, _LOWER = 0, 4, 8


def bar_texts(candle: Candle, scale: Scale, glyphs: GlyphSet, cells: int) -> dict[int, str]:
    """Row (0 on top) to text of `cells` cells (1, 3, 5), from the high to the low.

    High and low are drawn to the half cell, opening and close to the cell.
    """
    low, high = scale.level(candle.low), scale.level(candle.high)
    first, last = scale.row(candle.open), scale.row(candle.close)
    texts = {}
    for row in range(scale.rows - 1 - high // 2, scale.rows - low // 2):
        bottom = (scale.rows - 1 - row) * 2
        reach = _reach(low > bottom, high <= bottom)
        texts[row] = _text(glyphs, reach, row == first, row == last, cells)
    return texts


def _reach(upper_alone: bool, lower_alone: bool) -> int:
    """Which part of its cell the vertical goes through; a bar in one half is drawn there."""
    return _UPPER if upper_alone else _LOWER if lower_alone else _WHOLE


def _text(glyphs: GlyphSet, reach: int, opens: bool, closes: bool, cells: int) -> str:
    table = glyphs.bars if cells == 1 else glyphs.wide_bars
    side = cells // 2
    left, right = (glyphs.dash if there else " " for there in (opens, closes))
    return left * side + table[reach + opens + 2 * closes] + right * side
