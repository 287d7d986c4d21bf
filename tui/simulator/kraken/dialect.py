"""Kraken as the simulator speaks it: v2 on `/v2`, v1 on `/`, REST under `/0/public`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import count
from math import ceil, inf
from typing import NamedTuple

from aiohttp import web

from tui.simulator.bar import Bar
from tui.simulator.catalogue import Listing
from tui.simulator.dialect import Conversation, Dialect, World
from tui.simulator.fills import Fill
from tui.simulator.kraken import v1, v2
from tui.simulator.kraken.channels import channel_of
from tui.simulator.kraken.names import pair_of
from tui.simulator.kraken.numbers import encode
from tui.simulator.kraken.rest import Rest
from tui.simulator.kraken.streams import OhlcStream, TickerStream, TradesStream
from tui.simulator.kraken.v1_commands import V1Conversation
from tui.simulator.kraken.v2_commands import V2Conversation
from tui.simulator.limits import Limits
from tui.simulator.market import Market
from tui.simulator.records import Records
from tui.simulator.streams import Stream

_QUOTES = ("USD", "EUR", "USDT", "USDC", "BTC")
_MONEY = ("EURUSD", "GBPUSD", "AUDUSD", "USDJPY", "USDCHF", "USDCAD", "EURGBP", "EURJPY")


class Words(NamedTuple):
    """How a protocol writes its updates: a candle from minutes, open time, bar and the time."""

    candle: Callable[[Market, int, int, Bar, int], str]
    trades: Callable[[Market, Iterable[Fill]], str]
    ticker: Callable[[Market, int], str]


_WORDS = {
    "v1": Words(
        lambda market, minutes, open_time, bar, _: v1.candle(market, minutes, open_time, bar),
        v1.trades,
        v1.ticker,
    ),
    "v2": Words(
        lambda market, minutes, open_time, bar, now: v2.candles(
            "update", market, minutes, [(open_time, bar)], now
        ),
        partial(v2.trades, "update"),
        partial(v2.ticker, "update"),
    ),
}


class Kraken(Dialect):
    """Markets have their modern names in the ledger and in faults."""

    name = "kraken"
    paths = ("/v2", "/")
    # Commands are paced by the conversations. No pings come, only heartbeats.
    limits = Limits(
        messages_per_second=1000,
        connections_per_5_minutes=75,
        ping_every=inf,
        patience=60.0,
        requests_per_second=1.0,
        request_burst=30,
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._legacy = {pair_of(m.listing).wsname: m for m in self.markets.values()}
        self._serials = count(1)

    def lists(self, listing: Listing) -> bool:
        return listing.quote in _QUOTES or listing.name in _MONEY

    def spelled(self, listing: Listing) -> str:
        return pair_of(listing).name

    def converse(self, request: web.Request) -> Conversation:
        if request.path == "/v2":
            return V2Conversation(self.markets, next(self._serials), time.monotonic)
        return V1Conversation(self._legacy, next(self._serials), time.monotonic)

    def open(self, name: str, records: Records) -> Stream:
        channel = channel_of(name)
        words, market = _WORDS[channel.version], self.markets[channel.symbol]
        match channel.kind:
            case "ohlc":
                records.opened(channel.symbol, market, channel.grid)
                word = partial(words.candle, market, channel.minutes)
                return OhlcStream(name, channel.symbol, market, channel.grid, word)
            case "trade":
                return TradesStream(name, channel.symbol, market, partial(words.trades, market))
            case _:
                return TickerStream(name, channel.symbol, market, partial(words.ticker, market))

    def routes(self) -> Iterable[web.RouteDef]:
        return Rest(self.markets.values(), self.world).routes()

    def refusal(self, status: int, until: int) -> tuple[int, str] | None:
        if status == 429:
            return 200, encode({"error": ["EGeneral:Too many requests"]})
        return None

    def emptied(self, path: str, page: str) -> str | None:
        answer = json.loads(page)
        if not path.endswith(("/OHLC", "/Trades")) or answer["error"]:
            return None
        rows = {key: value if key == "last" else [] for key, value in answer["result"].items()}
        return encode({**answer, "result": rows})

    def earlier(self, path: str, query: Mapping[str, str], page: str) -> dict[str, str] | None:
        """Only where it begins: no page of Kraken's can be made to end earlier."""
        answer = json.loads(page)
        if not path.endswith("/OHLC") or answer["error"]:
            return None
        rows = next(value for key, value in answer["result"].items() if key != "last")
        step = 60 * int(query.get("interval", "1"))
        return {**query, "since": str(rows[0][0] - step * ceil(len(rows) / 2) - 1)}
