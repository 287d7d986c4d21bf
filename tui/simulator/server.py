"""An exchange on loopback: Binance's WebSocket and REST protocol on one port."""

from __future__ import annotations

import asyncio
import errno
import logging
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from tui.errors import TradexError
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.commands import Subscriptions
from tui.simulator.ledger import Ledger
from tui.simulator.limits import Limits, SlidingWindow
from tui.simulator.market import Market
from tui.simulator.rest import Rest
from tui.simulator.session import Session
from tui.simulator.streams import KlineStream, Stream, open_stream

_log = logging.getLogger(__name__)
_STEP = 0.05  # seconds of real time between two looks at the clock


def wall_ms() -> int:
    """The time of day in ms UTC."""
    return time.time_ns() // 1_000_000


class Simulator:
    """A server whose market follows from `seed` and `clock` (exchange time, ms UTC) alone.

    Started again with the same seed it goes on as if it had never been away. `port` 0 takes a
    free one. Use it as an async context manager, or `start` and `stop` it; every method but the
    constructor belongs to that loop. Raises TradexError when the ledger cannot be used.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        ledger: Path | None = None,
        clock: Callable[[], int] = wall_ms,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self.ledger = Ledger(ledger)
        self._markets = {name: Market(seed, listing) for name, listing in CATALOGUE.items()}
        self._host = host
        self._port = port
        self._clock = clock
        self._limits = limits
        self._streams: dict[str, Stream] = {}
        self._sessions: set[Session] = set()
        self._dials: dict[str | None, SlidingWindow] = {}
        self._stalled_until = 0.0
        self._refusing_until = 0.0
        self._closing: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    @property
    def ws_url(self) -> str:
        return f"ws://{self._address}"

    @property
    def rest_url(self) -> str:
        return f"http://{self._address}"

    @property
    def _address(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def clients(self) -> int:
        """How many WebSockets are connected."""
        return len(self._sessions)

    async def start(self) -> None:
        """Listen; raises TradexError when the address cannot be had."""
        app = web.Application(middlewares=[self._gate])
        app.on_response_prepare.append(self._date)
        app.add_routes(Rest(self._markets.get, self._clock, self._limits).routes())
        app.add_routes(
            [web.get(path, self._serve) for path in ("/ws", "/ws/{names:.*}", "/stream")]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise _cannot_listen(self._host, self._port, error) from error
        self._port = cast(tuple[str, int], self._runner.addresses[0])[1]
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """End every connection and stop listening."""
        if self._ticker:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        self.drop()
        if self._runner:
            await self._runner.cleanup()
        self.ledger.close()

    def drop(self) -> None:
        """Reset every WebSocket's TCP connection."""
        for session in list(self._sessions):
            session.drop()

    def stall(self, seconds: float) -> None:
        """Send no data for so long, lost for good; commands and pings are answered."""
        self._stalled_until = asyncio.get_running_loop().time() + seconds

    def refuse(self, seconds: float) -> None:
        """Drop everyone, and answer everything with 503 for so long."""
        self._refusing_until = asyncio.get_running_loop().time() + seconds
        self.drop()

    def close(self, code: int, reason: str) -> None:
        """End every WebSocket with a close frame."""
        for session in self._sessions:
            task = asyncio.create_task(session.close(code, reason))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        allowed = self._limits.connections_per_5_minutes
        wait = self._dials.setdefault(request.remote, SlidingWindow(allowed, 300.0)).wait(now)
        if wait:
            return web.Response(status=429, headers={"Retry-After": str(int(wait) + 1)})
        connection = web.WebSocketResponse(timeout=1.0, autoping=False, compress=False)
        await connection.prepare(request)
        if request.transport is None:  # the client went away meanwhile
            return connection
        session = Session(connection, request.transport, _asked(request), self._limits)
        self._open_streams(session)
        self._sessions.add(session)
        try:
            await session.run(self._open_streams)
        finally:
            self._sessions.discard(session)
        return connection

    def _open_streams(self, session: Session) -> None:
        for name in session.subscriptions.streams.keys() - self._streams.keys():
            stream = open_stream(name, self._markets.get, self.ledger, self._clock())
            if stream:
                self._streams[name] = stream

    async def _tick(self) -> None:
        """The one task that moves all streams; it follows the clock, it does not count sleeps."""
        before = self._clock()
        try:
            while True:
                await asyncio.sleep(_STEP)
                now = self._clock()
                if now > before:
                    self._advance(before, now)
                    before = now
        except Exception:
            _log.exception("The simulated market stands still.")
            raise

    def _advance(self, before: int, now: int) -> None:
        stalled = asyncio.get_running_loop().time() < self._stalled_until
        for name, stream in list(self._streams.items()):
            watching = [s for s in self._sessions if name in s.subscriptions.streams]
            if not watching and not isinstance(stream, KlineStream):
                del self._streams[name]
            for payload in stream.advance(before, now, bool(watching) and not stalled):
                for session in () if stalled else watching:
                    session.publish(name, payload)

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if asyncio.get_running_loop().time() < self._refusing_until:
            return web.Response(status=503)
        return await handler(request)

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self._clock() / 1000, usegmt=True)


def _asked(request: web.Request) -> Subscriptions:
    """The streams in the url: `/ws/<a>/<b>` raw, `/stream?streams=<a>/<b>` combined."""
    combined = request.path.startswith("/stream")
    names = request.query.get("streams", "") if combined else request.match_info.get("names", "")
    return Subscriptions(combined, dict.fromkeys(name for name in names.split("/") if name))


def _cannot_listen(host: str, port: int, error: OSError) -> TradexError:
    if error.errno == errno.EADDRINUSE:
        return TradexError(
            f"Port {port} on {host} is in use.", "Choose another, or 0 for a free one."
        )
    return TradexError(f"Cannot listen on {host}:{port}: {error.strerror}.")
