"""Views of a subscription as alerts look at them, made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tests.feeds import subscription
from tui.alerts.line import parse
from tui.alerts.rule import Rule
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.market.candle import Candle
from tui.market.interval import MINUTE, Interval
from tui.market.symbol import Subscription, Symbol

BTC = subscription("BTCUSDT", "1m")
OTHER = Subscription(Symbol("coinbase", "BTC-USD"), Interval.parse("1m"))
START = 1_795_435_200_000
LIVE = FeedStatus(ConnectionState.LIVE, data_age=0.1)


def named(word: str, _: int) -> Subscription:
    """The subscription of a typed word, on Binance and of a minute unless it says so."""
    name, _at, interval = word.partition("@")
    return Subscription(Symbol.parse(name, "binance"), Interval.parse(interval or "1m"))


def rule(line: str) -> Rule:
    return parse(line, named)


def candle(place: int, *prices: float, volume: float = 1.0, closed: bool = False) -> Candle:
    """The candle of a minute after START through these prices, in their order."""
    time = START + place * MINUTE
    return Candle(time, prices[0], max(prices), min(prices), prices[-1], volume, closed)


def closed(prices: Iterable[float], volume: float = 1.0) -> list[Candle]:
    """Closed candles that stand still at each price, from START on."""
    return [candle(i, p, volume=volume, closed=True) for i, p in enumerate(prices)]


def view(
    candles: Iterable[Candle], status: FeedStatus = LIVE, of: Subscription = BTC
) -> SeriesView:
    """Of what is whole: the price is the newest candle's close."""
    rows = tuple(candles)
    price = rows[-1].close if rows else None
    time = rows[-1].open_time + 30_000 if rows else None
    return SeriesView(of, 1, rows, (), (), None, price, time, 2, 3, None, status)


def down(seen: SeriesView, state: ConnectionState = ConnectionState.BACKOFF) -> SeriesView:
    """The same while the connection is in another state."""
    return replace(seen, status=replace(seen.status, state=state))
