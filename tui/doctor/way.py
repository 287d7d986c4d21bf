"""The way to a server, below WebSocket and HTTP: the name lookup, TCP and TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from tui.doctor.findings import Finding, State, of_fault
from tui.exchange.settings import is_loopback
from tui.feed.faults import of_error
from tui.feed.transport import place, proxy_for, tls_for
from tui.text import clean

LOOKUP_LIMIT = 4.0
CONNECTION_LIMIT = 5.0
_DAY = 86_400.0
_PORTS = {"wss": 443, "https": 443, "ws": 80, "http": 80}

Resolve = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a url leads. `proxy` is the `host:port` that the environment puts before it, if any.

    `scheme` is ws or wss, for requests as well: whether there is TLS.
    """

    scheme: str
    host: str
    port: int
    proxy: str

    @property
    def place(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def way_of(url: str) -> Way:
    """The way of a ws, wss, http or https url."""
    parts = urlsplit(url)
    scheme = parts.scheme.replace("http", "ws")
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    return Way(scheme, clean(host), port, proxy_for(f"{scheme}://{place(url)}"))


async def examine_way(way: Way, wall: float, resolve: Resolve) -> list[Finding]:
    """Whether its name is known, and whether the server takes connections and proves who it is.

    Ends with the first that fails; the way through a proxy is left to those who go it. `wall` is
    this machine's time in seconds since 1970.
    """
    if way.proxy:
        said = f"The way to {way.place} leads through the proxy {way.proxy}."
        return [Finding("connection", State.SKIPPED, said)]
    findings = [] if _is_address(way.host) else [await _examine_lookup(way.host, resolve)]
    if any(finding.state is State.FAIL for finding in findings):
        return findings
    return [*findings, await _examine_connection(way, wall)]


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


async def _examine_lookup(host: str, resolve: Resolve) -> Finding:
    try:
        async with asyncio.timeout(LOOKUP_LIMIT):
            found = await _on_a_thread(lambda: resolve(host, None, type=socket.SOCK_STREAM))
    except TimeoutError:
        said = f"The lookup of the name {host} got no answer in {LOOKUP_LIMIT:g} s."
        advice = "Check the network, and the name servers that this machine asks."
        return Finding("lookup", State.FAIL, said, advice)
    except (OSError, UnicodeError):  # a name that cannot be encoded, RFC 3490
        return of_fault("lookup", of_error(socket.gaierror(), host))
    count = len({each[4][0] for each in found})
    return Finding("lookup", State.OK, f"{host} has {count} address{'es' if count > 1 else ''}.")


async def _on_a_thread(ask: Callable[[], Any]) -> Any:
    """What `ask` returns, on a thread that nobody waits for at the end, as the loop does for its
    own: a resolver may hang for longer than a person waits.
    """
    answer: Future[Any] = Future()

    def work() -> None:
        answer.set_running_or_notify_cancel()
        try:
            answer.set_result(ask())
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    Thread(target=work, daemon=True).start()
    return await asyncio.wrap_future(answer)


async def _examine_connection(way: Way, wall: float) -> Finding:
    try:
        async with asyncio.timeout(CONNECTION_LIMIT):
            said = await _connect(way, wall)
    except (OSError, EOFError, ValueError) as error:
        return of_fault("connection", of_error(error, way.place))
    if way.scheme == "ws" and not is_loopback(f"ws://{way.place}"):
        advice = "Use wss:// and https:// where the exchange has them."
        return Finding("connection", State.NOTE, said, advice)
    return Finding("connection", State.OK, said)


async def _connect(way: Way, wall: float) -> str:
    trusted = tls_for(f"{way.scheme}://{way.place}")
    _, writer = await asyncio.open_connection(
        way.host, way.port, ssl=trusted, happy_eyeballs_delay=0.25
    )
    try:
        tls = writer.get_extra_info("ssl_object")
    finally:
        writer.transport.abort()
    if tls is None:
        others = "others on the way can read and change what comes"
        why = "this very machine" if is_loopback(f"ws://{way.place}") else others
        return f"{way.place} is reached without TLS: {why}."
    return f"{way.place} is reached over {tls.version()}; {_validity(tls, wall)}."


def _validity(tls: ssl.SSLObject, wall: float) -> str:
    ends = str((tls.getpeercert() or {}).get("notAfter"))
    days = int((ssl.cert_time_to_seconds(ends) - wall) / _DAY)
    return f"its certificate is valid for {days} more day{'s' * (days != 1)}"
