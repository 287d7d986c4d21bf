"""The exchange's front: the delays and answers that a client may meet instead of service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from math import ceil
from random import Random

from aiohttp import web
from aiohttp.typedefs import Handler

from tui.simulator.binance import encode
from tui.simulator.faults import Answer, At, BadPage, Faults, Slow
from tui.simulator.garbage import garbage

_MIB = 2**20
_RESTRICTED = (
    "Service unavailable from a restricted location according to 'b. Eligibility' in "
    "https://www.binance.com/en/terms. Please contact customer service if you believe you "
    "received this message in error."
)


class Door:
    """Every request passes `enter`; `clock` is the exchange's time in ms."""

    def __init__(self, faults: Faults, clock: Callable[[], int], rng: Random) -> None:
        self._faults = faults
        self._clock = clock
        self._rng = rng

    @web.middleware
    async def enter(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        at = At.REST if request.path.startswith("/api/") else At.UPGRADE
        for slow in self._faults.active(Slow):
            if at in slow.at:
                await asyncio.sleep(slow.delay)
        for answer in self._faults.active(Answer):
            if at in answer.at:
                return _answered(answer, self._clock())
        for page in self._faults.active(BadPage):
            if at is At.REST:
                return await self._spoilt(page, request, handler)
        return await handler(request)

    async def date(self, request: web.Request, response: web.StreamResponse) -> None:
        """Say what time it is at the exchange."""
        response.headers["Date"] = formatdate(self._clock() / 1000, usegmt=True)

    async def _spoilt(
        self, page: BadPage, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        klines = request.path.endswith("/klines")
        true = await handler(request)
        if not isinstance(true, web.Response) or true.text is None:
            return true
        match page.kind:
            case "garbage":
                return _json(garbage(true.text, self._rng))
            case "cut":
                return await _cut(request, true.text.encode())
            case "empty" if klines:
                return _json("[]")
            case "overlap" if klines and json.loads(true.text):
                return await handler(_too_early(request, json.loads(true.text)))
            case _:
                return true


def _json(body: str | bytes) -> web.Response:
    body = body if isinstance(body, bytes) else body.encode()
    return web.Response(body=body, content_type="application/json")


async def _cut(request: web.Request, body: bytes) -> web.StreamResponse:
    """Half of the body, and the end of the connection."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    response.force_close()
    with suppress(ConnectionError):  # the client has gone
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
    return response


def _too_early(request: web.Request, rows: list[list[int]]) -> web.Request:
    """The request for a page that starts half its length before the one asked for."""
    opens, closes = rows[0][0], rows[0][6]
    start = opens - ceil(len(rows) / 2) * (closes + 1 - opens)
    query = {**request.query, "startTime": str(start), "limit": str(len(rows))}
    return request.clone(rel_url=request.rel_url.with_query(query))


def _answered(answer: Answer, now: int) -> web.Response:
    wait = answer.retry_after
    headers = {} if wait is None else {"Retry-After": _retry_after(answer, wait, now)}
    kind, text = _body(answer.status, now + round(1000 * (wait or 0)))
    return web.Response(status=answer.status, text=text, content_type=kind, headers=headers)


def _retry_after(answer: Answer, wait: float, now: int) -> str:
    """RFC 9110, 10.2.3, has seconds and dates; epochs are what some exchanges send."""
    match answer.form:
        case "seconds":
            return str(ceil(wait))
        case "date":
            return formatdate(ceil(now / 1000 + wait), usegmt=True)
        case "epoch":
            return str(ceil(now / 1000 + wait))


def _body(status: int, until: int) -> tuple[str, str]:
    match status:
        case 418:
            text = f"Way too much request weight used; IP banned until {until}."
            return "application/json", encode({"code": -1003, "msg": text})
        case 429:
            return "application/json", encode({"code": -1003, "msg": "Too many requests."})
        case 451:
            return "application/json", encode({"code": 0, "msg": _RESTRICTED})
        case 403:
            return "text/html", _page("Request blocked").ljust(_MIB)
        case 200:
            return "text/html", _page("Sign in to the network")
        case _:
            return "text/html", _page(f"Error {status}")


def _page(title: str) -> str:
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1></body></html>"
