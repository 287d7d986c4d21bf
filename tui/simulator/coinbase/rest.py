"""Coinbase Exchange's public REST API, as far as a market monitor uses it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile

from aiohttp import web

from tui.market.interval import MINUTE, SECOND, Interval
from tui.simulator.coinbase import words
from tui.simulator.depth import depth
from tui.simulator.dialect import World
from tui.simulator.fills import filled, fills_between
from tui.simulator.frame import encode
from tui.simulator.limits import Allowance
from tui.simulator.market import Market

GRANULARITIES = {
    interval.milliseconds // SECOND: interval
    for interval in map(Interval.parse, ("1m", "5m", "15m", "1h", "6h", "1d"))
}
TOO_MANY_REQUESTS = {"message": "Public rate limit exceeded"}
_MOST_STEPS = 300  # from the start of a window to its end, both included
_CACHED_ROWS = 350
_CACHED_FOR = 5 * MINUTE
_MOST_TRADES = 1000
_BOOK = 500

Query = Mapping[str, str]


class _RefusedError(Exception):
    """An answer of HTTP 400 or 404, with Coinbase's text."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class Rest:
    """Answers requests out of the markets, as they were `rest_lag` seconds ago."""

    def __init__(self, markets: Mapping[str, Market], world: World) -> None:
        self._markets = markets
        self._world = world
        limits = world.limits
        self._allowances: defaultdict[str | None, Allowance] = defaultdict(
            lambda: Allowance(limits.requests_per_second, limits.request_burst)
        )

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            self._route("/products", lambda _: encode(self._products())),
            self._route("/products/{id}", lambda r: encode(self._product(r))),
            self._route("/products/{id}/candles", self._candles),
            self._route("/products/{id}/trades", self._trades),
            self._route("/products/{id}/book", self._book),
            self._route("/time", lambda _: encode(words.clock(self._world.clock()))),
        ]

    def _route(self, path: str, answer: Callable[[web.Request], str]) -> web.RouteDef:
        async def handle(request: web.Request) -> web.Response:
            if not self._allowances[request.remote].take(self._world.clock() / SECOND):
                return web.json_response(TOO_MANY_REQUESTS, status=429)
            try:
                return web.Response(text=answer(request), content_type="application/json")
            except _RefusedError as refusal:
                return web.json_response({"message": str(refusal)}, status=refusal.status)

        return web.get(path, handle)

    def _products(self) -> list[words.Body]:
        return [words.product(market.listing) for market in self._markets.values()]

    def _product(self, request: web.Request) -> words.Body:
        return words.product(self._market(request).listing)

    def _candles(self, request: web.Request) -> str:
        market, query = self._market(request), request.query
        interval = GRANULARITIES.get(_number(query, "granularity", 60))
        if interval is None:
            raise _RefusedError("Unsupported granularity")
        known = self._known_until(market)
        if query.get("start") and query.get("end"):
            start, end = _window(query, interval)
        else:  # one of them alone does not count
            end = known = known // _CACHED_FOR * _CACHED_FOR
            start = interval.after(interval.floor(end), 1 - _CACHED_ROWS)
        candles = market.candles(interval, interval.floor(start), known)
        rows = [
            words.candle_row(market.listing, open_time, bar)
            for open_time, bar in takewhile(lambda candle: candle[0] <= end, candles)
            if bar.prints
        ]
        return f"[{','.join(reversed(rows))}]"

    def _trades(self, request: web.Request) -> str:
        market, query = self._market(request), request.query
        known = self._known_until(market)
        newest = filled(market, known)
        end = min(_number(query, "after", newest), newest)
        first = max(0, end - min(_number(query, "limit", _MOST_TRADES), _MOST_TRADES))
        fills = fills_between(market, first, end, known)
        return encode([words.trade_row(market.listing, fill) for fill in fills][::-1])

    def _book(self, request: web.Request) -> str:
        market, now = self._market(request), self._world.clock()
        level = _number(request.query, "level", 1)
        if level not in (1, 2):
            raise _RefusedError("Invalid level")
        bids, asks = depth(market, now, 1 if level == 1 else _BOOK)
        return encode(words.book(market.listing, now, filled(market, now), bids, asks))

    def _market(self, request: web.Request) -> Market:
        market = self._markets.get(request.match_info["id"])
        if market is None:
            raise _RefusedError("NotFound", 404)
        return market

    def _known_until(self, market: Market) -> int:
        now = self._world.clock()
        return min(now - round(self._world.rest_lag * SECOND), market.listing.until or now)


def _window(query: Query, interval: Interval) -> tuple[int, int]:
    """Start and end, ms UTC; the row that the start falls in is part of the answer."""
    start, end = words.read_time(query["start"]), words.read_time(query["end"])
    if start is None or end is None or start > end:
        raise _RefusedError("start and end must be times, and start before end")
    if end - start > _MOST_STEPS * interval.milliseconds:
        raise _RefusedError(
            "granularity too small for the requested time range. "
            f"Count of aggregations requested exceeds {_MOST_STEPS}"
        )
    return start, end


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise _RefusedError(f"{name} must be a number")
    return int(text)
