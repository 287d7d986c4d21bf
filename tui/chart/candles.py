"""One candle as a column of texts."""

from __future__ import annotations

from tui.chart.dots import Dots
from tui.chart.glyphs import BODY, EDGE, NOTHING, WICK, Cells, GlyphSet, bodies
from tui.chart.scale import Scale
from tui.market.candle import Candle


def candle_texts(
    candle: Candle, scale: Scale, glyphs: GlyphSet, cells: int, hollow: bool = False
) -> dict[int, str]:
    """Row (0 on top) to text of `cells` cells (1, 3, 5), for the rows that the candle touches.

    The body is empty when it is to be `hollow` and the candle rises.
    """
    rising = candle.close >= candle.open
    if glyphs.dots:
        return _dotted(candle, scale, cells, hollow and rising)
    return _stacked(_levels(candle, scale, 2), bodies(glyphs, rising, hollow, cells), scale)


def _levels(candle: Candle, scale: Scale, per_row: int) -> tuple[int, int, int, int]:
    """The levels of low, lower body end, upper body end and high."""
    bottom, top = sorted((candle.open, candle.close))
    level = scale.level
    return (
        level(candle.low, per_row),
        level(bottom, per_row),
        level(top, per_row),
        level(candle.high, per_row),
    )


def _stacked(halves: tuple[int, int, int, int], table: Cells, scale: Scale) -> dict[int, str]:
    low, bottom, top, high = halves
    kinds = [NOTHING] * (low % 2) + [WICK] * (bottom - low)
    kinds += [EDGE] + [BODY] * (top - bottom - 1) + [EDGE] * (top > bottom)
    kinds += [WICK] * (high - top) + [NOTHING] * (1 - high % 2)
    first = scale.rows - 1 - low // 2
    pairs = zip(kinds[1::2], kinds[::2], strict=True)
    return {first - i: table[upper * 4 + lower] for i, (upper, lower) in enumerate(pairs)}


def _dotted(candle: Candle, scale: Scale, cells: int, hollow: bool) -> dict[int, str]:
    """In braille: a column of one cell has its wick on the left, and a hollow body on the right.

    Wider ones keep their last column of dots free, so that the wick is in the middle.
    """
    low, bottom, top, high = _levels(candle, scale, 4)
    across = max(2, cells * 2 - 1)
    dots, wick = Dots(scale.rows, cells), (across - 1) // 2
    sides = ((across - 1,) if cells == 1 else (0, across - 1)) if hollow else range(across)
    for level in range(low, high + 1):
        if not bottom <= level <= top:
            dots.set(wick, level)
        else:
            for at in range(across) if level in (bottom, top) else sides:
                dots.set(at, level)
    return dots.texts()
