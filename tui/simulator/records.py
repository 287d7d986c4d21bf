"""How closed candles come into the ledger, whether anybody watches or not. Times are ms UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.simulator.amounts import price, volume
from tui.simulator.bar import Bar
from tui.simulator.chance import scattered
from tui.simulator.ledger import Ledger
from tui.simulator.market import Market

_CAUGHT_UP = 5_000  # candles that a restarted server adds to its ledger at most


class Record:
    """The closed candles of one symbol and interval.

    A candle closes a while after it ended, as exchanges have it. `closed` are those that the
    last step of the clock brought, with their open times.
    """

    def __init__(
        self, symbol: str, market: Market, interval: Interval, ledger: Ledger, now: int
    ) -> None:
        self.symbol = symbol
        self.market = market
        self.interval = interval
        self.closed: list[tuple[int, Bar]] = []
        self._ledger = ledger
        self._begin(self._first_open(now))
        for _ in self._closes(now):
            pass

    def advance(self, now: int) -> None:
        halted = self.market.listing.until is not None
        self.closed = [] if halted else list(self._closes(now))

    def _closes(self, now: int) -> Iterator[tuple[int, Bar]]:
        while self._due <= now:
            open_time = self._open
            bar = self.market.candle(self.interval, open_time)
            self._begin(self.interval.after(open_time))
            self._ledger.append(self.symbol, self.interval, self._candle(open_time, bar))
            yield open_time, bar

    def _begin(self, open_time: int) -> None:
        end = self.interval.after(open_time)
        self._open = open_time
        self._due = end + 50 + scattered(f"{self.symbol}{self.interval}", end, 351)

    def _first_open(self, now: int) -> int:
        current = self.interval.floor(now)
        last = self._ledger.last(self.symbol, self.interval)
        if last is None:
            return current
        missing_from = self.interval.after(last.open_time)
        return max(missing_from, self.interval.after(current, -_CAUGHT_UP))

    def _candle(self, open_time: int, bar: Bar) -> Candle:
        listing = self.market.listing
        open_, high, low, close = (
            float(price(listing, ticks)) for ticks in (bar.open, bar.high, bar.low, bar.close)
        )
        size = float(volume(listing, bar.lots))
        return Candle(open_time, open_, high, low, close, size, closed=True, trades=bar.trades)


class Records:
    """All that the ledger is to have; `clock` is the exchange's time."""

    def __init__(self, ledger: Ledger, clock: Callable[[], int]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._records: dict[tuple[str, Interval], Record] = {}

    def opened(self, symbol: str, market: Market, interval: Interval) -> Record:
        """The record of this symbol (as the exchange writes it) and interval; begun if new.

        The first candle is the forming one, or the one after the ledger's last.
        """
        key = symbol, interval
        if key not in self._records:
            record = Record(symbol, market, interval, self._ledger, self._clock())
            self._records[key] = record
        return self._records[key]

    def advance(self, now: int) -> None:
        """Close what is due."""
        for record in self._records.values():
            record.advance(now)
