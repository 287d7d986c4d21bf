"""Kraken's WebSocket v2: its data frames. Pure functions; numbers are JSON numbers.

After the frames recorded in 2026 and docs.kraken.com, `api/docs/websocket-v2`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from tui.simulator.bar import Bar
from tui.simulator.catalogue import Listing
from tui.simulator.fills import Fill
from tui.simulator.kraken.names import pair_of
from tui.simulator.kraken.numbers import (
    INTERVALS,
    encode,
    exact,
    iso,
    price,
    size,
    stamp,
    typical,
    volume,
)
from tui.simulator.kraken.past import day
from tui.simulator.market import Market

Kind = Literal["snapshot", "update"]
Row = dict[str, Any]

HEARTBEAT = encode({"channel": "heartbeat"})
_FIRST_CONNECTION = 2**63 + 2**62  # too great for a signed number of 64 bits


def status(serial: int) -> str:
    """What a connection is told unasked when it opens; `serial` counts connections."""
    row = {
        "version": "2.0.10",
        "system": "online",
        "api_version": "v2",
        "connection_id": _FIRST_CONNECTION + serial,
        "upcoming_maintenance": [],
        "emergency": [],
    }
    return encode({"channel": "status", "type": "update", "data": [row]})


def candles(
    kind: Kind, market: Market, minutes: int, rows: Iterable[tuple[int, Bar]], now: int
) -> str:
    """Open times and bars as they stand at `now`, ms UTC."""
    data = [_candle(market.listing, minutes, open_time, bar) for open_time, bar in rows]
    when = iso(now * 1000, 9)
    return encode({"channel": "ohlc", "type": kind, "timestamp": when, "data": data})


def trades(kind: Kind, market: Market, fills: Iterable[Fill]) -> str:
    rows = [_trade(market, fill) for fill in fills]
    return encode({"channel": "trade", "type": kind, "data": rows})


def ticker(kind: Kind, market: Market, now: int) -> str:
    """The last 24 hours; `change_pct` is in percent already."""
    listing, bar, lots = market.listing, day(market, now), market.listing.lots_a_print
    change = bar.close - bar.open
    row = {
        "symbol": pair_of(listing).name,
        "bid": price(listing, max(1, bar.close - 1)),
        "bid_qty": volume(listing, lots),
        "ask": price(listing, bar.close + 1),
        "ask_qty": volume(listing, 2 * lots),
        "last": price(listing, bar.close),
        "volume": volume(listing, bar.lots),
        "vwap": price(listing, typical(bar)),
        "low": price(listing, bar.low),
        "high": price(listing, bar.high),
        "change": price(listing, change),
        "change_pct": exact(round(10_000 * change / bar.open), 2, 2),
        "timestamp": iso(now * 1000),
    }
    return encode({"channel": "ticker", "type": kind, "data": [row]})


def _candle(listing: Listing, minutes: int, open_time: int, bar: Bar) -> Row:
    """The `timestamp` is where it ends."""
    end = INTERVALS[minutes].after(open_time)
    return {
        "symbol": pair_of(listing).name,
        "open": price(listing, bar.open),
        "high": price(listing, bar.high),
        "low": price(listing, bar.low),
        "close": price(listing, bar.close),
        "trades": bar.trades,
        "volume": volume(listing, bar.lots),
        "vwap": price(listing, typical(bar)),
        "interval_begin": iso(open_time * 1000, 9),
        "interval": minutes,
        "timestamp": iso(end * 1000),
    }


def _trade(market: Market, fill: Fill) -> Row:
    return {
        "symbol": pair_of(market.listing).name,
        "side": "sell" if fill.print.seller_aggressed else "buy",
        "price": price(market.listing, fill.print.price),
        "qty": size(market.listing, fill),
        "ord_type": "limit" if fill.print.id % 3 else "market",
        "trade_id": fill.id,
        "timestamp": iso(stamp(market, fill)),
    }
