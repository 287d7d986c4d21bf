"""One piece of the line through the closes, and the area below it, as a column of texts."""

from __future__ import annotations

from tui.chart.dots import Dots
from tui.chart.glyphs import GlyphSet
from tui.chart.scale import Scale
from tui.chart.volume import filled


def line_texts(
    before: float, close: float, scale: Scale, glyphs: GlyphSet, cells: int
) -> dict[int, str]:
    """Row to text of `cells` cells: the way from `before`, the close to the left, to `close`."""
    if glyphs.line:
        return _drawn(scale.row(before), scale.row(close), glyphs.line, cells)
    return _dotted(before, close, scale, cells)


def area_texts(close: float, scale: Scale, glyphs: GlyphSet, cells: int) -> dict[int, str]:
    """Row to text of `cells` cells: filled from the bottom up to `close`."""
    steps = len(glyphs.levels) - 1
    texts = filled(scale.level(close, steps) + 1, scale.rows, glyphs.levels)
    return {row: text * cells for row, text in enumerate(texts) if text != " "}


def _dotted(before: float, close: float, scale: Scale, cells: int) -> dict[int, str]:
    """Straight, in dots of braille."""
    dots = Dots(scale.rows, cells)
    steps = cells * 2
    at = scale.level(before, 4)
    for step in range(steps):
        share = (step + 1) / steps
        to = scale.level(before * (1 - share) + close * share, 4)
        for level in range(min(at, to), max(at, to) + 1):
            dots.set(step, level)
        at = to
    return dots.texts()


def _drawn(start: int, end: int, line: str, cells: int) -> dict[int, str]:
    """In lines with corners: along the row `start`, and in the middle up or down to `end`."""
    dash, vertical, left_up, down_right, left_down, up_right = tuple(line)
    half = cells // 2
    if start == end:
        return {start: dash * cells}
    leaving, arriving = (left_up, down_right) if end < start else (left_down, up_right)
    between = range(min(start, end) + 1, max(start, end))
    texts = {row: vertical.center(cells) for row in between}
    texts[start] = dash * half + leaving + " " * half
    texts[end] = " " * half + arriving + dash * half
    return texts
