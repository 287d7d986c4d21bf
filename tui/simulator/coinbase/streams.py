"""Coinbase's channels of one product. Times are ms UTC."""

from __future__ import annotations

from collections.abc import Iterator

from tui.market.interval import DAY, MINUTE, SECOND, Interval
from tui.simulator.coinbase import words
from tui.simulator.fills import Fill, filled, fills, fills_between
from tui.simulator.frame import Frame
from tui.simulator.market import ORIGIN, Market
from tui.simulator.streams import Stream, day_until

CHANNELS = ("heartbeat", "matches", "ticker")
_MINUTES = Interval(1, "m")
_REPLAYED = MINUTE  # trades older than this are skipped when the clock jumps


class Matches(Stream):
    """Every trade when it happens: those of one taker's order together.

    The trades of a minute are what a gap takes.
    """

    def __init__(self, name: str, product: str, market: Market) -> None:
        super().__init__(name, product, _MINUTES)
        self._market = market

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        for trade in self._market.prints(max(before, now - _REPLAYED), now):
            for fill in fills(self._market.listing, trade):
                text = words.match(self._market.listing, fill)
                yield Frame(self.name, text, _MINUTES.floor(trade.time), time=trade.time)


class Ticker(Stream):
    """The last trade and the last 24 hours: one for all that was traded since the one before."""

    def __init__(self, name: str, product: str, market: Market) -> None:
        super().__init__(name, product)
        self._market = market

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        printed = self._market.printed
        if printed(now) > printed(before):
            yield from newest_ticker(self.name, self._market, now)


class Heartbeat(Stream):
    """Once a second, at the whole second, what was traded last before it."""

    def __init__(self, name: str, product: str, market: Market) -> None:
        super().__init__(name, product)
        self._market = market

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        second = now // SECOND * SECOND
        if second > before:
            trades = filled(self._market, second - 1)
            text = words.heartbeat(self._market.listing, trades, second)
            yield Frame(self.name, text, time=second)


def newest_match(name: str, market: Market, now: int) -> Iterator[Frame]:
    """The last trade, for one who begins to listen; none when nothing was ever traded."""
    for fill in newest_fills(market, now, 1):
        yield Frame(name, words.match(market.listing, fill, "last_match"))


def newest_ticker(name: str, market: Market, now: int) -> Iterator[Frame]:
    """The ticker of the last trade."""
    day, start = day_until(market, now), max(ORIGIN, (now - 30 * DAY) // DAY * DAY // SECOND)
    month = market.bar(start, now // SECOND)
    for fill in newest_fills(market, now, 1):
        text = words.ticker(market.listing, fill, day, month)
        yield Frame(name, text, time=fill.print.time)


def newest_fills(market: Market, now: int, count: int) -> list[Fill]:
    """The last trades up to now, oldest first."""
    end = filled(market, now)
    return list(fills_between(market, max(0, end - count), end, now))
