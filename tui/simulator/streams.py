"""The live streams: what each has to send as the exchange's clock moves on. Times are ms UTC.

When something is sent is the same on all exchanges; the words are the dialect's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

from tui.market.interval import DAY, MINUTE, SECOND, Interval
from tui.simulator.bar import Bar, Print
from tui.simulator.chance import scattered
from tui.simulator.frame import Frame
from tui.simulator.market import ORIGIN, Market
from tui.simulator.records import Record

_REPLAYED = MINUTE  # live trades older than this are skipped when the clock jumps


class Stream(ABC):
    """One stream of one symbol, as the exchange writes it.

    `interval` is that of the candles which faults take from it, None when they take none.
    """

    def __init__(self, name: str, symbol: str, interval: Interval | None = None) -> None:
        self.name = name
        self.symbol = symbol
        self.interval = interval

    @abstractmethod
    def advance(self, before: int, now: int) -> Iterator[Frame]:
        """The frames due in (before, now], in order; not called while nobody listens."""


class CandleStream(Stream):
    """The forming candle when it changed, at most once a `period` (ms), and each close.

    `word` writes it from its open time, its bar, the time and whether it is closed.
    """

    def __init__(
        self, name: str, record: Record, period: int, word: Callable[[int, Bar, int, bool], str]
    ) -> None:
        super().__init__(name, record.symbol, record.interval)
        self._record = record
        self._period = period
        self._phase = scattered(f"{record.symbol}{record.interval}", 0, period)
        self._word = word
        self._sent: tuple[int, int] | None = None

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        if self._record.market.listing.until is not None:
            return
        for open_time, bar in self._record.closed:
            yield self._frame(open_time, bar, now, closed=True)
        if passed(before, now, self._period, self._phase):
            yield from self._update(now)

    def _update(self, now: int) -> Iterator[Frame]:
        open_time = self._record.interval.floor(now)
        bar = self._record.market.candle(self._record.interval, open_time, now)
        state = bar.first, bar.prints
        if bar.prints and state != self._sent:
            self._sent = state
            yield self._frame(open_time, bar, now, closed=False)

    def _frame(self, open_time: int, bar: Bar, now: int, closed: bool) -> Frame:
        return Frame(self.name, self._word(open_time, bar, now, closed), open_time, closed)


class TradeStream(Stream):
    """Each print when it happens; `word` writes it from the print and the time."""

    def __init__(
        self, name: str, symbol: str, market: Market, word: Callable[[Print, int], str]
    ) -> None:
        super().__init__(name, symbol)
        self._market = market
        self._word = word

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        if self._market.listing.until is None:
            for trade in self._market.prints(max(before, now - _REPLAYED), now):
                yield Frame(self.name, self._word(trade, now))


class DayStream(Stream):
    """The last 24 hours, once a second when they changed; `word` writes them and the time."""

    def __init__(
        self, name: str, symbol: str, market: Market, word: Callable[[Bar, int], str]
    ) -> None:
        super().__init__(name, symbol)
        self._market = market
        self._word = word
        self._phase = scattered(symbol, 0, SECOND)
        self._sent: Bar | None = None

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        if self._market.listing.until or not passed(before, now, SECOND, self._phase):
            return
        day = day_until(self._market, now)
        if day != self._sent:
            self._sent = day
            yield Frame(self.name, self._word(day, now))


def day_until(market: Market, now: int) -> Bar:
    """The bar of the last 24 hours, to the second at its end and the minute at its start."""
    return market.bar(max(ORIGIN, (now - DAY) // MINUTE * 60), now // SECOND)


def passed(before: int, now: int, period: int, phase: int) -> bool:
    """Whether a moment `phase` into some period lies in (before, now]."""
    return (before - phase) // period != (now - phase) // period
