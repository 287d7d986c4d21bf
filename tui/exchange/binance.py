"""Binance spot: combined streams over one WebSocket, klines over REST.

Wire format: binance-spot-api-docs, `web-socket-streams.md` and `rest-api.md`. The same serves
Binance.US and the market-data hosts, by their urls in the config.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from math import inf
from types import MappingProxyType

import msgspec
from msgspec import UNSET, Struct, UnsetType

from tui.exchange.base import Command, Complaint, Exchange, Limits, Request
from tui.exchange.batches import in_batches
from tui.exchange.reading import (
    CLOCK_SKEW,
    UNREADABLE,
    Count,
    Time,
    decimals,
    decoded,
    one_line,
    readable,
    unexpected,
)
from tui.exchange.settings import ExchangeSettings
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
from tui.market.symbol import Subscription, Symbol, SymbolInfo
from tui.rules import FLAG
from tui.text import clean

_WIRE_INTERVALS = "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M"
_BY_WIRE = {text: Interval.parse(text) for text in _WIRE_INTERVALS.split()}
# A SUBSCRIBE frame is cut off at 4096 bytes; the rest is for the envelope around the names.
_NAMES_BYTES = 3_900


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


class WireFilter(Struct, rename="camel"):
    filter_type: str = ""
    tick_size: str = ""
    step_size: str = ""


class WireSymbol(Struct, rename="camel"):
    symbol: str
    status: str
    base_asset: str
    quote_asset: str
    filters: list[WireFilter] = []


class ExchangeInfo(Struct):
    symbols: list[msgspec.Raw]


class Row(Struct, array_like=True, gc=False):
    """One candle over REST; what follows the number of trades is not read."""

    open_time: Time
    open: float
    high: float
    low: float
    close: float
    volume: float
    close_time: int
    quote_volume: msgspec.Raw
    trades: Count


_frames = msgspec.json.Decoder(Frame, strict=False)
_bare_events = msgspec.json.Decoder(Payload, strict=False)
_names = msgspec.json.Decoder(list[str])
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_row = msgspec.json.Decoder(Row, strict=False)
_info = msgspec.json.Decoder(ExchangeInfo)
_symbol = msgspec.json.Decoder(WireSymbol)
_complaints = msgspec.json.Decoder(WireError)


OPTIONS = {"live_trades": FLAG}


class Binance(Exchange):
    """`live_trades` adds each symbol's aggTrade stream: the price between two klines."""

    title = "Binance"
    intervals = MappingProxyType({interval: text for text, interval in _BY_WIRE.items()})
    default_symbols = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "DOGEUSDT")

    def __init__(self, name: str, settings: ExchangeSettings) -> None:
        self.name = name
        self.ws_url = settings.ws_url or "wss://stream.binance.com:9443"
        self.rest_url = settings.rest_url or "https://api.binance.com"
        live_trades = settings.options.get("live_trades", True)
        self._streams = ["miniTicker", "aggTrade"] if live_trades else ["miniTicker"]
        # 1024 streams a connection; 5 messages/s, of which pings and pongs take some; 300 dials
        # in 5 min an address: 40 at once and one per 2 s stay below; 6000 weight a minute; 24 h.
        self.limits = Limits(
            subscriptions=1024 // (1 + len(self._streams)),
            command_spacing=0.34,
            dial_burst=40,
            dial_spacing=2.0,
            rest_weight=5_000,
            history_page=1_000,
            lifetime=86_400.0,
        )

    def spelling(self, name: str) -> str:
        return name.upper()

    def endpoint(self) -> str:
        return f"{self.ws_url}/stream"

    def subscribe(
        self, wanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        taken = {name for s in held for name in self._own_names(s)}
        return _commands("SUBSCRIBE", [(s, self._own_names(s)) for s in wanted], taken, first_id)

    def unsubscribe(
        self, unwanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        gone = set(unwanted)
        kept = {name for s in held if s not in gone for name in self._own_names(s)}
        return _commands("UNSUBSCRIBE", [(s, self._own_names(s)) for s in unwanted], kept, first_id)

    def inquiry(self, id: int) -> str:  # noqa: A002 the wire's own word
        return json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": id})

    def missing(
        self, held: Iterable[Subscription], names: frozenset[str]
    ) -> frozenset[Subscription]:
        return frozenset(s for s in held if not names.issuperset(self._own_names(s)))

    def parse(self, frame: bytes | str) -> Sequence[Event]:
        try:
            message = _frames.decode(frame)
            if message.data is not UNSET:
                return (_read(message.data),)
            if message.id is UNSET and message.error is UNSET and message.msg is UNSET:
                return (_read(_bare_events.decode(frame)),)
        except UNREADABLE as error:
            return _unread(frame, error)
        return (_reply(message),)

    def history_request(self, subscription: Subscription, start: int | None, limit: int) -> Request:
        params = {
            "symbol": subscription.symbol.name,
            "interval": self.intervals[subscription.interval],
            "limit": str(min(limit, self.limits.history_page)),
        }
        if start is not None:
            params["startTime"] = str(start)
        return Request("/api/v3/klines", params, weight=2)

    def parse_history(self, subscription: Subscription, body: bytes, now: int) -> list[Candle]:
        settled = now - int(self.settle * 1000)
        latest = subscription.interval.after(now) + CLOCK_SKEW
        rows = decoded(_rows, body, self.title, f"candles for {subscription}")
        candles = (_candle_of_row(row, settled, now) for row in readable(_row, rows))
        sound = {c.open_time: c for c in candles if c.flaw is None and c.open_time <= latest}
        return [sound[open_time] for open_time in sorted(sound)]

    def directory_request(self) -> Request:
        return Request("/api/v3/exchangeInfo", weight=20)

    def parse_directory(self, body: bytes) -> dict[str, SymbolInfo]:
        symbols = decoded(_info, body, self.title, "its list of symbols").symbols
        infos = (_symbol_info(self.name, wire) for wire in readable(_symbol, symbols))
        named = {info.symbol.name: info for info in infos if info.symbol.name}
        if not named:
            raise unexpected(self.title, "its list of symbols")
        return named

    def parse_complaint(self, body: bytes) -> Complaint | None:
        try:
            error = _complaints.decode(body)
        except UNREADABLE:
            return None
        # -1121 invalid symbol; -1100 illegal characters, as in a lower-case one.
        unknown = error.code in (-1121, -1100)
        reason = one_line(error.msg)
        return Complaint(reason, unknown) if reason else None

    def _own_names(self, subscription: Subscription) -> list[str]:
        symbol = subscription.symbol.name.lower()
        kline = f"{symbol}@kline_{self.intervals[subscription.interval]}"
        return [kline, *(f"{symbol}@{stream}" for stream in self._streams)]


def create(name: str, settings: ExchangeSettings) -> Exchange:
    return Binance(name, settings)


def _commands(
    method: str,
    wanted: Iterable[tuple[Subscription, list[str]]],
    except_names: set[str],
    first_id: int,
) -> list[Command]:
    batches = in_batches(wanted, except_names, _NAMES_BYTES)
    return [
        Command(id_, json.dumps({"method": method, "params": names, "id": id_}), covers)
        for id_, (names, covers) in enumerate(batches, first_id)
    ]


def _read(payload: Payload) -> Event:
    if isinstance(payload, KlineEvent):
        return _candle_report(payload)
    if isinstance(payload, AggTradeEvent):
        return _trade(payload)
    return _ticker(payload) if isinstance(payload, MiniTickerEvent) else ServerClosing()


def _candle_report(event: KlineEvent) -> Event:
    k = event.k
    interval = _BY_WIRE.get(k.i)
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


def _candle_of_row(row: Row, settled: int, now: int) -> Candle:
    closed = row.open_time < row.close_time < settled
    values = (row.open, row.high, row.low, row.close, row.volume)
    return Candle(row.open_time, *values, closed, row.trades, now if closed else 0)


def _symbol_info(exchange: str, wire: WireSymbol) -> SymbolInfo:
    sizes = {f.filter_type: f.tick_size or f.step_size for f in wire.filters}
    return SymbolInfo(
        Symbol(exchange, clean(wire.symbol, 32)),
        clean(wire.base_asset, 16),
        clean(wire.quote_asset, 16),
        decimals(sizes.get("PRICE_FILTER", "")),
        decimals(sizes.get("LOT_SIZE", "")),
        wire.status == "TRADING",
    )
