"""What Binance's combined streams send, and what of it is an event."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tui.exchange.reading import UNREADABLE, Count, Time, one_line
from tui.market.candle import Candle, flaw_of
from tui.market.events import (
    Ack,
    CandleReport,
    Event,
    Inventory,
    Malformed,
    Refusal,
    ServerClosing,
    Ticker,
    Trade,
)
from tui.market.interval import Interval

_WIRE_INTERVALS = "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M"
BY_WIRE = {text: Interval.parse(text) for text in _WIRE_INTERVALS.split()}


class Kline(Struct, gc=False, rename={"low": "l"}):
    """`k` of a kline event: t open time, T close time, x closed, n trades."""

    t: Time
    i: str
    o: float
    c: float
    h: float
    low: float
    v: float
    n: Count
    x: bool


class KlineEvent(Struct, tag_field="e", tag="kline", gc=False):
    E: Time
    s: str
    k: Kline


class AggTradeEvent(Struct, tag_field="e", tag="aggTrade", gc=False, rename={"last": "l"}):
    """Trades `f` to `last` at one price `p`; `T` is the trade's time."""

    s: str
    p: float
    q: float
    f: Count
    last: Count
    T: Time


class MiniTickerEvent(Struct, tag_field="e", tag="24hrMiniTicker", gc=False, rename={"low": "l"}):
    """The rolling 24 hours: `o` is the price 24 h ago, `v` the base volume."""

    E: Time
    s: str
    c: float
    o: float
    h: float
    low: float
    v: float


class ShutdownEvent(Struct, tag_field="e", tag="serverShutdown", gc=False):
    """The server will go away soon."""


Payload = KlineEvent | AggTradeEvent | MiniTickerEvent | ShutdownEvent


class WireError(Struct):
    """Flat in the docs, nested under `error` on the wire."""

    code: int = 0
    msg: str = ""


class Frame(Struct):
    """Any frame of a combined connection. Command replies are not wrapped in a stream."""

    data: Payload | UnsetType = UNSET
    id: int | str | UnsetType | None = UNSET
    result: msgspec.Raw | UnsetType = UNSET
    error: WireError | UnsetType = UNSET
    msg: str | UnsetType = UNSET


_frames = msgspec.json.Decoder(Frame, strict=False)
_bare_events = msgspec.json.Decoder(Payload, strict=False)
_names = msgspec.json.Decoder(list[str])


def parse(frame: bytes | str) -> Sequence[Event]:
    """Read one frame; what cannot be read is a Malformed event."""
    try:
        message = _frames.decode(frame)
        if message.data is not UNSET:
            return (_read(message.data),)
        if message.id is UNSET and message.error is UNSET and message.msg is UNSET:
            return (_read(_bare_events.decode(frame)),)
    except UNREADABLE as error:
        return _unread(frame, error)
    return (_reply(message),)


def _read(payload: Payload) -> Event:
    if isinstance(payload, KlineEvent):
        return _candle_report(payload)
    if isinstance(payload, AggTradeEvent):
        return _trade(payload)
    return _ticker(payload) if isinstance(payload, MiniTickerEvent) else ServerClosing()


def _candle_report(event: KlineEvent) -> Event:
    k = event.k
    interval = BY_WIRE.get(k.i)
    if interval is None or k.t > event.E:
        return Malformed("a kline of an unknown interval, or of the future")
    flaw = flaw_of(k.o, k.h, k.low, k.c, k.v)
    if flaw:
        return Malformed(flaw)
    candle = Candle(k.t, k.o, k.h, k.low, k.c, k.v, k.x, k.n, event.E)
    return CandleReport(event.s, interval, candle)


def _trade(event: AggTradeEvent) -> Event:
    if not (0 < event.p < inf and 0 <= event.q < inf and event.f <= event.last):
        return Malformed("a trade without a finite price, or with its ids in disorder")
    return Trade(event.s, event.p, event.q, event.T, event.f, event.last)


def _ticker(event: MiniTickerEvent) -> Event:
    if flaw := flaw_of(event.o, event.h, event.low, event.c, event.v):
        return Malformed(flaw)
    return Ticker(event.s, event.o, event.h, event.low, event.c, event.v, event.E)


def _reply(message: Frame) -> Event:
    number = message.id if isinstance(message.id, int) else None
    if isinstance(message.error, WireError):
        return Refusal(number, one_line(message.error.msg))
    if isinstance(message.msg, str):
        return Refusal(number, one_line(message.msg))
    if number is None:
        return Malformed("a reply without an id")
    return Ack(number) if message.result is UNSET else _inventory(number, message.result)


def _inventory(number: int, result: msgspec.Raw) -> Event:
    """The list of streams that LIST_SUBSCRIPTIONS asked for; other results are null."""
    try:
        return Inventory(number, frozenset(_names.decode(result)))
    except UNREADABLE:
        return Ack(number)


def _unread(frame: bytes | str, error: Exception) -> tuple[Event, ...]:
    """Nothing for a well-formed message of a kind that is not read; Malformed for the rest."""
    try:
        message = msgspec.json.decode(frame)
    except UNREADABLE:
        message = None
    payload = message.get("data", message) if isinstance(message, dict) else None
    kinds = ("kline", "aggTrade", "24hrMiniTicker", "serverShutdown")
    if isinstance(payload, dict) and payload.get("e") not in kinds:
        return ()
    return (Malformed(one_line(str(error))),)
