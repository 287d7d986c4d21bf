"""The WebSocket itself: the only file of the feed that knows the websockets library."""

from __future__ import annotations

import asyncio
import time
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
from websockets.protocol import State
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from tui.feed.faults import Fault, FaultKind, of_close, of_error, of_status, of_violation

MAX_FRAME = 4 * 2**20
_FRAMES_READ_AHEAD = 256
_MOST_UNSENT = 2**20
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


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

    async def __call__(self, url: str, timeout: float, /) -> Socket:  # noqa: ASYNC109
        """An open socket within `timeout` seconds, or SocketLost."""


async def dial(url: str, timeout: float) -> Socket:  # noqa: ASYNC109 the limit spans all steps
    """Name lookup, TCP, TLS and upgrade together take at most `timeout` seconds."""
    parts = urlsplit(url)
    proxy = _proxy_for(url)
    try:
        async with asyncio.timeout(timeout):
            return _WebSocket(await _open(url, parts.hostname or url))
    except InvalidStatus as error:
        response = error.response
        retry_after = response.headers.get("Retry-After")
        raise SocketLost(of_status(response.status_code, retry_after, time.time())) from error
    except (InvalidProxy, ProxyError, ImportError) as error:
        reason = f"{proxy or 'The proxy of the environment'} cannot be used: {_why(error)}."
        raise SocketLost(Fault(FaultKind.TRANSIENT, reason)) from error
    except (OSError, WebSocketException, EOFError, ValueError) as error:
        raise SocketLost(of_error(error, proxy or parts.netloc)) from error


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment names for `url`, in words and without its password."""
    if urlsplit(url).hostname in LOOPBACK:
        return None
    proxy = get_proxy(parse_uri(url))
    if proxy is None:
        return None
    parts = urlsplit(proxy)
    return f"The proxy {parts.hostname}:{parts.port}"


def _why(error: Exception) -> str:
    if isinstance(error, InvalidProxyStatus):
        return f"it answered HTTP {error.response.status_code}"
    return "SOCKS needs python-socks" if isinstance(error, ImportError) else "it is not understood"


async def _open(url: str, host: str) -> ClientConnection:
    return await _SameOrigin(
        url,
        open_timeout=None,
        ping_interval=None,  # the machine pings: its timers see what this library's do not
        close_timeout=1,
        compression=None,
        max_size=MAX_FRAME,
        max_queue=_FRAMES_READ_AHEAD,
        write_limit=_MOST_UNSENT,
        create_connection=_Impatient,
        happy_eyeballs_delay=0.25,
        proxy=None if host in LOOPBACK else True,
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
