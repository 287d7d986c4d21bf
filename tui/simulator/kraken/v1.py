"""Kraken's WebSocket v1: its data arrays. Pure functions; numbers are strings, counts are not.

After the frames recorded in 2021 to 2023 and docs.kraken.com, `api/docs/websocket-v1`.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui.simulator.bar import Bar
from tui.simulator.catalogue import Listing
from tui.simulator.chance import scattered
from tui.simulator.fills import Fill
from tui.simulator.kraken.names import pair_of
from tui.simulator.kraken.numbers import (
    INTERVALS,
    encode,
    price,
    seconds,
    size,
    stamp,
    typical,
    volume,
)
from tui.simulator.kraken.past import day, last_trade_of, last_trades, today
from tui.simulator.market import Market

HEARTBEAT = encode({"event": "heartbeat"})
_FIRST_CONNECTION = 2**63 + 2**61
_PRICE_DIGITS = 5  # at least


def system_status(serial: int) -> str:
    """What a connection is told unasked when it opens; `serial` counts connections."""
    return encode(
        {
            "connectionID": _FIRST_CONNECTION + serial,
            "event": "systemStatus",
            "status": "online",
            "version": "1.9.1",
        }
    )


def channel_id(market: Market, channel: str) -> int:
    """The deprecated number of a channel (`ohlc-1`) of a market: not always its own."""
    return scattered(market.listing.name + channel, 0, 10_000)


def candle(market: Market, minutes: int, open_time: int, bar: Bar) -> str:
    """A bar with trades: the array says when it last traded and when it ends."""
    listing = market.listing
    end = INTERVALS[minutes].after(open_time)
    row = [
        str(seconds(stamp(market, last_trade_of(market, bar)))),
        str(seconds(end * 1000)),
        *(_price(listing, p) for p in (bar.open, bar.high, bar.low, bar.close, typical(bar))),
        _volume(listing, bar.lots),
        bar.trades,
    ]
    return _array(market, f"ohlc-{minutes}", row)


def trades(market: Market, fills: Iterable[Fill]) -> str:
    listing = market.listing
    rows = [
        [
            _price(listing, fill.print.price),
            str(size(listing, fill)),
            str(seconds(stamp(market, fill))),
            "s" if fill.print.seller_aggressed else "b",
            "l" if fill.print.id % 3 else "m",
            "",
        ]
        for fill in fills
    ]
    return _array(market, "trade", rows)


def ticker(market: Market, now: int) -> str:
    """Pairs of values are of the day since midnight UTC and of the last 24 hours."""
    listing, lots = market.listing, market.listing.lots_a_print
    bars = (today(market, now), day(market, now))
    close, newest = bars[1].close, next(last_trades(market, 1, now))
    body = {
        "a": _quote(listing, close + 1, 2 * lots),
        "b": _quote(listing, max(1, close - 1), lots),
        "c": [_price(listing, close), str(size(listing, newest))],
        "v": [_volume(listing, bar.lots) for bar in bars],
        "p": [_price(listing, typical(bar)) for bar in bars],
        "t": [bar.trades for bar in bars],
        "l": [_price(listing, bar.low) for bar in bars],
        "h": [_price(listing, bar.high) for bar in bars],
        "o": [_price(listing, bar.open) for bar in bars],
    }
    return _array(market, "ticker", body)


def _array(market: Market, channel: str, body: object) -> str:
    return encode([channel_id(market, channel), body, channel, pair_of(market.listing).wsname])


def _quote(listing: Listing, ticks: int, lots: int) -> list[object]:
    """A price, and how much is offered there: in whole units, and exactly."""
    return [_price(listing, ticks), lots // 10**listing.volume_digits, _volume(listing, lots)]


def _price(listing: Listing, ticks: int) -> str:
    return str(price(listing, ticks, _PRICE_DIGITS))


def _volume(listing: Listing, lots: int) -> str:
    return str(volume(listing, lots))
