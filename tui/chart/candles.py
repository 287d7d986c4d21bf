"""One candle, or one piece of the line through the closes, as a column of texts."""

from __future__ import annotations

from tui.chart.glyphs import BODY, EDGE, NOTHING, WICK, Cells, GlyphSet
from tui.chart.scale import Scale
from tui.market.candle import Candle

# Bits of a braille cell's dots from the lowest to the highest, left column and right column.
# https://www.unicode.org/charts/PDF/U2800.pdf
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))


def candle_texts(candle: Candle, scale: Scale, glyphs: GlyphSet, cells: int) -> dict[int, str]:
    """Row (0 on top) to text of `cells` cells (1 or 3), for the rows that the candle touches."""
    rising = candle.close >= candle.open
    if cells == 1:
        table = glyphs.up if rising else glyphs.down
    else:
        table = glyphs.wide_up if rising else glyphs.wide_down
    return _stacked(_halves(candle, scale), table, scale)


def line_texts(before: float, close: float, scale: Scale, cells: int) -> dict[int, str]:
    """Row to braille text of `cells` cells: the straight way from `before` to `close`."""
    dots: dict[int, list[int]] = {}
    steps = cells * 2
    at = scale.level(before, 4)
    for step in range(steps):
        share = (step + 1) / steps
        to = scale.level(before * (1 - share) + close * share, 4)
        for level in range(min(at, to), max(at, to) + 1):
            row = dots.setdefault(scale.rows - 1 - level // 4, [0] * cells)
            row[step // 2] |= _DOTS[step % 2][level % 4]
        at = to
    return {row: "".join([chr(0x2800 + bits) for bits in line]) for row, line in dots.items()}


def _halves(candle: Candle, scale: Scale) -> tuple[int, int, int, int]:
    """The half cells of low, lower body end, upper body end and high."""
    bottom, top = sorted((candle.open, candle.close))
    level = scale.level
    return level(candle.low), level(bottom), level(top), level(candle.high)


def _stacked(halves: tuple[int, int, int, int], table: Cells, scale: Scale) -> dict[int, str]:
    low, bottom, top, high = halves
    kinds = [NOTHING] * (low % 2) + [WICK] * (bottom - low)
    kinds += [EDGE] + [BODY] * (top - bottom - 1) + [EDGE] * (top > bottom)
    kinds += [WICK] * (high - top) + [NOTHING] * (1 - high % 2)
    first = scale.rows - 1 - low // 2
    pairs = zip(kinds[1::2], kinds[::2], strict=True)
    return {first - i: table[upper * 4 + lower] for i, (upper, lower) in enumerate(pairs)}
