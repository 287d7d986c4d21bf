"""What the feed says: messages, rows and errors. Pure functions."""

from __future__ import annotations

import json
from typing import Any

from tui.market.interval import Interval
from tui.simulator.amounts import price, volume
from tui.simulator.bar import Bar
from tui.simulator.catalogue import Listing
from tui.simulator.frame import encode

INTERVALS = {
    text: Interval.parse(text)
    for text in (
        *("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h"),
        *("4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"),
    )
}


def row(listing: Listing, open_time: int, bar: Bar) -> list[int | float]:
    """One of `GET /ohlcv`: time in ms, open, high, low, close, volume."""
    prices = (float(price(listing, ticks)) for ticks in (bar.open, bar.high, bar.low, bar.close))
    return [open_time, *prices, float(volume(listing, bar.lots))]


def candle(
    listing: Listing, interval: Interval, open_time: int, bar: Bar, now: int, closed: bool
) -> str:
    """The candle's whole state; the feed does not say when it was sent."""
    names = ("timestamp", "open", "high", "low", "close", "volume")
    values = zip(names, row(listing, open_time, bar), strict=True)
    head = {"type": "candle", "symbol": listing.name, "interval": str(interval)}
    return encode({**head, **dict(values), "isClosed": closed})


def error(message: str, **about: str) -> str:
    return encode({"type": "error", **about, "message": message})


def revised(payload: str, after: int) -> tuple[str, str]:
    """A candle with a higher high and more volume, and the true one."""
    wrong: dict[str, Any] = json.loads(payload)
    wrong["high"] *= 1.01
    wrong["volume"] = 2 * wrong["volume"] + 1
    return encode(wrong), payload
