"""The rows of an exported series: one a candle that is known, none for one that is not."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from tui.market.candle import Candle
from tui.market.series import Hole
from tui.market.symbol import Subscription


class Series(Protocol):
    """The part of a view of a subscription that is exported."""

    @property
    def subscription(self) -> Subscription: ...
    @property
    def candles(self) -> tuple[Candle, ...]: ...
    @property
    def holes(self) -> tuple[Hole, ...]: ...
    @property
    def repaired(self) -> tuple[Hole, ...]: ...
    @property
    def uncertain_from(self) -> int | None: ...


class CandleRow(NamedTuple):
    """One candle; the fields are the columns of the file, in their order.

    `repaired` is true for one that came late, to fill a hole, and `uncertain` for one that the
    exchange has not confirmed since the line broke. `missing_before` counts the candles between
    the row above and this one that should be there and are not known; a jump in time with 0 is
    one in which nothing was traded. Times are the candle's start in UTC.
    """

    open_time: datetime
    open_time_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int
    closed: bool
    repaired: bool
    uncertain: bool
    missing_before: int


def rows(view: Series) -> list[CandleRow]:
    """All candles of the view, oldest first; what is missing between them is counted."""
    missing = _missing(view)
    last = len(view.candles) - 1
    return [
        CandleRow(
            open_time=datetime.fromtimestamp(candle.open_time / 1000, UTC),
            open_time_ms=candle.open_time,
            open=candle.open,
            high=candle.high,
            low=candle.low,
            close=candle.close,
            volume=candle.volume,
            trades=candle.trades,
            closed=candle.closed,
            repaired=_within(view.repaired, candle.open_time),
            uncertain=_uncertain(candle, view, newest=index == last),
            missing_before=missing[index],
        )
        for index, candle in enumerate(view.candles)
    ]


def _missing(view: Series) -> Counter[int]:
    """By the index of the candle that follows them; before the first nothing is counted."""
    times = [candle.open_time for candle in view.candles]
    counted = Counter[int]()
    for hole in view.holes:
        if times and hole.start >= times[0]:
            lacking = view.subscription.interval.steps(hole.start, hole.end)
            counted[bisect_left(times, hole.end)] += lacking
    return counted


def _uncertain(candle: Candle, view: Series, *, newest: bool) -> bool:
    """Only the newest candle is rightly open; after a break all wait for the exchange's word."""
    since = view.uncertain_from
    waits = since is not None and candle.open_time >= since
    return waits or not (candle.closed or newest)


def _within(ranges: Sequence[Hole], time: int) -> bool:
    return any(hole.start <= time < hole.end for hole in ranges)
