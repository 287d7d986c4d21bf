"""Binance spot's REST API, as far as a market monitor uses it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice, takewhile

from aiohttp import web

from tui.simulator.binance import words
from tui.simulator.binance.words import ApiError
from tui.simulator.depth import depth
from tui.simulator.frame import encode
from tui.simulator.limits import Limits, Refused, RequestWeight
from tui.simulator.market import Market

_SYMBOL = re.compile(r"[A-Z0-9_.-]{1,20}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_MAX_ROWS = 1000

Query = Mapping[str, str]


class Rest:
    """Answers requests out of the markets; `clock` is the exchange's time in ms."""

    def __init__(
        self, markets: Mapping[str, Market], clock: Callable[[], int], limits: Limits
    ) -> None:
        self._markets = markets
        self._clock = clock
        self._limits = limits
        self._weights: defaultdict[str | None, RequestWeight] = defaultdict(
            lambda: RequestWeight(limits.request_weight_per_minute)
        )

    def routes(self) -> list[web.RouteDef]:
        answers: dict[str, tuple[int, Callable[[Query], object]]] = {
            "ping": (1, lambda _: {}),
            "time": (1, lambda _: {"serverTime": self._clock()}),
            "exchangeInfo": (20, self._exchange_info),
            "klines": (2, self._klines),
            "aggTrades": (4, self._agg_trades),
            "depth": (5, self._depth),
        }
        return [
            web.get(f"/api/v3/{name}", self._handler(weight, answer))
            for name, (weight, answer) in answers.items()
        ]

    def _handler(
        self, weight: int, answer: Callable[[Query], object]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            account = self._weights[request.remote]
            refused = account.charge(weight, self._clock())
            if refused:
                response = _refusal(refused, self._clock())
            else:
                response = _answered(answer, request.query)
            response.headers["X-MBX-USED-WEIGHT-1M"] = str(account.used)
            return response

        return handle

    def _exchange_info(self, query: Query) -> object:
        names = list(self._markets)
        if "symbol" in query:
            names = [query["symbol"]]
        elif "symbols" in query:
            names = _names(query["symbols"])
        listings = [self._market(name).listing for name in names]
        return words.exchange_info(listings, self._limits, self._clock())

    def _klines(self, query: Query) -> object:
        market = self._market(_required(query, "symbol"))
        interval = words.INTERVALS.get(_required(query, "interval"))
        if interval is None:
            raise ApiError(-1120, "Invalid interval.")
        limit = _limit(query)
        now = min(self._clock(), market.listing.until or self._clock())
        last = interval.floor(min(_number(query, "endTime", now), now))
        since = _number(query, "startTime", interval.after(last, 1 - limit))
        candles = takewhile(lambda c: c[0] <= last, market.candles(interval, since, now))
        return [words.kline_row(market.listing, interval, *c) for c in islice(candles, limit)]

    def _agg_trades(self, query: Query) -> object:
        market = self._market(_required(query, "symbol"))
        limit = _limit(query)
        now = min(self._clock(), market.listing.until or self._clock())
        newest = market.printed(now)
        first = _number(query, "fromId", max(0, newest - limit))
        prints = market.prints_from(first, now) if first < newest else iter(())
        return [words.agg_trade(market.listing, trade) for trade in islice(prints, limit)]

    def _depth(self, query: Query) -> object:
        market = self._market(_required(query, "symbol"))
        bids, asks = depth(market, self._clock(), min(_number(query, "limit", 100), 100))
        return words.book(market.listing, market.printed(self._clock()), bids, asks)

    def _market(self, name: str) -> Market:
        if not _SYMBOL.fullmatch(name):
            raise _illegal("symbol", "^[A-Z0-9-_.]{1,20}$")
        market = self._markets.get(name)
        if market is None:
            raise ApiError(-1121, "Invalid symbol.")
        return market


def _answered(answer: Callable[[Query], object], query: Query) -> web.Response:
    try:
        body, status = answer(query), 200
    except ApiError as error:
        body, status = error.body, 400
    return web.json_response(body, status=status, dumps=encode)


def _refusal(refused: Refused, now: int) -> web.Response:
    text = "Too much request weight used; please use WebSocket Streams for live updates."
    if refused.status == 418:
        until = now + refused.retry_after * 1000
        text = f"Way too much request weight used; IP banned until {until}."
    return web.json_response(
        {"code": -1003, "msg": text},
        status=refused.status,
        headers={"Retry-After": str(refused.retry_after)},
    )


def _required(query: Query, name: str) -> str:
    if not query.get(name):
        text = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        raise ApiError(-1102, text)
    return query[name]


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text):
        raise _illegal(name, "^[0-9]{1,20}$")
    return int(text)


def _limit(query: Query) -> int:
    limit = _number(query, "limit", 500)
    if limit < 1:
        raise ApiError(-1130, "Data sent for parameter 'limit' is not valid.")
    return min(limit, _MAX_ROWS)


def _names(text: str) -> list[str]:
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _illegal("symbols", r'^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,})?\]$')
    return names


def _illegal(name: str, pattern: str) -> ApiError:
    return ApiError(
        -1100, f"Illegal characters found in parameter '{name}'; legal range is '{pattern}'."
    )
