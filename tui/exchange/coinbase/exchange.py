"""Coinbase Exchange: what it is asked for, and its REST side.

Wire format: docs.cdp.coinbase.com, `exchange/rest-api` and `exchange/websocket-feed`. What comes
over the WebSocket is read in `coinbase_frames`. The feed has no candles; REST has those of six
lengths.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Annotated
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct

from tui.exchange.base import Command, Complaint, Exchange, Limits, Request
from tui.exchange.books import book_of
from tui.exchange.coinbase.frames import CHANNELS, WireTrade, read, trade_of
from tui.exchange.reading import (
    CLOCK_SKEW,
    UNREADABLE,
    decimals,
    decoded,
    moment,
    one_line,
    readable,
    unexpected,
)
from tui.exchange.settings import ExchangeSettings
from tui.market.book import Book
from tui.market.candle import Candle
from tui.market.coarser import coarser
from tui.market.events import EARLIEST, LATEST, Event, Trade
from tui.market.interval import SECOND, Interval
from tui.market.symbol import Subscription, Symbol, SymbolInfo
from tui.text import SYMBOL_CELLS, clean

_LENGTHS = "1m 5m 15m 30m 1h 4h 6h 1d"
_INTERVALS = [Interval.parse(text) for text in _LENGTHS.split()]
# What REST lacks is made of shorter candles that it has.
_PARTS = {
    Interval.parse("30m"): Interval.parse("15m"),
    Interval.parse("4h"): Interval.parse("1h"),
}
# A request for more candles, or more trades, than these is refused.
_CANDLES, _TRADES = 300, 1_000
# The longest frame that the server takes is not documented: this one stays below 2 kB.
_PRODUCTS_PER_FRAME = 100


class Row(Struct, array_like=True, gc=False):
    """One candle; `time` is its open time in seconds. Low and high stand before the open."""

    time: Annotated[int, Meta(ge=EARLIEST // SECOND, lt=LATEST // SECOND)]
    low: float
    high: float
    open: float
    close: float
    volume: float


class WireBook(Struct):
    """All levels of both sides: the best come first."""

    bids: list[msgspec.Raw]
    asks: list[msgspec.Raw]
    time: str = ""


class WireProduct(Struct):
    """The increments are the smallest steps of a price and of a size."""

    id: str
    base_currency: str
    quote_currency: str
    quote_increment: str = ""
    base_increment: str = ""
    status: str = ""
    trading_disabled: bool = False


class WireComplaint(Struct):
    message: str


_items = msgspec.json.Decoder(list[msgspec.Raw])
_row = msgspec.json.Decoder(Row, strict=False)
_trade = msgspec.json.Decoder(WireTrade, strict=False)
_book = msgspec.json.Decoder(WireBook)
_product = msgspec.json.Decoder(WireProduct)
_complaints = msgspec.json.Decoder(WireComplaint)


class Coinbase(Exchange):
    title = "Coinbase"
    intervals = MappingProxyType({i: str(i.milliseconds // SECOND) for i in _INTERVALS})
    default_symbols = ("BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD", "DOGE-USD", "ADA-USD")
    # The newest candle of REST lags behind by up to 60 s.
    settle = 60.0
    history_lag = 60.0
    clock_path = "/time"
    from_trades = True
    omits_empty = True
    # A book comes whole, with tens of thousands of levels.
    book_pace = 5.0
    # Each product sends a heartbeat a second, and two messages with each trade: a hundred of them
    # keep a reader busy, and who lags behind is dropped. An address may send 100 messages/s, dial
    # 8 times/s (20 at once) and ask REST 10 times/s (15 at once).
    limits = Limits(
        subscriptions=100,
        command_spacing=0.25,
        dial_burst=15,
        dial_spacing=0.5,
        rest_weight=360,
        rest_burst=10,
        history_page=_CANDLES,
    )

    def __init__(self, name: str, settings: ExchangeSettings) -> None:
        self.name = name
        self.ws_url = settings.ws_url or "wss://ws-feed.exchange.coinbase.com"
        self.rest_url = settings.rest_url or "https://api.exchange.coinbase.com"

    def spelling(self, name: str) -> str:
        return name.upper()

    def endpoint(self) -> str:
        return self.ws_url

    def subscribe(
        self, wanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        """A product that is held already is named again: the reply is the whole state anyway."""
        return _commands("subscribe", wanted, first_id)

    def unsubscribe(
        self, unwanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        gone = set(unwanted)
        kept = {s.symbol.name for s in held if s not in gone}
        dropped = [s for s in unwanted if s.symbol.name not in kept]
        return _commands("unsubscribe", dropped, first_id)

    def missing(
        self, held: Iterable[Subscription], names: frozenset[str]
    ) -> frozenset[Subscription]:
        return frozenset(s for s in held if s.symbol.name not in names)

    def parse(self, frame: bytes | str) -> Sequence[Event]:
        return read(frame)

    def page_size(self, interval: Interval) -> int:
        return _CANDLES * _part(interval).milliseconds // interval.milliseconds

    def history_request(
        self, subscription: Subscription, start: int | None, limit: int
    ) -> Request | None:
        """Both ends are said, and included: without them comes a page that is minutes old."""
        if start is None:
            return None
        interval, part = subscription.interval, _part(subscription.interval)
        first = interval.floor(start)
        end = interval.after(first, min(limit, self.page_size(interval)))
        params = {
            "granularity": self.intervals[part],
            "start": _iso(first),
            "end": _iso(part.after(end, -1)),
        }
        return Request(f"{_path(subscription.symbol.name)}/candles", params)

    def parse_history(self, subscription: Subscription, body: bytes, now: int) -> list[Candle]:
        """What REST sends before the start of a page may be a part of a candle only."""
        interval, part = subscription.interval, _part(subscription.interval)
        latest = part.after(now) + CLOCK_SKEW
        rows = decoded(_items, body, self.title, f"candles for {subscription}")
        parts = (_candle(row) for row in readable(_row, rows))
        sound = {c.open_time: c for c in parts if _stands(c, part) and c.open_time <= latest}
        whole = coarser((sound[open_time] for open_time in sorted(sound)), interval)
        settled = now - int(self.settle * SECOND)
        return [
            replace(c, closed=True, as_of=now) if interval.after(c.open_time) <= settled else c
            for c in whole
            if c.flaw is None
        ]

    def trades_request(self, name: str, before_id: int) -> Request:
        params = {"limit": str(_TRADES), "after": str(before_id)}
        return Request(f"{_path(name)}/trades", params)

    def parse_trades(self, name: str, body: bytes) -> list[Trade]:
        rows = decoded(_items, body, self.title, f"trades of {name}")
        return list(_trades_of(name, readable(_trade, rows)))

    def book_request(self, name: str) -> Request:
        return Request(f"{_path(name)}/book", {"level": "2"})

    def parse_book(self, name: str, body: bytes) -> Book:
        expected = f"an order book of {name}"
        wire = decoded(_book, body, self.title, expected)
        if book := book_of(wire.bids, wire.asks, _told_time(wire.time)):
            return book
        raise unexpected(self.title, expected)

    def directory_request(self) -> Request:
        return Request("/products")

    def parse_directory(self, body: bytes) -> dict[str, SymbolInfo]:
        products = decoded(_items, body, self.title, "its list of symbols")
        infos = (_symbol_info(self.name, wire) for wire in readable(_product, products))
        named = {info.symbol.name: info for info in infos if info.symbol.name}
        if not named:
            raise unexpected(self.title, "its list of symbols")
        return named

    def parse_complaint(self, body: bytes) -> Complaint | None:
        try:
            reason = one_line(_complaints.decode(body).message)
        except UNREADABLE:
            return None
        return Complaint(reason, unknown_symbol=reason == "NotFound") if reason else None


def create(name: str, settings: ExchangeSettings) -> Exchange:
    return Coinbase(name, settings)


def _commands(kind: str, covers: Iterable[Subscription], first_id: int) -> list[Command]:
    """A product is named once; all its intervals are covered by the command that names it."""
    products: dict[str, list[Subscription]] = {}
    for subscription in covers:
        products.setdefault(subscription.symbol.name, []).append(subscription)
    names, size = list(products), _PRODUCTS_PER_FRAME
    batches = [names[at : at + size] for at in range(0, len(names), size)]
    return [
        Command(
            id_,
            json.dumps({"type": kind, "product_ids": batch, "channels": CHANNELS}),
            tuple(subscription for name in batch for subscription in products[name]),
        )
        for id_, batch in enumerate(batches, first_id)
    ]


def _part(interval: Interval) -> Interval:
    """The length itself where REST has it, else that of which it is made."""
    return _PARTS.get(interval, interval)


def _path(name: str) -> str:
    return f"/products/{quote(name, safe='')}"


def _iso(time: int) -> str:
    return datetime.fromtimestamp(time // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told_time(text: str) -> int | None:
    try:
        return moment(text)
    except ValueError:
        return None


def _candle(row: Row) -> Candle:
    return Candle(row.time * SECOND, row.open, row.high, row.low, row.close, row.volume)


def _stands(candle: Candle, part: Interval) -> bool:
    return candle.flaw is None and part.floor(candle.open_time) == candle.open_time


def _trades_of(name: str, found: Iterable[WireTrade]) -> Iterator[Trade]:
    for wire in found:
        try:
            yield trade_of(name, wire)
        except ValueError:
            continue


def _symbol_info(exchange: str, wire: WireProduct) -> SymbolInfo:
    return SymbolInfo(
        Symbol(exchange, clean(wire.id, SYMBOL_CELLS)),
        clean(wire.base_currency, 16),
        clean(wire.quote_currency, 16),
        decimals(wire.quote_increment),
        decimals(wire.base_increment),
        wire.status == "online" and not wire.trading_disabled,
    )
