"""The exchange's front: the delays and answers that a client may meet instead of service."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from email.utils import formatdate
from math import ceil
from random import Random

from aiohttp import web
from aiohttp.typedefs import Handler

from tui.simulator.dialect import Dialect
from tui.simulator.faults import Answer, At, BadPage, Faults, Slow
from tui.simulator.garbage import garbage

_MIB = 2**20


class Door:
    """Every request passes `enter`."""

    def __init__(self, faults: Faults, dialect: Dialect, rng: Random) -> None:
        self._faults = faults
        self._dialect = dialect
        self._clock = dialect.world.clock
        self._rng = rng

    @web.middleware
    async def enter(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        at = At.UPGRADE if "Upgrade" in request.headers else At.REST
        for slow in self._faults.active(Slow):
            if at in slow.at:
                await asyncio.sleep(slow.delay)
        for answer in self._faults.active(Answer):
            if at in answer.at:
                return self._answered(answer, at, self._clock())
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
        true = await handler(request)
        if not isinstance(true, web.Response) or true.status != 200 or true.text is None:
            return true
        match page.kind:
            case "garbage":
                return _json(garbage(true.text, self._rng))
            case "cut":
                return await _cut(request, true.text.encode())
            case "empty":
                emptied = self._dialect.emptied(request.path, true.text)
                return true if emptied is None else _json(emptied)
            case "overlap":
                query = self._dialect.earlier(request.path, request.query, true.text)
                url = request.rel_url.with_query(query)
                return true if query is None else await handler(request.clone(rel_url=url))

    def _answered(self, answer: Answer, at: At, now: int) -> web.Response:
        wait = answer.retry_after
        headers = {} if wait is None else {"Retry-After": _retry_after(answer, wait, now)}
        said = self._dialect.refusal(answer.status, now + round(1000 * (wait or 0)))
        status, text = said or (answer.status, _page_of(answer.status))
        status = answer.status if at is At.UPGRADE else status  # no body says it to a WebSocket
        kind = "application/json" if said else "text/html"
        return web.Response(status=status, text=text, content_type=kind, headers=headers)


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


def _retry_after(answer: Answer, wait: float, now: int) -> str:
    """RFC 9110, 10.2.3, has seconds and dates; epochs are what some exchanges send."""
    match answer.form:
        case "seconds":
            return str(ceil(wait))
        case "date":
            return formatdate(ceil(now / 1000 + wait), usegmt=True)
        case "epoch":
            return str(ceil(now / 1000 + wait))


def _page_of(status: int) -> str:
    match status:
        case 403:
            return _page("Request blocked").ljust(_MIB)
        case 200:
            return _page("Sign in to the network")
        case _:
            return _page(f"Error {status}")


def _page(title: str) -> str:
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
    return f"{head}<body><h1>{title}</h1></body></html>"
