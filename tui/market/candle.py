"""One candle, and which of two reports of the same candle stands."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Candle:
    """Open, high, low, close and volume from `open_time` (int ms UTC) for one interval.

    `closed` is the exchange's word, never the local clock's. `trades` is the exchange's count
    of trades (0 where it gives none). `as_of` is the exchange time in ms at which this was true;
    0 when it does not say.
    """

    open_time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    closed: bool = False
    trades: int = 0
    as_of: int = 0

    @property
    def flaw(self) -> str | None:
        """Why this cannot be a candle, or None."""
        return flaw_of(self.open, self.high, self.low, self.close, self.volume)

    @property
    def values(self) -> tuple[float, float, float, float, float]:
        """(open, high, low, close, volume): what two reports must share to be the same."""
        return self.open, self.high, self.low, self.close, self.volume


def flaw_of(first: float, high: float, low: float, last: float, volume: float) -> str | None:
    """Why these cannot be the values of a span of time, or None: finite, above zero, in order."""
    if not 0 < low <= high < inf:
        return "prices must be finite, above zero, and low <= high"
    if not (low <= first <= high and low <= last <= high):
        return "open and close must lie between low and high"
    return None if 0 <= volume < inf else "volume must be finite and not negative"


def supersedes(new: Candle, old: Candle) -> bool:
    """Whether `new` replaces `old`, both reports of the same candle.

    A closed candle beats an open one and never opens again. Of two closed ones the later word
    of the exchange stands. Of two open ones the fuller stands, since a forming candle only
    grows: a stale REST row cannot undo live frames. The order is total, so reports may come in
    any order, any number of times, with the same result.
    """
    if new.closed is not old.closed:
        return new.closed
    return _rank(new) > _rank(old)


def _rank(candle: Candle) -> tuple[float, ...]:
    if candle.closed:
        return (candle.as_of, candle.trades, *candle.values)
    return (candle.trades, candle.volume, candle.as_of, *candle.values)
