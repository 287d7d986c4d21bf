"""Prices to rows, by a scale that moves rarely: each move redraws the whole chart."""

from __future__ import annotations

import sys
from dataclasses import dataclass

HEAD_ROOM = 0.06
"""Space left free above and below the data, as a share of its range."""

_LEAST_FILL = 0.5
_FLAT_SPAN = 0.002
_LEAST_PAD = 1e-18


@dataclass(frozen=True, slots=True)
class Scale:
    """Prices from `low` to `high` (low < high) over `rows` rows of a chart, row 0 on top."""

    low: float
    high: float
    rows: int

    def level(self, price: float, per_row: int = 2) -> int:
        """The step `price` falls on, 0 at the bottom, `per_row` steps a row; clamped to the rows.

        The default is the half cells of candles; braille has four dots a row.
        """
        top = self.rows * per_row - 1
        share = (price - self.low) / (self.high - self.low)
        return max(0, min(top, int(share * (top + 1))))

    def row(self, price: float) -> int:
        """The row of `price`, 0 on top; clamped."""
        return self.rows - 1 - self.level(price, 1)


def fit(low: float, high: float, rows: int, previous: Scale | None = None) -> Scale:
    """A scale for prices from `low` to `high`, 0 <= low <= high, over at least one row.

    `previous` stays while the data is inside it and fills half of it or more.
    """
    if previous and previous.rows == rows and _still_fits(low, high, previous):
        return previous
    span = (high - low) or high * _FLAT_SPAN
    pad = max(span * HEAD_ROOM, high * 1e-12, _LEAST_PAD)
    return Scale(max(0.0, low - pad), min(high + pad, sys.float_info.max), rows)


def fit_volume(volume: float, previous: float | None = None) -> float:
    """The volume at the top of the volume rows: above `volume`, and `previous` while that does."""
    if previous and previous * 0.4 <= volume <= previous:
        return previous
    return volume * 1.2


def _still_fits(low: float, high: float, scale: Scale) -> bool:
    inside = scale.low <= low and high <= scale.high
    flat = low == high
    return inside and (flat or high - low >= _LEAST_FILL * (scale.high - scale.low))
