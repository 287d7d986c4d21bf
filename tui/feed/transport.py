"""The WebSocket itself: the only file of the feed that knows the websockets library."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import time
from functools import cache
from typing import Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidProxy,
    InvalidProxyStatus,
    InvalidStatus,
    ProxyError,
    WebSocketException,
)
from websockets.http11 import Response
from websockets.protocol import State
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from tui.exchange.settings import is_loopback
from tui.feed.faults import (
    Fault,
    http_date,
    of_close,
    of_error,
    of_proxy,
    of_status,
    of_violation,
)
from tui.text import clean

MAX_FRAME = 4 * 2**20
_FRAMES_READ_AHEAD = 256
_MOST_UNSENT = 2**20
# At lower levels the library tells whole frames and headers: tokens, whoever listens.
_library_log = logging.getLogger("tui.feed.websockets")
_library_log.setLevel(logging.WARNING)


class SocketLost(Exception):  # noqa: N818 it is what happened, not a mistake
    """The dial failed or the socket ended; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


class Socket(Protocol):
    """An open WebSocket. Every method but abort raises SocketLost once it has ended."""

    async def receive(self) -> str | bytes:
        """The next message: text, which is valid UTF-8, or binary."""

    async def send(self, text: str) -> None:
        """Send one text message."""

    async def ping(self) -> float:
        """Send a ping and wait for its pong; the round trip in seconds."""

    async def close(self) -> None:
        """End with a closing handshake."""

    def abort(self) -> None:
        """End at once."""


class Dialer(Protocol):
    """How a connection gets its socket; a test may pass another."""

    async def __call__(self, url: str, timeout: float, /) -> Socket:  # noqa: ASYNC109 as dial
        """An open socket within `timeout` seconds, or SocketLost."""


async def dial(url: str, timeout: float) -> Socket:  # noqa: ASYNC109 the limit spans all steps
    """Name lookup, TCP, TLS and upgrade together take at most `timeout` seconds."""
    proxy = proxy_for(url)
    try:
        async with asyncio.timeout(timeout):
            return _WebSocket(await _open(url))
    except InvalidStatus as error:
        raise SocketLost(_refusal(error.response)) from error
    except InvalidProxyStatus as error:
        raise SocketLost(of_proxy(proxy, error.response.status_code)) from error
    except (InvalidProxy, ProxyError, ImportError) as error:  # SOCKS needs a package of its own
        raise SocketLost(of_proxy(proxy, None)) from error
    except (OSError, WebSocketException, EOFError, ValueError) as error:
        raise SocketLost(of_error(_cause(error), place(url), proxy)) from error


def _cause(error: Exception) -> BaseException:
    """A server that hangs up within the handshake speaks no other protocol: it speaks none."""
    return ConnectionResetError() if isinstance(error.__cause__, EOFError) else error


def place(url: str) -> str:
    """The `host:port` of a url, without the password before it; empty when it has none."""
    try:
        return clean(urlsplit(url).netloc.rpartition("@")[2])
    except ValueError:
        return ""


def _refusal(response: Response) -> Fault:
    """By the server's own clock, if it says what that is: a Retry-After may be a date."""
    date = http_date(response.headers.get("Date"))
    now = time.time() if date is None else date / 1000
    return of_status(response.status_code, response.headers.get("Retry-After"), now)


def proxy_for(url: str) -> str:
    """The proxy that the environment names for `url`, as `host:port`; empty without one."""
    proxy = None if is_loopback(url) else get_proxy(parse_uri(url))
    return (place(proxy) or "of the environment") if proxy else ""


@cache
def _trusted(*_where: str | None) -> ssl.SSLContext:
    """The authorities that this machine trusts, as found where OpenSSL is told to look.

    They are read once: to read all of them for each dial would hold up the loop.
    """
    return ssl.create_default_context()


def tls_for(url: str) -> ssl.SSLContext | None:
    """Whom to trust on the way to a wss url; None for a ws url."""
    where = (os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    return _trusted(*where) if urlsplit(url).scheme == "wss" else None


async def _open(url: str) -> ClientConnection:
    return await _SameOrigin(
        url,
        ssl=tls_for(url),
        open_timeout=None,
        ping_interval=None,  # the machine pings: its timers see what this library's do not
        close_timeout=1,
        compression=None,
        max_size=MAX_FRAME,
        max_queue=_FRAMES_READ_AHEAD,
        write_limit=_MOST_UNSENT,
        create_connection=_Impatient,
        logger=_library_log,
        happy_eyeballs_delay=0.25,
        proxy=None if is_loopback(url) else True,
    )


class _Impatient(ClientConnection):
    """Leaves a server that takes nothing: the library's pongs to its pings would fill the memory.

    Our own frames are few and small; when so much waits, nobody reads.
    """

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.abort()


class _SameOrigin(connect):
    """Follows no redirect: another host than the one configured is another exchange."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _WebSocket:
    """A Socket on the websockets library."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def receive(self) -> str | bytes:
        try:
            return await self._connection.recv()
        except ConnectionClosed as closed:
            raise self._lost(closed) from closed

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as closed:
            raise self._lost(closed) from closed

    async def ping(self) -> float:
        try:
            pong = await self._connection.ping()
            return await pong
        except ConnectionClosed as closed:
            raise self._lost(closed) from closed

    async def close(self) -> None:
        await self._connection.close()

    def abort(self) -> None:
        if self._connection.state is not State.CLOSED:
            self._connection.transport.abort()

    def _lost(self, closed: ConnectionClosed) -> SocketLost:
        if closed.rcvd:
            return SocketLost(of_close(closed.rcvd.code, closed.rcvd.reason))
        if closed.sent and closed.sent.code not in (1000, 1001):
            return SocketLost(of_violation(closed.sent.code))
        return SocketLost(of_close(None, ""))
