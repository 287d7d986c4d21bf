"""What comes over Coinbase Exchange's WebSocket: matches, heartbeats, tickers, replies.

Wire format: docs.cdp.coinbase.com, `exchange/websocket-feed`. The ids of matches run without a
jump for each product. `sequence` counts every event of the order book, of which these channels
show a few: it proves nothing.
"""

from __future__ import annotations

import re
from math import inf

import msgspec
from msgspec import Struct

from tui.exchange.reading import UNREADABLE, Count, moment, one_line
from tui.market.candle import flaw_of
from tui.market.events import (
    Event,
    Inventory,
    Malformed,
    Pulse,
    Refusal,
    ServerClosing,
    Ticker,
    Trade,
)

# All that a pane needs; candles are made of the matches, since a ticker sums up several.
CHANNELS = ("matches", "heartbeat", "ticker")
_UNKNOWN_PRODUCT = re.compile(r"(\S+) is (?:not a valid product|delisted)")
# What the server says before it drops a client that is too slow or says too much.
_FAREWELL = re.compile("ErrSlowConsume|ErrSlowRead|Message too big")


class WireTrade(Struct, gc=False):
    """One trade, the same over REST. Its `side`, which is not read, is the maker's."""

    trade_id: Count
    price: float
    size: float
    time: str


class Match(WireTrade, tag_field="type", tag="match", gc=False):
    product_id: str


class LastMatch(Match, tag="last_match", gc=False):
    """The newest trade when a subscription begins, which may have been sent before."""


class Heartbeat(Struct, tag_field="type", tag="heartbeat", gc=False):
    """Once a second for each product; `last_trade_id` is 0 where the server does not know it."""

    product_id: str
    last_trade_id: Count
    time: str


class TickerMessage(Struct, tag_field="type", tag="ticker", gc=False):
    """`price` is the last trade's, `volume_24h` in the base asset; what is 0.0 was not said."""

    product_id: str
    price: float
    open_24h: float = 0.0
    high_24h: float = 0.0
    low_24h: float = 0.0
    volume_24h: float = 0.0
    time: str = ""


class Channel(Struct):
    name: str
    product_ids: list[str] | None = None


class Subscriptions(Struct, tag_field="type", tag="subscriptions"):
    """The reply to any command, without an id: all that the connection is subscribed to."""

    channels: list[Channel]


class WireError(Struct, tag_field="type", tag="error"):
    """A refusal, or a farewell: `Failed to subscribe`, `ETH-USD is not a valid product`."""

    message: str = ""
    reason: str = ""


Message = Match | LastMatch | Heartbeat | TickerMessage | Subscriptions | WireError


class Kind(Struct):
    """What every message has; new kinds may come at any time."""

    type: str


_messages = msgspec.json.Decoder(Message, strict=False)
_kinds = msgspec.json.Decoder(Kind)
_READ = {"match", "last_match", "heartbeat", "ticker", "subscriptions", "error"}


def read(frame: bytes | str) -> tuple[Event, ...]:
    """The events of one frame; nothing for a message of a kind that is not read."""
    try:
        return _events(_messages.decode(frame))
    except UNREADABLE as error:
        return () if _is_of_another_kind(frame) else (Malformed(one_line(str(error))),)


def trade_of(name: str, wire: WireTrade) -> Trade:
    """A trade of the product `name`; raises ValueError when it cannot be one."""
    if not (0 < wire.price < inf and 0 <= wire.size < inf):
        raise ValueError("a trade must have a finite price above zero, and a size")
    number = wire.trade_id
    return Trade(name, wire.price, wire.size, moment(wire.time), number, number)


def _is_of_another_kind(frame: bytes | str) -> bool:
    try:
        return _kinds.decode(frame).type not in _READ
    except UNREADABLE:
        return False


def _events(message: Message) -> tuple[Event, ...]:
    match message:
        case Match():
            return (trade_of(message.product_id, message),)
        case Heartbeat():
            return _pulse(message)
        case TickerMessage():
            return _ticker(message)
        case Subscriptions():
            return (_inventory(message),)
        case WireError():
            return (_refusal(message),)


def _pulse(beat: Heartbeat) -> tuple[Event, ...]:
    time = moment(beat.time)
    return (Pulse(beat.product_id, beat.last_trade_id, time),) if beat.last_trade_id else ()


def _ticker(wire: TickerMessage) -> tuple[Event, ...]:
    """Nothing without the last 24 hours: they may be left out, or be zero in a still market."""
    if not (wire.open_24h and wire.high_24h and wire.low_24h and wire.volume_24h):
        return ()
    first, last = wire.open_24h, wire.price
    if wire.low_24h > wire.high_24h:
        raise ValueError("the day's low is above its high")
    # The price of 24 hours ago may be just outside of them, and the newest trade not yet inside.
    highest, lowest = max(wire.high_24h, first, last), min(wire.low_24h, first, last)
    values = (first, highest, lowest, last, wire.volume_24h)
    if flaw := flaw_of(*values):
        raise ValueError(flaw)
    return (Ticker(wire.product_id, *values, moment(wire.time) if wire.time else 0),)


def _inventory(reply: Subscriptions) -> Inventory:
    """The products that have every channel that a pane needs."""
    products = {channel.name: frozenset(channel.product_ids or ()) for channel in reply.channels}
    of_each = (products.get(name, frozenset[str]()) for name in CHANNELS)
    return Inventory(None, frozenset.intersection(*of_each))


def _refusal(error: WireError) -> Event:
    if _FAREWELL.search(f"{error.message} {error.reason}"):
        return ServerClosing()
    reason = one_line(error.reason or error.message)
    product = _UNKNOWN_PRODUCT.match(reason)
    return Refusal(None, reason, product[1] if product else None)
