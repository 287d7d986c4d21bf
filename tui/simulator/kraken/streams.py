"""When Kraken sends something: only because of trades. Times are ms UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from tui.market.interval import MINUTE, Interval
from tui.simulator.bar import Bar
from tui.simulator.chance import scattered
from tui.simulator.fills import Fill, fills
from tui.simulator.frame import Frame
from tui.simulator.kraken.past import last_trade_of
from tui.simulator.market import Market
from tui.simulator.streams import Stream

_REPLAYED = MINUTE  # live trades older than this are skipped when the clock jumps
_TOGETHER = 50  # trades in a frame at most
_LATE_EACH = 4  # candles, of which one has its last frame late


class OhlcStream(Stream):
    """The forming candle after each trade; no candle is said to be closed.

    Of some candles the last frame comes after the first one of the next candle that traded.
    `word` writes a candle from its open time, its bar and the time.
    """

    def __init__(
        self,
        name: str,
        symbol: str,
        market: Market,
        grid: Interval,
        word: Callable[[int, Bar, int], str],
    ) -> None:
        super().__init__(name, symbol, grid)
        self._market = market
        self._grid = grid
        self._word = word
        self._until = self._open = self._prints = self._printed = 0
        self._early: Bar | None = None
        self._late: int | None = None

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        if self._market.listing.until is not None:
            return
        if before != self._until:
            self._begin(before)
        self._until = now
        yield from self._news(now)
        while (end := self._grid.after(self._open)) <= now:
            self._late = self._open if self._early else self._late
            self._turn_to(end)
            yield from self._news(now)

    def _begin(self, now: int) -> None:
        """Go on from `now`: nobody listened before, and who does is told what was then."""
        self._late = None
        self._turn_to(self._grid.floor(now))
        self._prints = self._market.candle(self._grid, self._open, now).prints

    def _turn_to(self, open_time: int) -> None:
        self._open, self._prints, self._printed = open_time, 0, -1
        late = scattered(f"{self.symbol}{self._grid}", open_time, _LATE_EACH) == 0
        self._early = before_the_last_trade(self._market, self._grid, open_time) if late else None

    def _news(self, now: int) -> Iterator[Frame]:
        printed = self._market.printed(now)
        if printed == self._printed:  # far cheaper to know than the bar
            return
        self._printed = printed
        bar = self._market.candle(self._grid, self._open, now)
        if self._early and bar.prints > self._early.prints:
            bar = self._early
        if bar.prints > self._prints:
            self._prints = bar.prints
            yield self._frame(self._open, bar, now)
            yield from self._overdue(now)

    def _overdue(self, now: int) -> Iterator[Frame]:
        if self._late is not None:
            yield self._frame(self._late, self._market.candle(self._grid, self._late), now)
            self._late = None

    def _frame(self, open_time: int, bar: Bar, now: int) -> Frame:
        return Frame(self.name, self._word(open_time, bar, now), open_time)


def before_the_last_trade(market: Market, grid: Interval, open_time: int) -> Bar | None:
    """The candle as it was just before its last trade; None when it had none before that."""
    whole = market.candle(grid, open_time)
    if whole.prints < 2:
        return None
    last = last_trade_of(market, whole).print.time
    bar = market.candle(grid, open_time, last - 1) if last > open_time else None
    return bar if bar and bar.prints else None


class TradesStream(Stream):
    """Every trade, those that happened together in one frame."""

    def __init__(
        self, name: str, symbol: str, market: Market, word: Callable[[tuple[Fill, ...]], str]
    ) -> None:
        super().__init__(name, symbol)
        self._market = market
        self._word = word

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        if self._market.listing.until is None:
            prints = self._market.prints(max(before, now - _REPLAYED), now)
            trades = (fill for each in prints for fill in fills(self._market.listing, each))
            while together := tuple(islice(trades, _TOGETHER)):
                yield Frame(self.name, self._word(together))


class TickerStream(Stream):
    """The last 24 hours after each trade; `word` writes them at a time."""

    def __init__(self, name: str, symbol: str, market: Market, word: Callable[[int], str]) -> None:
        super().__init__(name, symbol)
        self._market = market
        self._word = word

    def advance(self, before: int, now: int) -> Iterator[Frame]:
        if self._market.listing.until is not None:
            return
        if self._market.printed(now) > self._market.printed(before):
            yield Frame(self.name, self._word(now))
