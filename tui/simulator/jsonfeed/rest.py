"""The feed's history over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from aiohttp import web

from tui.simulator.frame import encode
from tui.simulator.jsonfeed import words
from tui.simulator.market import Market

_MOST_ROWS = 1000


class Rest:
    """`GET /ohlcv?symbol=&timeframe=&limit=&start=`: rows, oldest first, the last one forming.

    Without `start` (ms) they are the newest. `clock` is the exchange's time in ms.
    """

    def __init__(self, markets: Mapping[str, Market], clock: Callable[[], int]) -> None:
        self._markets = markets
        self._clock = clock

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.get("/ohlcv", self._ohlcv)]

    async def _ohlcv(self, request: web.Request) -> web.Response:
        query = request.query
        market = self._markets.get(query.get("symbol", ""))
        interval = words.INTERVALS.get(query.get("timeframe", "1m"))
        limit, start = _number(query, "limit", 500), _number(query, "start", 0)
        if market is None:
            return _told(404, "Unknown symbol")
        if interval is None:
            return _told(400, f"Unknown timeframe; there are {', '.join(words.INTERVALS)}")
        if limit is None or start is None or limit < 1:
            return _told(400, "limit and start are numbers")
        now, count = self._clock(), min(limit, _MOST_ROWS)
        newest = interval.after(interval.floor(now), 1 - count)
        since = start if "start" in query else newest
        candles = islice(market.candles(interval, since, now), count)
        body = [words.row(market.listing, open_time, bar) for open_time, bar in candles]
        return web.json_response(body, dumps=encode)


def _told(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def _number(query: Mapping[str, str], name: str, default: int) -> int | None:
    """None when it is no number of at most 15 digits."""
    text = query.get(name, str(default))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
