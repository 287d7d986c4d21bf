"""Binance spot as the simulator speaks it: raw and combined streams, `/api/v3`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from math import ceil

from aiohttp import web

from tui.market.interval import SECOND, Interval
from tui.simulator.binance import words
from tui.simulator.binance.commands import Subscriptions, reply
from tui.simulator.binance.rest import Rest
from tui.simulator.catalogue import Listing
from tui.simulator.dialect import Conversation, Dialect, Said
from tui.simulator.frame import Frame, encode
from tui.simulator.limits import Limits
from tui.simulator.market import Market
from tui.simulator.records import Records
from tui.simulator.streams import CandleStream, DayStream, Stream, TradeStream

_RESTRICTED = (
    "Service unavailable from a restricted location according to 'b. Eligibility' in "
    "https://www.binance.com/en/terms. Please contact customer service if you believe you "
    "received this message in error."
)


class BinanceConversation(Conversation):
    """Commands and their replies; events are wrapped on a combined connection."""

    def __init__(self, subscriptions: Subscriptions, limits: Limits) -> None:
        self._subscriptions = subscriptions
        self._limits = limits

    @property
    def streams(self) -> Collection[str]:
        return self._subscriptions.streams

    def answer(self, text: str, now: int) -> Iterable[Said]:
        return [encode(reply(text, self._subscriptions, self._limits))]

    def message(self, frame: Frame) -> str | bytes:
        if self._subscriptions.combined and not frame.bare and isinstance(frame.payload, str):
            return f'{{"stream":"{frame.stream}","data":{frame.payload}}}'
        return frame.payload


class Binance(Dialect):
    """Stream names are accepted whether there is such a stream or not."""

    name = "binance"
    paths = ("/ws", "/ws/{names:.*}", "/stream")

    def lists(self, listing: Listing) -> bool:
        return listing.quote in ("USDT", "USDC", "EUR", "BTC") and listing.base != "USDT"

    def spelled(self, listing: Listing) -> str:
        return listing.name

    def converse(self, request: web.Request) -> Conversation:
        """`/ws/<a>/<b>` asks for raw streams, `/stream?streams=<a>/<b>` for combined ones."""
        combined = request.path.startswith("/stream")
        query, path = request.query.get("streams", ""), request.match_info.get("names", "")
        names = (query if combined else path).split("/")
        asked = Subscriptions(combined, dict.fromkeys(name for name in names if name))
        return BinanceConversation(asked, self.world.limits)

    def open(self, name: str, records: Records) -> Stream | None:
        symbol, _, kind = name.partition("@")
        market = self.markets.get(symbol.upper()) if symbol == symbol.lower() else None
        if market is None:
            return None
        listing = market.listing
        if kind == "aggTrade":
            word = partial(words.agg_trade_event, listing)
            return TradeStream(name, listing.name, market, word)
        if kind == "miniTicker":
            return DayStream(name, listing.name, market, partial(words.mini_ticker_event, listing))
        interval = words.INTERVALS.get(kind.removeprefix("kline_"))
        if interval is None or not kind.startswith("kline_"):
            return None
        return _klines(name, market, interval, records)

    def routes(self) -> Iterable[web.RouteDef]:
        return Rest(self.markets, self.world.clock, self.world.limits).routes()

    def refusal(self, status: int, until: int) -> tuple[int, str] | None:
        match status:
            case 418:
                text = f"Way too much request weight used; IP banned until {until}."
                return status, encode({"code": -1003, "msg": text})
            case 429:
                return status, encode({"code": -1003, "msg": "Too many requests."})
            case 451:
                return status, encode({"code": 0, "msg": _RESTRICTED})
            case _:
                return None

    def emptied(self, path: str, page: str) -> str | None:
        return "[]" if path.endswith("/klines") else None

    def earlier(self, path: str, query: Mapping[str, str], page: str) -> dict[str, str] | None:
        rows = json.loads(page) if path.endswith("/klines") else None
        if not rows:
            return None
        opens, closes = rows[0][0], rows[0][6]
        start = opens - ceil(len(rows) / 2) * (closes + 1 - opens)
        return {**query, "startTime": str(start), "limit": str(len(rows))}

    def revised(self, payload: str, after: int) -> tuple[str, str]:
        return words.revised(payload, after)

    def shutdown(self, now: int) -> Frame | None:
        return Frame("!serverShutdown", encode({"e": "serverShutdown", "E": now}))


def _klines(name: str, market: Market, interval: Interval, records: Records) -> Stream:
    record = records.opened(market.listing.name, market, interval)
    period = SECOND if interval.unit == "s" else 2 * SECOND
    return CandleStream(name, record, period, partial(words.kline_event, market.listing, interval))
