"""Bars that stand on the ground: volume under the candles."""

from __future__ import annotations


def bar(volume: float, high: float, rows: int, levels: str) -> list[str]:
    """`rows` glyphs from top to bottom for `volume` of `high`, by the fillings of `levels`.

    Anything above zero shows: nothing traded and little traded are not the same.
    """
    steps = len(levels) - 1
    share = min(1.0, volume / high) if high else 0.0
    return filled(max(round(share * rows * steps), int(volume > 0)), rows, levels)


def filled(height: int, rows: int, levels: str) -> list[str]:
    """`rows` glyphs from top to bottom, filled `height` steps high; `levels` are a cell's."""
    steps = len(levels) - 1
    return [levels[max(0, min(steps, height - row * steps))] for row in reversed(range(rows))]
