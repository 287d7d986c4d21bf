"""Prices of different sizes on one scale: as per cent of what each was at one moment."""

from __future__ import annotations

from collections.abc import Sequence

from tui.market.candle import Candle
from tui.market.interval import Interval

Point = tuple[int, float]
"""A time in ms UTC, and the change up to then in per cent."""


def percents(candles: Sequence[Candle], interval: Interval, since: int) -> list[list[Point]]:
    """The closes from `since` (ms) on, against the first open there, as pieces of a line.

    Where candles are missing a piece ends: nothing is drawn over a hole. Empty without candles.
    """
    pieces: list[list[Point]] = []
    shown = [candle for candle in candles if candle.open_time >= since]
    due = 0
    for candle in shown:
        if candle.open_time != due:
            pieces.append([])
        due = interval.after(candle.open_time)
        pieces[-1].append((candle.open_time, (candle.close / shown[0].open - 1) * 100))
    return pieces


def common_start(series: Sequence[Sequence[Candle]]) -> int:
    """The first open time from which on every series that is not empty has candles; ms UTC."""
    return max((candles[0].open_time for candles in series if candles), default=0)
