"""Kraken's WebSocket protocol v2, of JSON objects (docs.kraken.com, `websocket-v2`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec import Struct

from tui.exchange.kraken.events import candle_report, malformed, of_rows, replied, ticker, trade
from tui.exchange.reading import UNREADABLE, Count, moment
from tui.market.events import CandleReport, Event, Pong, Ticker, Trade

PATH = "/v2"


class OhlcMessage(Struct, tag_field="channel", tag="ohlc"):
    """Candles as they were at `timestamp`, oldest first; a snapshot lacks those without a trade."""

    timestamp: str
    data: list[msgspec.Raw]


class TradeMessage(Struct, tag_field="channel", tag="trade"):
    """Single trades; a snapshot has some that were sent before."""

    data: list[msgspec.Raw]


class TickerMessage(Struct, tag_field="channel", tag="ticker"):
    data: list[msgspec.Raw]


class HeartbeatMessage(Struct, tag_field="channel", tag="heartbeat"):
    """About once a second when nothing else is sent."""


class StatusMessage(Struct, tag_field="channel", tag="status"):
    """Of the exchange as a whole: when a connection opens, and on changes."""


class OhlcRow(Struct, gc=False):
    """The full state of a candle. Its own `timestamp`, not read, is its end."""

    symbol: str
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: Count
    interval_begin: str
    interval: int


class TradeRow(Struct, gc=False):
    symbol: str
    price: float
    qty: float
    trade_id: Count
    timestamp: str


class TickerRow(Struct, gc=False):
    """The last 24 hours; `change` is in the quote currency."""

    symbol: str
    last: float
    high: float
    low: float
    change: float
    volume: float
    timestamp: str | None = None


class Result(Struct):
    """What a command did, for one symbol."""

    symbol: str | None = None


class Reply(Struct):
    """Any other message. One to a command comes for each symbol, with the `req_id` of ours.

    `{"Error":"Exceeded msg rate"}`, with its capital, is to nothing that could be named.
    """

    channel: str = ""
    method: str = ""
    req_id: int | None = None
    success: bool | None = None
    error: str | None = None
    symbol: str | None = None
    result: Result | None = None


Message = OhlcMessage | TradeMessage | TickerMessage | HeartbeatMessage | StatusMessage

_messages = msgspec.json.Decoder(Message)
_CHANNELS = {"ohlc", "trade", "ticker", "heartbeat", "status"}
_replies = msgspec.json.Decoder(Reply)
_candles = msgspec.json.Decoder(OhlcRow, strict=False)
_trades = msgspec.json.Decoder(TradeRow, strict=False)
_tickers = msgspec.json.Decoder(TickerRow, strict=False)


def ohlc_command(method: str, names: Sequence[str], minutes: str, number: int) -> str:
    """(Un)subscribe to the candles of these symbols."""
    params = {"channel": "ohlc", "symbol": names, "interval": int(minutes), "snapshot": True}
    return json.dumps({"method": method, "params": params, "req_id": number})


def ticker_command(method: str, names: Sequence[str], number: int) -> str:
    """(Un)subscribe to the last 24 hours of these symbols."""
    params = {"channel": "ticker", "symbol": names, "snapshot": True}
    return json.dumps({"method": method, "params": params, "req_id": number})


def ping(number: int) -> str:
    return json.dumps({"method": "ping", "req_id": number})


def parse(frame: bytes | str) -> Sequence[Event]:
    """Read one frame. Total: what cannot be read is a Malformed event."""
    try:
        return _read(_messages.decode(frame))
    except UNREADABLE as error:
        return _other(frame, error)


def _read(message: Message) -> Sequence[Event]:
    match message:
        case OhlcMessage(timestamp=sent, data=rows):
            return of_rows(rows, _candles, partial(_candle_report, moment(sent)))
        case TradeMessage(data=rows):
            return of_rows(rows, _trades, _trade)
        case TickerMessage(data=rows):
            return of_rows(rows, _tickers, _ticker)
        case _:
            return ()


def _other(frame: bytes | str, error: Exception) -> Sequence[Event]:
    """A reply; nothing for a well-formed message of a kind that is not read, else Malformed."""
    try:
        reply = _replies.decode(frame)
    except UNREADABLE as unreadable:
        return (malformed(unreadable),)
    if reply.channel in _CHANNELS:
        return (malformed(error),)
    if reply.method == "pong":
        return (Pong(reply.req_id),)
    if reply.success is None:
        return ()
    name = reply.symbol or (reply.result and reply.result.symbol) or None
    return replied(reply.req_id, name, not reply.success, reply.error or "")


def _candle_report(as_of: int, row: OhlcRow) -> CandleReport:
    values = (row.open, row.high, row.low, row.close, row.volume)
    open_time = moment(row.interval_begin)
    return candle_report(row.symbol, row.interval, open_time, values, row.trades, as_of)


def _trade(row: TradeRow) -> Trade:
    return trade(row.symbol, row.price, row.qty, moment(row.timestamp), row.trade_id)


def _ticker(row: TickerRow) -> Ticker:
    values = (row.last - row.change, row.high, row.low, row.last, row.volume)
    return ticker(row.symbol, values, moment(row.timestamp) if row.timestamp else 0)
