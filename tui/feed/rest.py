"""GET requests to one exchange, within its limits, with errors in words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp

from tui.errors import ExchangeError
from tui.exchange.base import Complaint, Exchange, Request
from tui.exchange.settings import is_loopback
from tui.feed.faults import Fault, FaultKind, http_date, of_error, of_proxy, of_status
from tui.feed.limits import HostLimits
from tui.feed.transport import place

TOTAL_TIMEOUT = 15.0
MAX_BODY = 8 * 2**20
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Reply:
    """A body, and the exchange's time in ms (the start of the second) when it says it.

    `asked_at` is when the request went out, in monotonic seconds: the body is not older. `used` is
    what it says that we used of its limit in this minute.
    """

    body: bytes
    date: int | None
    asked_at: float
    used: int | None = None


class RequestFailed(ExchangeError):  # noqa: N818 it is what happened, not a mistake
    """A request brought no data: `fault` says why, `unknown_symbol` that asking again is vain."""

    def __init__(self, fault: Fault, *, unknown_symbol: bool = False) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.unknown_symbol = unknown_symbol


class Rest:
    """Requests to `exchange` over one pool of connections; `monotonic` is the limits' clock."""

    def __init__(
        self, exchange: Exchange, limits: HostLimits, monotonic: Callable[[], float]
    ) -> None:
        self._exchange = exchange
        self._limits = limits
        self._monotonic = monotonic
        self._place = place(exchange.rest_url)
        self._scheme = urlsplit(exchange.rest_url).scheme
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TOTAL_TIMEOUT),
            connector=aiohttp.TCPConnector(limit=_AT_ONCE),
            trust_env=not is_loopback(exchange.rest_url),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def get(self, request: Request) -> Reply:
        """The reply to `request`; waits for its turn. Raises RequestFailed."""
        await asyncio.sleep(self._limits.request_turn(self._monotonic(), request.weight))
        asked_at = self._monotonic()
        url = self._exchange.rest_url + request.path
        try:
            async with self._session.get(
                url, params=request.params, allow_redirects=False
            ) as response:
                body = await _read_capped(response)
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise RequestFailed(self._fault(error)) from error
        if response.status != 200 or response.content_type == "text/html":
            raise self._refused(response, response.status, self._exchange.parse_complaint(body))
        if self._exchange.complains_with_200 and (said := self._exchange.parse_complaint(body)):
            raise self._refused(response, said.status, said)
        date = http_date(response.headers.get("Date"))
        return Reply(body, date, asked_at, self._used(response))

    def _used(self, response: aiohttp.ClientResponse) -> int | None:
        told = response.headers.get(self._exchange.weight_header, "")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else None

    def _fault(self, error: Exception) -> Fault:
        match error:
            case aiohttp.ClientHttpProxyError():
                return of_proxy(place(getproxies().get(self._scheme, "")), error.status)
            case aiohttp.ClientProxyConnectionError():
                return of_error(error.os_error, self._place, f"{error.host}:{error.port}")
            case ValueError() if getproxies().get(self._scheme):
                return of_proxy("of the environment", None)
            case _:
                return of_error(_cause(error), self._place)

    def _refused(
        self, response: aiohttp.ClientResponse, status: int, complaint: Complaint | None
    ) -> RequestFailed:
        said = complaint.reason if complaint else ""
        retry_after = response.headers.get("Retry-After")
        date = http_date(response.headers.get("Date"))  # the clock that a Retry-After is by
        now = time.time() if date is None else date / 1000
        fault = of_status(status, retry_after, now, said)
        if fault.kind is FaultKind.PACED:
            fault = self._limits.hold(self._monotonic(), fault)
        unknown = complaint.unknown_symbol if complaint else False
        return RequestFailed(fault, unknown_symbol=unknown)


async def _read_capped(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        body += chunk
        if len(body) > MAX_BODY:
            raise aiohttp.ClientPayloadError("larger than any answer should be")
    return bytes(body)


def _cause(error: BaseException) -> BaseException:
    """The network's own error below aiohttp's."""
    certificate = getattr(error, "certificate_error", None)
    below = certificate or getattr(error, "os_error", None)
    if below is None and isinstance(error, aiohttp.ClientConnectionError):
        return ConnectionError()
    return below or error
