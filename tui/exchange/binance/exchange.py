"""Binance spot: combined streams over one WebSocket, klines over REST.

Wire format: binance-spot-api-docs, `web-socket-streams.md` and `rest-api.md`. The same serves
Binance.US and the market-data hosts, by their urls in the config.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from types import MappingProxyType

import msgspec
from msgspec import Struct

from tui.exchange.base import Command, Complaint, Exchange, Limits, Request
from tui.exchange.batches import in_batches
from tui.exchange.binance import frames
from tui.exchange.books import DEPTH, book_of
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
from tui.market.book import Book
from tui.market.candle import Candle
from tui.market.events import (
    Event,
)
from tui.market.symbol import Subscription, Symbol, SymbolInfo
from tui.rules import FLAG
from tui.text import clean

# A SUBSCRIBE frame is cut off at 4096 bytes; the rest is for the envelope around the names.
_NAMES_BYTES = 3_900


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


class Depth(Struct):
    bids: list[msgspec.Raw]
    asks: list[msgspec.Raw]


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


_rows = msgspec.json.Decoder(list[msgspec.Raw])
_row = msgspec.json.Decoder(Row, strict=False)
_depth = msgspec.json.Decoder(Depth)
_info = msgspec.json.Decoder(ExchangeInfo)
_symbol = msgspec.json.Decoder(WireSymbol)
_complaints = msgspec.json.Decoder(frames.WireError)

OPTIONS = {"live_trades": FLAG}


class Binance(Exchange):
    """`live_trades` adds each symbol's aggTrade stream: the price between two klines."""

    title = "Binance"
    intervals = MappingProxyType({interval: text for text, interval in frames.BY_WIRE.items()})
    default_symbols = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "DOGEUSDT")
    weight_header = "X-MBX-USED-WEIGHT-1M"

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
        return frames.parse(frame)

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

    def book_request(self, name: str) -> Request:
        return Request("/api/v3/depth", {"symbol": name, "limit": str(DEPTH)}, weight=5)

    def parse_book(self, name: str, body: bytes) -> Book:
        expected = f"an order book of {name}"
        depth = decoded(_depth, body, self.title, expected)
        if book := book_of(depth.bids, depth.asks, None):
            return book
        raise unexpected(self.title, expected)

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
