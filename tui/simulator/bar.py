"""One stretch of a simulated market, in exact integers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

# Trades in each of four aggregate trades: exchanges merge fills at one price into one print.
_FILLS = (1, 2, 1, 3)
_FILLS_BEFORE = (0, 1, 3, 4)
_CYCLE = sum(_FILLS)


class Print(NamedTuple):
    """One aggregate trade; `id` counts prints, `time` is ms UTC, price in ticks, size in lots."""

    id: int
    time: int
    price: int
    lots: int
    seller_aggressed: bool

    @property
    def first_trade(self) -> int:
        return trades_before(self.id)

    @property
    def last_trade(self) -> int:
        return trades_before(self.id + 1) - 1


class Bar(NamedTuple):
    """The prints of a stretch of time: prices in ticks, volume in lots.

    `first` is the id of the first print, so ids run without a jump over all bars. `before` is
    the last price before the bar; a bar without prints has it as open, high, low and close.
    `variance` is that of the log price over the bar, by which it is split further.
    """

    first: int
    prints: int
    lots: int
    before: int
    open: int
    high: int
    low: int
    close: int
    variance: float

    @property
    def first_trade(self) -> int:
        """Id of the first trade, -1 without trades."""
        return trades_before(self.first) if self.prints else -1

    @property
    def last_trade(self) -> int:
        """Id of the last trade, -1 without trades."""
        return trades_before(self.first + self.prints) - 1 if self.prints else -1

    @property
    def trades(self) -> int:
        return trades_before(self.first + self.prints) - trades_before(self.first)


def trades_before(print_id: int) -> int:
    """How many trades stand in the prints before this one: print ids and trade ids differ."""
    cycles, rest = divmod(print_id, len(_FILLS))
    return cycles * _CYCLE + _FILLS_BEFORE[rest]


def print_of(trade_id: int) -> int:
    """The print that a trade stands in."""
    cycles, rest = divmod(trade_id, _CYCLE)
    return cycles * len(_FILLS) + bisect_right(_FILLS_BEFORE, rest) - 1


def empty(first: int, price: int, variance: float = 0.0) -> Bar:
    """A bar without prints."""
    return Bar(first, 0, 0, price, price, price, price, price, variance)


def joined(bars: Sequence[Bar]) -> Bar:
    """One bar out of neighbours, at least one, in order of time."""
    traded = [bar for bar in bars if bar.prints]
    if not traded:
        return bars[0]
    _, prints, lots, _, _, highs, lows, _, _ = zip(*traded, strict=True)
    return Bar(
        traded[0].first,
        sum(prints),
        sum(lots),
        bars[0].before,
        traded[0].open,
        max(highs),
        min(lows),
        traded[-1].close,
        0.0,
    )


def of_prints(before: Bar, prints: Sequence[Print]) -> Bar:
    """The bar of some first prints of `before`."""
    if not prints:
        return empty(before.first, before.before)
    prices = [p.price for p in prints]
    return Bar(
        before.first,
        len(prints),
        sum(p.lots for p in prints),
        before.before,
        prices[0],
        max(prices),
        min(prices),
        prices[-1],
        0.0,
    )
