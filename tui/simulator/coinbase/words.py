"""Coinbase Exchange's words on the wire: messages, rows and products. Pure functions.

Prices and sizes are strings with as few decimals as say it; candles are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from tui.market.interval import SECOND
from tui.simulator.amounts import decimal, natural
from tui.simulator.bar import Bar, Print
from tui.simulator.catalogue import Listing
from tui.simulator.chance import scattered
from tui.simulator.depth import Level
from tui.simulator.fills import Fill, size_digits
from tui.simulator.frame import encode

Body = dict[str, Any]

_SEQUENCES = 40  # of a product's book, from one trade to the next
_SEEN = 20  # of these are before the trade's heartbeat


def product_id(listing: Listing) -> str:
    return f"{listing.base}-{listing.quote}"


def match(listing: Listing, fill: Fill, kind: str = "match") -> str:
    """`side` is the maker's: "sell" when the taker bought."""
    maker, taker = f"maker of {fill.id}", f"taker of {fill.print.id}"
    return encode(
        {
            "type": kind,
            "trade_id": fill.id,
            "maker_order_id": _order_id(listing, maker),
            "taker_order_id": _order_id(listing, taker),
            "side": _maker_side(fill.print),
            "size": _size(listing, fill),
            "price": price(listing, fill.print.price),
            "product_id": product_id(listing),
            "sequence": _sequence(listing, fill.id),
            "time": _moment(listing, fill.print),
        }
    )


def trade_row(listing: Listing, fill: Fill) -> Body:
    """One of `GET /products/{id}/trades`."""
    return {
        "time": _moment(listing, fill.print),
        "trade_id": fill.id,
        "price": price(listing, fill.print.price),
        "size": _size(listing, fill),
        "side": _maker_side(fill.print),
    }


def ticker(listing: Listing, fill: Fill, day: Bar, month: Bar) -> str:
    """The last fill of a taker's order and the last 24 hours; `side` is the taker's."""
    last = fill.print.price
    bid, ask = (last, last + 1) if fill.print.seller_aggressed else (max(1, last - 1), last)
    return encode(
        {
            "type": "ticker",
            "sequence": _sequence(listing, fill.id),
            "product_id": product_id(listing),
            "price": price(listing, last),
            "open_24h": price(listing, day.open),
            "volume_24h": volume(listing, day),
            "low_24h": price(listing, min(day.low, last)),
            "high_24h": price(listing, max(day.high, last)),
            "volume_30d": volume(listing, month),
            "best_bid": price(listing, bid),
            "best_bid_size": _size(listing, fill),
            "best_ask": price(listing, ask),
            "best_ask_size": _size(listing, fill),
            "side": "sell" if fill.print.seller_aggressed else "buy",
            "time": _moment(listing, fill.print),
            "trade_id": fill.id,
            "last_size": _size(listing, fill),
        }
    )


def heartbeat(listing: Listing, trades: int, second: int) -> str:
    """What was the last trade before a whole second (ms UTC), out of so many."""
    last = trades - 1
    return encode(
        {
            "type": "heartbeat",
            "last_trade_id": last,
            "product_id": product_id(listing),
            "sequence": last * _SEQUENCES + _SEEN + second // SECOND % (_SEQUENCES - _SEEN),
            "time": _iso(second * 1000),
        }
    )


def subscriptions(streams: Iterable[str], serial: int) -> str:
    """The whole state; the products stand in no order that means something."""
    channels: dict[str, list[str]] = {}
    for stream in sorted(streams, key=lambda name: scattered(name, serial, 2**32)):
        channel, _, product = stream.partition(":")
        channels.setdefault(channel, []).append(product)
    rows = [
        {"name": name, "product_ids": products, "account_ids": None}
        for name, products in channels.items()
    ]
    return encode({"type": "subscriptions", "channels": rows})


def candle_row(listing: Listing, open_time: int, bar: Bar) -> str:
    """Seconds, low, high, open, close, volume: JSON numbers, all digits of them."""
    prices = (price(listing, ticks) for ticks in (bar.low, bar.high, bar.open, bar.close))
    return f"[{open_time // SECOND},{','.join(prices)},{volume(listing, bar)}]"


def book(listing: Listing, now: int, trades: int, bids: list[Level], asks: list[Level]) -> Body:
    """`GET /products/{id}/book`: price, size and number of orders of each level."""

    def rows(levels: list[Level]) -> list[list[str | int]]:
        digits = listing.volume_digits
        return [[price(listing, e.ticks), natural(e.lots, digits), e.orders] for e in levels]

    return {
        "bids": rows(bids),
        "asks": rows(asks),
        "sequence": trades * _SEQUENCES,
        "auction_mode": False,
        "auction": None,
        "time": _iso(now * 1000),
    }


def product(listing: Listing) -> Body:
    """One of `GET /products`."""
    online = listing.until is None
    return {
        "id": product_id(listing),
        "base_currency": listing.base,
        "quote_currency": listing.quote,
        "quote_increment": decimal(1, listing.price_digits, listing.price_digits),
        "base_increment": decimal(1, size_digits(listing), size_digits(listing)),
        "display_name": f"{listing.base}-{listing.quote}",
        "post_only": False,
        "limit_only": False,
        "cancel_only": False,
        "status": "online" if online else "delisted",
        "status_message": "",
        "trading_disabled": not online,
        "auction_mode": False,
    }


def price(listing: Listing, ticks: int) -> str:
    return natural(ticks, listing.price_digits)


def volume(listing: Listing, bar: Bar) -> str:
    return natural(bar.lots, listing.volume_digits)


def read_time(text: str) -> int | None:
    """ISO 8601 or seconds since 1970, as ms; None when it is neither."""
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text) * SECOND
    try:
        moment = datetime.fromisoformat(text)
        return round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * SECOND)
    except (ValueError, OverflowError):
        return None


def clock(now: int) -> Mapping[str, str | float]:
    """`GET /time`."""
    return {"iso": _iso(now * 1000, "milliseconds"), "epoch": now / SECOND}


def _size(listing: Listing, fill: Fill) -> str:
    return natural(fill.size, size_digits(listing))


def _maker_side(trade: Print) -> str:
    return "buy" if trade.seller_aggressed else "sell"


def _sequence(listing: Listing, trade_id: int) -> int:
    return trade_id * _SEQUENCES + scattered(listing.name, trade_id, _SEEN)


def _moment(listing: Listing, trade: Print) -> str:
    return _iso(trade.time * 1000 + scattered(listing.name, trade.time // SECOND, 1000))


def _iso(microseconds: int, precision: str = "microseconds") -> str:
    seconds, rest = divmod(microseconds, 1_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest, tzinfo=None)
    return f"{moment.isoformat(timespec=precision)}Z"


def _order_id(listing: Listing, of: str) -> str:
    return str(UUID(bytes=blake2b(f"{listing.name}:{of}".encode(), digest_size=16).digest()))
