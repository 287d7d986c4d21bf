"""Heikin-Ashi candles: averages that show the trend, not the prices that were paid.

Source: D. Valcu, "Using the Heikin-Ashi Technique", Technical Analysis of Stocks & Commodities,
February 2004.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tui.chart.layout import Column
from tui.market.candle import Candle

WARM_UP = 16
"""Columns before the first on view: what they began with counts 1 / 2**16 there."""


def averaged(columns: Iterable[Column], before: Candle | None = None) -> Iterator[Column]:
    """The columns, oldest first, with averages to draw; their candles stay what they are.

    `before` is what the column before the first draws. After a hole they begin anew.
    """
    for column in columns:
        if column.candle:
            before = _average(column.candle, before)
        elif column.mark == "hole":
            before = None
        yield replace(column, shape=before) if column.candle else column


def newest(columns: Iterable[Column]) -> Candle | None:
    """What the newest of these columns draws, oldest first; None where a hole is newer."""
    for column in reversed(tuple(columns)):
        if column.shape or column.mark == "hole":
            return column.shape
    return None


def _average(candle: Candle, before: Candle | None) -> Candle:
    close = (candle.open + candle.high + candle.low + candle.close) / 4
    first = before or candle
    open_ = (first.open + first.close) / 2
    high, low = max(candle.high, open_, close), min(candle.low, open_, close)
    return replace(candle, open=open_, high=high, low=low, close=close)
