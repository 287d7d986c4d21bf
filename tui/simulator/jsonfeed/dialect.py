"""The charting guide's own protocol as the simulator speaks it, over all that it lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from math import ceil

from aiohttp import web

from tui.market.interval import SECOND
from tui.simulator.catalogue import Listing
from tui.simulator.dialect import Conversation, Dialect
from tui.simulator.frame import encode
from tui.simulator.jsonfeed import words
from tui.simulator.jsonfeed.conversation import JsonConversation
from tui.simulator.jsonfeed.rest import Rest
from tui.simulator.limits import Limits
from tui.simulator.records import Records
from tui.simulator.streams import CandleStream, Stream

_REFUSALS = {429: "Too many requests", 451: "Not available in your country"}


class JsonFeed(Dialect):
    """Candles only, `<symbol>@<interval>`; the ledger has those that were asked for."""

    name = "json"
    paths = ("/", "/ws")
    limits = Limits(messages_per_second=100)

    def lists(self, listing: Listing) -> bool:
        return listing.until is None

    def spelled(self, listing: Listing) -> str:
        return listing.name

    def converse(self, request: web.Request) -> Conversation:
        return JsonConversation(self.markets.keys(), self.world.token)

    def open(self, name: str, records: Records) -> Stream | None:
        symbol, _, text = name.partition("@")
        market, interval = self.markets[symbol], words.INTERVALS[text]
        record = records.opened(symbol, market, interval)
        word = partial(words.candle, market.listing, interval)
        return CandleStream(name, record, SECOND, word)

    def routes(self) -> Iterable[web.RouteDef]:
        return Rest(self.markets, self.world.clock).routes()

    def refusal(self, status: int, until: int) -> tuple[int, str] | None:
        text = _REFUSALS.get(status)
        return (status, encode({"error": text})) if text else None

    def emptied(self, path: str, page: str) -> str | None:
        return "[]" if path == "/ohlcv" else None

    def earlier(self, path: str, query: Mapping[str, str], page: str) -> dict[str, str] | None:
        rows = json.loads(page) if path == "/ohlcv" else None
        if not rows or not isinstance(rows, list):
            return None
        interval = words.INTERVALS[query.get("timeframe", "1m")]
        start = interval.after(rows[0][0], -ceil(len(rows) / 2))
        return {**query, "start": str(start), "limit": str(len(rows))}

    def revised(self, payload: str, after: int) -> tuple[str, str]:
        return words.revised(payload, after)
