"""Kraken's WebSocket protocol v1: data are arrays, to be read from their end.

Wire format: docs.kraken.com, `websocket-v1`. It is frozen; its names are the legacy ones, its
trades have no ids.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tui.exchange.kraken.events import candle_report, malformed, of_rows, replied, ticker, trade
from tui.exchange.kraken.names import legacy, modern
from tui.exchange.reading import UNREADABLE, Count
from tui.market.events import (
    EARLIEST,
    LATEST,
    CandleReport,
    Event,
    Malformed,
    Pong,
    Ticker,
    Trade,
)
from tui.market.interval import MINUTE, SECOND

PATH = ""
# Unix seconds with six decimals.
Seconds = Annotated[float, Meta(ge=EARLIEST // SECOND, lt=LATEST // SECOND)]


class OhlcRow(Struct, array_like=True, gc=False):
    """A candle that ends at `etime`; `time` is not its open time but that of its last change."""

    time: Seconds
    etime: Seconds
    open: float
    high: float
    low: float
    close: float
    vwap: msgspec.Raw
    volume: float
    count: Count


class TradeRow(Struct, array_like=True, gc=False):
    price: float
    volume: float
    time: Seconds


class Spans(Struct, array_like=True, gc=False):
    """One figure of the day since midnight, and of the last 24 hours."""

    today: msgspec.Raw
    last_24_hours: float


class Last(Struct, array_like=True, gc=False):
    price: float


class TickerBody(Struct, rename={"last": "c", "volume": "v", "low": "l", "high": "h", "open": "o"}):
    last: Last
    volume: Spans
    low: Spans
    high: Spans
    open: Spans


class Message(Struct, rename={"error_message": "errorMessage"}):
    """What is no data. A `subscriptionStatus` comes for each pair, with the `reqid` of ours."""

    event: str = ""
    reqid: int | None = None
    status: str = ""
    pair: str | None = None
    error_message: str = ""


_frames = msgspec.json.Decoder(list[msgspec.Raw] | Message)
_text = msgspec.json.Decoder(str)
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_candles = msgspec.json.Decoder(OhlcRow, strict=False)
_trades = msgspec.json.Decoder(TradeRow, strict=False)
_tickers = msgspec.json.Decoder(TickerBody, strict=False)


def ohlc_command(event: str, names: Sequence[str], minutes: str, number: int) -> str:
    """(Un)subscribe to the candles of these symbols."""
    return _command(event, names, {"name": "ohlc", "interval": int(minutes)}, number)


def ticker_command(event: str, names: Sequence[str], number: int) -> str:
    """(Un)subscribe to the last 24 hours of these symbols."""
    return _command(event, names, {"name": "ticker"}, number)


def _command(event: str, names: Sequence[str], channel: dict[str, object], number: int) -> str:
    pairs = [legacy(name) for name in names]
    return json.dumps({"event": event, "pair": pairs, "subscription": channel, "reqid": number})


def ping(number: int) -> str:
    return json.dumps({"event": "ping", "reqid": number})


def parse(frame: bytes | str) -> Sequence[Event]:
    """Read one frame. Total: what cannot be read is a Malformed event."""
    try:
        message = _frames.decode(frame)
        return _said(message) if isinstance(message, Message) else _data(message)
    except UNREADABLE as error:
        return (malformed(error),)


def _said(message: Message) -> Sequence[Event]:
    match message.event:
        case "pong":
            return (Pong(message.reqid),)
        case "subscriptionStatus" | "error":
            refused = "error" in (message.event, message.status)
            name = modern(message.pair) if message.pair else None
            return replied(message.reqid, name, refused, message.error_message)
        case _:
            return ()


def _data(parts: list[msgspec.Raw]) -> Sequence[Event]:
    """`[id, data, channel, pair]`; frames of channels that are not read have more parts."""
    if len(parts) < 4:
        return (Malformed("an array with too few parts"),)
    channel, name = _text.decode(parts[-2]), modern(_text.decode(parts[-1]))
    kind, _, minutes = channel.partition("-")
    match kind:
        case "ohlc":
            return of_rows([parts[1]], _candles, partial(_candle_report, name, int(minutes)))
        case "trade":
            return of_rows(_rows.decode(parts[1]), _trades, partial(_trade, name))
        case "ticker":
            return of_rows([parts[1]], _tickers, partial(_ticker, name))
        case _:
            return ()


def _candle_report(name: str, minutes: int, row: OhlcRow) -> CandleReport:
    values = (row.open, row.high, row.low, row.close, row.volume)
    open_time = int(row.etime) * SECOND - minutes * MINUTE
    return candle_report(name, minutes, open_time, values, row.count, _ms(row.time))


def _trade(name: str, row: TradeRow) -> Trade:
    return trade(name, row.price, row.volume, _ms(row.time), None)


def _ticker(name: str, body: TickerBody) -> Ticker:
    spans = (body.open, body.high, body.low)
    first, high, low = (span.last_24_hours for span in spans)
    return ticker(name, (first, high, low, body.last.price, body.volume.last_24_hours), 0)


def _ms(seconds: float) -> int:
    """Exact for six decimals though a float is not; what is finer than a ms is cut off."""
    return round(seconds * 1_000_000) // 1_000
