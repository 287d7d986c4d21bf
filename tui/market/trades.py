"""Trades that follow each other without a gap, summed up by interval."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from tui.market.candle import Candle
from tui.market.events import Trade


@dataclass(slots=True)
class Sum:
    """The trades of one interval that a run has, in the order of their ids.

    The volume is exact: it is equal to the exchange's own sum to the last digit.
    """

    open: float
    high: float
    low: float
    close: float
    volume: Decimal
    trades: int
    time: int

    @classmethod
    def of(cls, trade: Trade) -> Sum:
        price = trade.price
        return cls(price, price, price, price, Decimal(repr(trade.size)), 1, trade.time)

    def append(self, later: Sum) -> None:
        """Add what was traded after all of this."""
        self.high, self.low = max(self.high, later.high), min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.trades += later.trades
        self.time = max(self.time, later.time)

    def candle(self, open_time: int, *, closed_at: int | None = None) -> Candle:
        """What these trades make; `closed_at` (ms) when it is known that there are no others."""
        values = (self.open, self.high, self.low, self.close, float(self.volume))
        as_of = self.time if closed_at is None else closed_at
        return Candle(open_time, *values, closed_at is not None, self.trades, as_of)


@dataclass(slots=True)
class Run:
    """Trades `first` to `last`, by id; there was no other between exchange times `since`, `until`.

    It is empty (`last` is `first` - 1) while only the exchange's word is known that nothing was
    traded. `sums` are by open time, in order, from `kept_from` on; `price` is the last one before.
    """

    first: int
    last: int
    since: int
    until: int
    sums: dict[int, Sum] = field(default_factory=dict)
    kept_from: int = 0
    price: float | None = None

    def append(self, later: Run) -> None:
        """Add the run that begins with the next id."""
        for open_time, part in later.sums.items():
            if open_time in self.sums:
                self.sums[open_time].append(part)
            else:
                self.sums[open_time] = part
        self.sums = dict(sorted(self.sums.items()))
        if later.kept_from > self.kept_from:
            self.forget(later.kept_from)
            self.price = later.price
        self.last, self.until = later.last, max(self.until, later.until)
        self.since = min(self.since, later.since)

    def forget(self, before: int) -> None:
        """Drop the sums of intervals that open before `before`: nothing can be told of these."""
        for open_time in [t for t in self.sums if t < before]:
            self.price = self.sums.pop(open_time).close
            self.kept_from = before
