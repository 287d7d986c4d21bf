"""Kraken's public REST API, as far as a market monitor uses it: errors come with HTTP 200."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice

from aiohttp import web

from tui.market.interval import SECOND
from tui.simulator.bar import Bar
from tui.simulator.catalogue import Listing
from tui.simulator.depth import Level, depth
from tui.simulator.dialect import World
from tui.simulator.fills import Fill
from tui.simulator.kraken.asset_pairs import asset_pairs
from tui.simulator.kraken.names import pair_of
from tui.simulator.kraken.numbers import (
    INTERVALS,
    encode,
    exact,
    iso,
    price,
    seconds,
    size,
    stamp,
    typical,
    volume,
)
from tui.simulator.kraken.past import last_trades, present, trades_after
from tui.simulator.limits import Allowance
from tui.simulator.market import ORIGIN, Market

_COMMITTED = 720
_TRADES = 1000
_DEPTH = 500
_NUMBER = re.compile(r"[0-9]{1,20}")

Query = Mapping[str, str]


class ApiError(Exception):
    """A request that is answered with this text in the `error` array."""


class Rest:
    """Answers requests out of the markets."""

    def __init__(self, markets: Iterable[Market], world: World) -> None:
        self._all = list(markets)
        self._markets = {
            name: market for market in self._all for name in pair_of(market.listing).rest_names
        }
        self._clock = world.clock
        limits = world.limits
        self._allowances: defaultdict[str | None, Allowance] = defaultdict(
            lambda: Allowance(limits.requests_per_second, limits.request_burst)
        )

    def routes(self) -> list[web.RouteDef]:
        answers: dict[str, Callable[[Query, int], object]] = {
            "Time": lambda _, now: _time(now),
            "SystemStatus": lambda _, now: {
                "status": "online",
                "timestamp": f"{iso(now * 1000)[:19]}Z",
            },
            "AssetPairs": self._asset_pairs,
            "OHLC": self._ohlc,
            "Trades": self._trades,
            "Depth": self._depth,
        }
        return [
            web.get(f"/0/public/{name}", self._handler(answer)) for name, answer in answers.items()
        ]

    def _handler(
        self, answer: Callable[[Query, int], object]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            now = self._clock()
            try:
                if not self._allowances[request.remote].take(now / SECOND):
                    raise ApiError("EGeneral:Too many requests")
                body = {"error": [], "result": answer(request.query, now)}
            except ApiError as error:
                body = {"error": [str(error)]}
            return web.Response(text=encode(body), content_type="application/json")

        return handle

    def _asset_pairs(self, query: Query, now: int) -> object:
        asked = query["pair"].split(",") if "pair" in query else None
        markets = self._all if asked is None else map(self._market, asked)
        return asset_pairs([market.listing for market in markets], query.get("assetVersion") == "1")

    def _ohlc(self, query: Query, now: int) -> object:
        market = self._market(query.get("pair"))
        grid = INTERVALS.get(_number(query, "interval", 1))
        if grid is None:
            raise ApiError("EGeneral:Invalid arguments")
        since = _number(query, "since", 0)
        now = present(market, now)
        forming = grid.floor(now)
        start = max(grid.after(forming, -_COMMITTED), since * 1000 + 1, ORIGIN * 1000)
        candles = market.candles(grid, min(start, forming), now)
        rows = [_candle(market.listing, open_time, bar) for open_time, bar in candles]
        return {pair_of(market.listing).key: rows, "last": grid.after(forming, -1) // 1000}

    def _trades(self, query: Query, now: int) -> object:
        market = self._market(query.get("pair"))
        if "since" in query:
            since = _number(query, "since", 0)
            found = list(islice(trades_after(market, since // 1000, now), _TRADES))
        else:
            found = list(last_trades(market, _TRADES, now))
        last = str(stamp(market, found[-1]) * 1000) if found else query["since"]
        rows = [_trade(market, each) for each in found]
        return {pair_of(market.listing).key: rows, "last": last}

    def _depth(self, query: Query, now: int) -> object:
        market = self._market(query.get("pair"))
        count = min(max(1, _number(query, "count", 100)), _DEPTH)
        bids, asks = (
            [_level(market.listing, level, now) for level in side]
            for side in depth(market, now, count)
        )
        return {pair_of(market.listing).key: {"asks": asks, "bids": bids}}

    def _market(self, name: str | None) -> Market:
        if not name:
            raise ApiError("EGeneral:Invalid arguments")
        if name not in self._markets:
            raise ApiError("EQuery:Unknown asset pair")
        return self._markets[name]


def _time(now: int) -> object:
    moment = datetime.fromtimestamp(now // 1000, UTC)
    return {"unixtime": now // 1000, "rfc1123": moment.strftime("%a, %d %b %y %H:%M:%S +0000")}


def _candle(listing: Listing, open_time: int, bar: Bar) -> list[object]:
    """A row of OHLC; without trades its prices are the close before it."""
    return [
        open_time // 1000,
        *(str(price(listing, ticks)) for ticks in (bar.open, bar.high, bar.low, bar.close)),
        str(price(listing, typical(bar))) if bar.prints else "0.0",
        str(volume(listing, bar.lots)),
        bar.trades,
    ]


def _level(listing: Listing, level: Level, now: int) -> list[object]:
    size_ = exact(level.lots, listing.volume_digits, max(3, listing.volume_digits))
    return [str(price(listing, level.ticks)), str(size_), now // 1000]


def _trade(market: Market, fill: Fill) -> list[object]:
    return [
        str(price(market.listing, fill.print.price)),
        str(size(market.listing, fill)),
        seconds(stamp(market, fill)),
        "s" if fill.print.seller_aggressed else "b",
        "l" if fill.print.id % 3 else "m",
        "",
        fill.id,
    ]


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name)
    if text is not None and not _NUMBER.fullmatch(text):
        raise ApiError("EGeneral:Invalid arguments")
    return default if text is None else int(text)
