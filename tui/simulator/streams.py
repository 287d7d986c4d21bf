"""The live streams: what each has to send as the exchange's clock moves on. Times are ms UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from tui.market.candle import Candle
from tui.market.interval import DAY, MINUTE, SECOND, Interval
from tui.simulator import binance
from tui.simulator.bar import Bar
from tui.simulator.chance import scattered
from tui.simulator.frame import Frame
from tui.simulator.ledger import Ledger
from tui.simulator.market import ORIGIN, Market

_CAUGHT_UP = 5_000  # candles that a restarted server adds to its ledger at most
_REPLAYED = MINUTE  # live trades older than this are skipped when the clock jumps


class Stream(Protocol):
    """One stream of one symbol."""

    def advance(self, before: int, now: int, watched: bool) -> Iterator[Frame]:
        """The frames due in (before, now], in order; only bookkeeping when nobody watches."""


class KlineStream:
    """`<symbol>@kline_<interval>`; closed candles go to the ledger whether watched or not."""

    def __init__(
        self, name: str, market: Market, interval: Interval, ledger: Ledger, now: int
    ) -> None:
        self.interval = interval
        self._name = name
        self._market = market
        self._ledger = ledger
        self._period = SECOND if interval.unit == "s" else 2 * SECOND
        self._phase = scattered(f"{market.listing.name}{interval}", 0, self._period)
        self._sent: tuple[int, int] | None = None
        self._open = self._first_open(now)
        for _ in self._closes(now):
            pass

    @property
    def symbol(self) -> str:
        return self._market.listing.name

    def advance(self, before: int, now: int, watched: bool) -> Iterator[Frame]:
        if self._market.listing.until is not None:
            return
        for open_time, bar in self._closes(now):
            yield self._event(open_time, bar, now, closed=True)
        if watched and _passed(before, now, self._period, self._phase):
            yield from self._update(now)

    def _update(self, now: int) -> Iterator[Frame]:
        open_time = self.interval.floor(now)
        bar = self._market.candle(self.interval, open_time, now)
        state = bar.first, bar.prints
        if bar.prints and state != self._sent:
            self._sent = state
            yield self._event(open_time, bar, now, closed=False)

    def _closes(self, now: int) -> Iterator[tuple[int, Bar]]:
        """The candles whose close is due: a while after they ended, as exchanges have it."""
        while (end := self.interval.after(self._open)) + self._lateness(end) <= now:
            open_time, self._open = self._open, end
            bar = self._market.candle(self.interval, open_time)
            self._record(open_time, bar)
            yield open_time, bar

    def _lateness(self, end: int) -> int:
        return 50 + scattered(f"{self.symbol}{self.interval}", end, 351)

    def _first_open(self, now: int) -> int:
        current = self.interval.floor(now)
        last = self._ledger.last(self._market.listing.name, self.interval)
        if last is None:
            return current
        missing_from = self.interval.after(last.open_time)
        return max(missing_from, self.interval.after(current, -_CAUGHT_UP))

    def _record(self, open_time: int, bar: Bar) -> None:
        listing = self._market.listing
        open_, high, low, close = (
            float(binance.price(listing, ticks))
            for ticks in (bar.open, bar.high, bar.low, bar.close)
        )
        size = float(binance.volume(listing, bar.lots))
        candle = Candle(open_time, open_, high, low, close, size, closed=True, trades=bar.trades)
        self._ledger.append(listing.name, self.interval, candle)

    def _event(self, open_time: int, bar: Bar, now: int, closed: bool) -> Frame:
        listing = self._market.listing
        payload = binance.kline_event(listing, self.interval, open_time, bar, now, closed)
        return Frame(self._name, payload, open_time, closed)


class AggTradeStream:
    """`<symbol>@aggTrade`: each print when it happens."""

    def __init__(self, name: str, market: Market) -> None:
        self._name = name
        self._market = market

    def advance(self, before: int, now: int, watched: bool) -> Iterator[Frame]:
        listing = self._market.listing
        if watched and listing.until is None:
            for trade in self._market.prints(max(before, now - _REPLAYED), now):
                yield Frame(self._name, binance.agg_trade_event(listing, trade, now))


class MiniTickerStream:
    """`<symbol>@miniTicker`: the last 24 hours, once a second when they changed."""

    def __init__(self, name: str, market: Market) -> None:
        self._name = name
        self._market = market
        self._phase = scattered(market.listing.name, 0, SECOND)
        self._sent: Bar | None = None

    def advance(self, before: int, now: int, watched: bool) -> Iterator[Frame]:
        listing = self._market.listing
        if not watched or listing.until or not _passed(before, now, SECOND, self._phase):
            return
        start = max(ORIGIN, (now - DAY) // MINUTE * 60)
        day = self._market.bar(start, now // SECOND)
        if day != self._sent:
            self._sent = day
            yield Frame(self._name, binance.mini_ticker_event(listing, day, now))


def open_stream(
    name: str, market_of: Callable[[str], Market | None], ledger: Ledger, now: int
) -> Stream | None:
    """The stream of this name, None when there is none: exchanges accept such a name silently."""
    symbol, _, kind = name.partition("@")
    market = market_of(symbol.upper()) if symbol == symbol.lower() else None
    if market is None:
        return None
    if kind == "aggTrade":
        return AggTradeStream(name, market)
    if kind == "miniTicker":
        return MiniTickerStream(name, market)
    interval = binance.INTERVALS.get(kind.removeprefix("kline_"))
    if interval is None or not kind.startswith("kline_"):
        return None
    return KlineStream(name, market, interval, ledger, now)


def _passed(before: int, now: int, period: int, phase: int) -> bool:
    return (before - phase) // period != (now - phase) // period
