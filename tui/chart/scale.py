"""Prices to rows, by a scale that moves rarely: each move redraws the whole chart."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import log

HEAD_ROOM = 0.06
"""Space left free above and below the data, as a share of its range."""

_LEAST_FILL = 0.5
_FLAT_SPAN = 0.002
_LEAST_PAD = 1e-18


@dataclass(frozen=True, slots=True)
class Scale:
    """Prices from `low` to `high` (low < high) over `rows` rows of a chart, row 0 on top.

    On a `log` scale, of prices above zero, equal ratios take equal room.
    """

    low: float
    high: float
    rows: int
    log: bool = False

    def level(self, price: float, per_row: int = 2) -> int:
        """The step `price` falls on, 0 at the bottom, `per_row` steps a row; clamped to the rows.

        The default is the half cells of candles; braille has four dots a row.
        """
        steps = self.rows * per_row
        # Asked several times a tick: the linear share is written out.
        linear = (price - self.low) / (self.high - self.low)
        level = int((self.share(price) if self.log else linear) * steps)
        return 0 if level < 0 else level if level < steps else steps - 1

    def share(self, price: float) -> float:
        """How far up `price` stands: 0 at the bottom, 1 at the top."""
        if self.log:
            return log(price / self.low) / log(self.high / self.low) if price > 0 else 0.0
        return (price - self.low) / (self.high - self.low)

    def row(self, price: float) -> int:
        """The row of `price`, 0 on top; clamped."""
        return self.rows - 1 - self.level(price, 1)


def fit(
    low: float, high: float, rows: int, previous: Scale | None = None, *, logarithmic: bool = False
) -> Scale:
    """A scale for prices from `low` to `high`, 0 <= low <= high, over at least one row.

    `previous` stays while it is of the same kind and size, and the data is inside it and fills
    half of it or more. A price of zero has no place on a logarithmic scale.
    """
    logarithmic = logarithmic and low > 0
    same = previous and previous.rows == rows and previous.log is logarithmic
    if previous and same and _still_fits(low, high, previous):
        return previous
    if logarithmic:
        factor = max((high / low) ** HEAD_ROOM, 1 + (1e-9 if high > low else _FLAT_SPAN))
        return Scale(low / factor, min(high * factor, sys.float_info.max), rows, log=True)
    span = (high - low) or high * _FLAT_SPAN
    pad = max(span * HEAD_ROOM, high * 1e-12, _LEAST_PAD)
    return Scale(max(0.0, low - pad), min(high + pad, sys.float_info.max), rows)


def fit_volume(volume: float, previous: float | None = None) -> float:
    """The volume at the top of the volume rows: above `volume`, and `previous` while that does."""
    if previous and previous * 0.4 <= volume <= previous:
        return previous
    return volume * 1.2


def _still_fits(low: float, high: float, scale: Scale) -> bool:
    if not scale.low <= low <= high <= scale.high:
        return False
    return low == high or scale.share(high) - scale.share(low) >= _LEAST_FILL
