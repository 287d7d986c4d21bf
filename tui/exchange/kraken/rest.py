"""Kraken over REST: the newest candles, the list of pairs, errors that come with HTTP 200.

Wire format: docs.kraken.com, `api-reference/market-data`.
"""

from __future__ import annotations

import re
from abc import ABC
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tui.exchange.base import Complaint, Exchange, Request
from tui.exchange.books import DEPTH, book_of
from tui.exchange.kraken.names import WIRE_INTERVALS, altname, modern
from tui.exchange.reading import (
    CLOCK_SKEW,
    UNREADABLE,
    Count,
    decoded,
    one_line,
    readable,
    unexpected,
)
from tui.market.book import Book
from tui.market.candle import Candle
from tui.market.events import EARLIEST, LATEST
from tui.market.interval import SECOND
from tui.market.symbol import Subscription, Symbol, SymbolInfo
from tui.text import SYMBOL_CELLS, clean

Seconds = Annotated[int, Meta(ge=EARLIEST // SECOND, lt=LATEST // SECOND)]
Digits = Annotated[int, Meta(ge=0, le=18)]

_ERROR = re.compile(r"E[A-Z][A-Za-z]*:")
_UNKNOWN_PAIR = "EQuery:Unknown asset pair"
# What an error amounts to, by how it begins; 400 for all others.
_STATUS = {
    _UNKNOWN_PAIR: 404,
    "EGeneral:Too many requests": 429,
    "EAPI:Rate limit exceeded": 429,
    "EService: Throttled": 429,
    "EService:": 503,
    "EGeneral:Internal error": 500,
}


class Row(Struct, array_like=True, gc=False):
    """One candle, also where nothing was traded: then `count` is 0 and `vwap` no price."""

    time: Seconds
    open: float
    high: float
    low: float
    close: float
    vwap: msgspec.Raw
    volume: float
    count: Count


class History(Struct):
    """The rows stand under a name that need not be the one asked for.

    `last` is when the last candle that is final opened (s); the one after it still forms.
    """

    result: dict[str, int | list[msgspec.Raw]]


class Depth(Struct):
    bids: list[msgspec.Raw]
    asks: list[msgspec.Raw]


class Depths(Struct):
    """The book stands under a name that need not be the one asked for."""

    result: dict[str, Depth]


class AssetPair(Struct):
    """`wsname` is the name on the older WebSocket; dark pools have none, and no stream."""

    wsname: str
    pair_decimals: Digits
    lot_decimals: Digits
    status: str = "online"


class AssetPairs(Struct):
    result: dict[str, msgspec.Raw]


class Errors(Struct):
    """Empty when all is well. One begins with E for an error or W for a warning."""

    error: list[str]


_histories = msgspec.json.Decoder(History)
_row = msgspec.json.Decoder(Row, strict=False)
_depths = msgspec.json.Decoder(Depths)
_pairs = msgspec.json.Decoder(AssetPairs)
_pair = msgspec.json.Decoder(AssetPair)
_errors = msgspec.json.Decoder(Errors)


class KrakenRest(Exchange, ABC):
    """The REST half of Kraken, which is the same whatever its WebSocket speaks."""

    title = "Kraken"
    intervals = WIRE_INTERVALS
    complains_with_200 = True
    pages_from_start = False

    def history_request(self, subscription: Subscription, start: int | None, limit: int) -> Request:
        """The newest 720 candles and the one that forms are all there is, from `since` or not.

        `since` itself is left out, so that a second earlier is asked for.
        """
        pair, interval = altname(subscription.symbol.name), self.intervals[subscription.interval]
        since = {} if start is None else {"since": str(start // SECOND - 1)}
        return Request("/0/public/OHLC", {"pair": pair, "interval": interval} | since)

    def parse_history(self, subscription: Subscription, body: bytes, now: int) -> list[Candle]:
        rows, last = self._rows(subscription, body)
        settled, after = now - int(self.settle * SECOND), subscription.interval.after
        sound: dict[int, Candle] = {}
        for row in readable(_row, rows):
            open_time = row.time * SECOND
            closed = row.time <= last and after(open_time) <= settled
            candle = _candle(row, open_time, closed, now)
            if candle.flaw is None and open_time <= after(now) + CLOCK_SKEW:
                sound[open_time] = candle
        return [sound[open_time] for open_time in sorted(sound)]

    def _rows(self, subscription: Subscription, body: bytes) -> tuple[list[msgspec.Raw], int]:
        expected = f"candles for {subscription}"
        result = decoded(_histories, body, self.title, expected).result
        last = result.pop("last", None)
        match list(result.values()), last:
            case [[*rows]], int(last):
                return rows, last
        raise unexpected(self.title, expected)

    def book_request(self, name: str) -> Request:
        return Request("/0/public/Depth", {"pair": altname(name), "count": str(DEPTH)})

    def parse_book(self, name: str, body: bytes) -> Book:
        expected = f"an order book of {name}"
        match list(decoded(_depths, body, self.title, expected).result.values()):
            case [depth] if book := book_of(depth.bids, depth.asks, None):
                return book
        raise unexpected(self.title, expected)

    def directory_request(self) -> Request:
        return Request("/0/public/AssetPairs")

    def parse_directory(self, body: bytes) -> dict[str, SymbolInfo]:
        pairs = decoded(_pairs, body, self.title, "its list of symbols").result
        infos = (_symbol_info(self.name, pair) for pair in readable(_pair, pairs.values()))
        named = {info.symbol.name: info for info in infos if info.base and info.quote}
        if not named:
            raise unexpected(self.title, "its list of symbols")
        return named

    def parse_complaint(self, body: bytes) -> Complaint | None:
        try:
            errors = _errors.decode(body).error
        except UNREADABLE:
            return None
        serious = [one_line(error) for error in errors if _ERROR.match(error)]
        return _complaint(serious[0]) if serious else None


def _candle(row: Row, open_time: int, closed: bool, now: int) -> Candle:
    values = (row.open, row.high, row.low, row.close, row.volume)
    return Candle(open_time, *values, closed, row.count, now if closed else 0)


def _symbol_info(exchange: str, pair: AssetPair) -> SymbolInfo:
    name = clean(modern(pair.wsname), SYMBOL_CELLS)
    base, _, quote = name.partition("/")
    return SymbolInfo(
        Symbol(exchange, name),
        clean(base),
        clean(quote),
        pair.pair_decimals,
        pair.lot_decimals,
        pair.status == "online",
    )


def _complaint(reason: str) -> Complaint:
    status = next((status for text, status in _STATUS.items() if reason.startswith(text)), 400)
    return Complaint(reason, reason.startswith(_UNKNOWN_PAIR), status)
