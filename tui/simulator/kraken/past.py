"""What lies behind a market at a moment: trades, candles, the day. Times are ms UTC."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile

from tui.market.interval import DAY, MINUTE, Interval
from tui.simulator.bar import Bar
from tui.simulator.fills import Fill, filled, fills_between
from tui.simulator.kraken.numbers import stamp
from tui.simulator.market import END, ORIGIN, Market

_FIRST, _LAST = ORIGIN * 1000, END * 1000 - 1
_24_HOURS, _UTC_DAY = Interval(24, "h"), Interval(1, "d")


def present(market: Market, now: int) -> int:
    """Now, or when the market was halted."""
    return min(now, market.listing.until or now)


def last_trades(market: Market, count: int, now: int) -> Iterator[Fill]:
    """The newest trades, oldest first."""
    now = present(market, now)
    end = filled(market, now)
    return fills_between(market, max(0, end - count), end, now)


def trades_after(market: Market, us: int, now: int) -> Iterator[Fill]:
    """All trades later than `us` (us UTC), oldest first."""
    now = present(market, now)
    moment = min(us // 1000, now)
    first = filled(market, moment - 1) if moment > _FIRST else 0
    trades = fills_between(market, first, filled(market, now), now)
    return dropwhile(lambda each: stamp(market, each) <= us, trades)


def last_trade_of(market: Market, bar: Bar) -> Fill:
    """The newest trade of a bar that has some."""
    return next(fills_between(market, bar.last_trade, bar.last_trade + 1, _LAST))


def recent(market: Market, grid: Interval, span: int, now: int) -> list[tuple[int, Bar]]:
    """The candles with trades, oldest first, of the `span` intervals up to the newest trade."""
    now = present(market, now)
    newest = grid.floor(next(last_trades(market, 1, now)).print.time)
    opens = (grid.after(newest, step) for step in range(1 - span, 1))
    candles = [(at, market.candle(grid, at, now)) for at in opens if at >= _FIRST]
    return [(at, bar) for at, bar in candles if bar.prints]


def day(market: Market, now: int) -> Bar:
    """The last 24 hours, from a full minute on."""
    now = present(market, now)
    return market.candle(_24_HOURS, max(_FIRST, (now - DAY) // MINUTE * MINUTE + MINUTE), now)


def today(market: Market, now: int) -> Bar:
    """Since midnight UTC."""
    now = present(market, now)
    return market.candle(_UTC_DAY, _UTC_DAY.floor(now), now)
