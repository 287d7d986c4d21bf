"""An exchange on loopback: its WebSocket and its REST protocol on one port."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self, cast

from aiohttp import web

from tui.errors import cannot_listen
from tui.simulator import faults
from tui.simulator.broadcast import Broadcast
from tui.simulator.dialect import World
from tui.simulator.dialects import dialect_named
from tui.simulator.door import Door
from tui.simulator.faults import Breakable, Fault, Faults
from tui.simulator.ledger import Ledger
from tui.simulator.limits import Limits, SlidingWindow
from tui.simulator.session import Session

_log = logging.getLogger(__name__)
_GOING_AWAY = 1001


def wall_ms() -> int:
    """The time of day in ms UTC."""
    return time.time_ns() // 1_000_000


class Simulator(Breakable):
    """A server whose market follows from `seed` and `clock` (exchange time, ms UTC) alone.

    Started again with the same seed it goes on as if it had never been away, and makes the same
    choices in faults. `port` 0 takes a free one; without `limits` they are those of the dialect's
    exchange; the json dialect asks clients for the `token`; Coinbase's REST is `rest_lag` seconds
    behind. Use it as an async context manager, or `start` and `stop` it; every method but the
    constructor belongs to that loop.
    Raises TradexError when there is no such dialect or the ledger cannot be used.
    """

    def __init__(
        self,
        *,
        dialect: str = "binance",
        seed: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        ledger: Path | None = None,
        clock: Callable[[], int] = wall_ms,
        limits: Limits | None = None,
        token: str | None = None,
        rest_lag: float = 3.0,
    ) -> None:
        speaks = dialect_named(dialect)
        self._limits = limits or speaks.limits
        self._dialect = speaks(World(seed, clock, self._limits, token, rest_lag))
        self.ledger = Ledger(ledger, dialect)
        self._host = host
        self._port = port
        self._dials: dict[str | None, SlidingWindow] = {}
        self._faults = Faults(time.monotonic)
        self._broadcast = Broadcast(self._dialect, self.ledger, self._faults, Random(seed))
        self._door = Door(self._faults, self._dialect, Random(seed))
        self._next_forgets: tuple[faults.Forget, ...] = ()
        self._ending: set[asyncio.Task[None]] = set()
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
        return len(self._broadcast.sessions)

    async def start(self) -> None:
        """Listen; raises TradexError when the address cannot be had."""
        app = web.Application(middlewares=[self._door.enter])
        app.on_response_prepare.append(self._door.date)
        app.add_routes(self._dialect.routes())
        app.add_routes([web.get(path, self._serve) for path in self._dialect.paths])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        try:
            await site.start()
        except (OSError, UnicodeError) as error:  # a name that cannot be encoded, RFC 3490
            await self._runner.cleanup()
            raise cannot_listen(self._host, self._port, error) from error
        self._port = cast(tuple[str, int], self._runner.addresses[0])[1]
        self._ticker = asyncio.create_task(self._broadcast.run())

    async def stop(self) -> None:
        """End every connection and stop listening."""
        tasks = [*self._ending, *([self._ticker] if self._ticker else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.drop()
        if self._runner:
            await self._runner.cleanup()
        self.ledger.close()

    def inject(self, fault: Fault) -> None:
        match fault:
            case faults.Drop():
                self._drop()
            case faults.Close(code, reason):
                self._start(_close(self._broadcast.sessions, code, reason))
            case faults.Shutdown(after):
                self._start(self._shut_down(after))
            case faults.Refuse(seconds):
                self._faults.add(faults.Answer(503, seconds))
                self._drop()
            case faults.Gap() | faults.Withhold() | faults.Revise():
                self._broadcast.plan(fault)
            case faults.Forget(next_dial=True):
                self._next_forgets += (fault,)
            case _:
                self._faults.add(fault)

    def lift(self) -> None:
        self._faults.clear()
        self._broadcast.lift()
        self._next_forgets = ()
        for session in self._broadcast.sessions:
            session.forgets = ()

    def _drop(self) -> None:
        for session in self._broadcast.sessions:
            session.drop()

    async def _shut_down(self, after: float) -> None:
        told = set(self._broadcast.sessions)
        announcement = self._dialect.shutdown(self._dialect.world.clock())
        if announcement:
            for session in told:
                session.publish(announcement)
        await asyncio.sleep(after)
        await _close(told, _GOING_AWAY, "")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("A fault could not be made.", exc_info=error)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        now = asyncio.get_running_loop().time()
        allowed = self._limits.connections_per_5_minutes
        wait = self._dials.setdefault(request.remote, SlidingWindow(allowed, 300.0)).wait(now)
        if wait:
            return web.Response(status=429, headers={"Retry-After": str(int(wait) + 1)})
        connection = web.WebSocketResponse(timeout=1.0, autoping=False, compress=False)
        with suppress(ConnectionResetError):
            await connection.prepare(request)
        if not connection.prepared:  # the client went away during the upgrade
            return web.Response()
        if request.transport is None:  # or just after it
            return connection
        conversation = self._dialect.converse(request)
        session = Session(connection, request.transport, conversation, self._limits)
        session.forgets, self._next_forgets = self._next_forgets, ()
        self._broadcast.greet(session)
        try:
            await session.run(self._broadcast.hear)
        finally:
            self._broadcast.sessions.discard(session)
        return connection


async def _close(sessions: Collection[Session], code: int, reason: str) -> None:
    await asyncio.gather(*(session.close(code, reason) for session in sessions))
