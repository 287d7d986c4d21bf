"""Coinbase Exchange as the simulator speaks it: channels of products; candles only over REST."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import ceil

from aiohttp import web

from tui.market.interval import SECOND, Interval
from tui.simulator.catalogue import MONEY, Listing
from tui.simulator.coinbase import words
from tui.simulator.coinbase.conversation import CoinbaseConversation
from tui.simulator.coinbase.rest import TOO_MANY_REQUESTS, Rest
from tui.simulator.coinbase.streams import Heartbeat, Matches, Ticker
from tui.simulator.dialect import Conversation, Dialect
from tui.simulator.frame import encode
from tui.simulator.limits import Limits
from tui.simulator.records import Records
from tui.simulator.streams import Stream

_RECORDED = [Interval.parse(t) for t in ("1m", "5m", "15m", "30m", "1h", "4h", "6h", "1d")]
_CHANNELS: Mapping[str, type[Heartbeat | Matches | Ticker]] = {
    "heartbeat": Heartbeat,
    "matches": Matches,
    "ticker": Ticker,
}
_FOR_TETHERS = ("BTC", "ETH", "SOL", "XRP", "DOGE", "ADA", "LINK", "LTC", "AVAX")


class Coinbase(Dialect):
    """The ledger has candles of all that was ever asked for, empty ones as well.

    There is no closed flag on the wire: Withhold and Revise find nothing to do. Gap loses the
    trades of whole minutes from `matches`; heartbeats and tickers go on and tell of them.
    """

    name = "coinbase"
    paths = ("/",)
    limits = Limits(messages_per_second=100, connections_per_5_minutes=2400, patience=5.0)

    def lists(self, listing: Listing) -> bool:
        if listing.base in (*MONEY, "USDC"):
            return False
        tethers = listing.quote == "USDT" and listing.base in _FOR_TETHERS
        return tethers or listing.quote in ("USD", "EUR", "BTC")

    def spelled(self, listing: Listing) -> str:
        return words.product_id(listing)

    def converse(self, request: web.Request) -> Conversation:
        return CoinbaseConversation(self.markets)

    def open(self, name: str, records: Records) -> Stream | None:
        channel, _, product = name.partition(":")
        market = self.markets[product]
        for interval in _RECORDED:
            records.opened(product, market, interval)
        return _CHANNELS[channel](name, product, market)

    def routes(self) -> Iterable[web.RouteDef]:
        return Rest(self.markets, self.world).routes()

    def refusal(self, status: int, until: int) -> tuple[int, str] | None:
        return (status, encode(TOO_MANY_REQUESTS)) if status == 429 else None

    def emptied(self, path: str, page: str) -> str | None:
        return "[]" if path.endswith(("/candles", "/trades")) else None

    def earlier(self, path: str, query: Mapping[str, str], page: str) -> dict[str, str] | None:
        rows = json.loads(page) if path.endswith("/candles") else None
        if not rows or not query.get("start") or not query.get("end"):
            return None
        shift = ceil(len(rows) / 2) * int(query.get("granularity", "60")) * SECOND
        window = {name: words.read_time(query[name]) or 0 for name in ("start", "end")}
        return {**query, **{name: _iso(time - shift) for name, time in window.items()}}


def _iso(time: int) -> str:
    return datetime.fromtimestamp(time / SECOND, UTC).isoformat()
