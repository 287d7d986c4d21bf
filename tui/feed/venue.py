"""One exchange in use: its connections, its REST side, its list of symbols."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

from tui.errors import ExchangeError, nearest
from tui.exchange.base import Exchange
from tui.feed import backoff
from tui.feed.backfill import Backfill
from tui.feed.connection import Connection
from tui.feed.hub import Hub
from tui.feed.limits import HostLimits, TokenBucket
from tui.feed.link import Forgotten, Rules
from tui.feed.rest import Rest
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, SymbolDirectory
from tui.feed.transport import Dialer
from tui.market.symbol import Subscription

# An idle connection waits this long (s) for another subscription before it is closed.
_LINGER = 5.0
_LONGEST_RETRY = 60.0
_RELOAD, _RELOAD_REJECTED = 3_600.0, 900.0
_PATIENCE_FOR_NAMES = 5.0
_LONGEST_QUIET = 600.0
# A reminder to the exchange has this long (s) to take effect.
_REMINDER = 10.0

log = logging.getLogger(__name__)


class Venue:
    """Packs subscriptions on connections, at most `capacity` each; all on the engine's loop."""

    def __init__(
        self, exchange: Exchange, settings: ConnectionSettings, hub: Hub, history: int,
        dialer: Dialer, random: Random, monotonic: Callable[[], float],
    ) -> None:  # fmt: skip
        self.exchange = exchange
        self.connections: list[Connection] = []
        self.directory = SymbolDirectory(exchange.name)
        self._rules = Rules(exchange, settings, random)
        self._capacity = min(settings.symbols_per_connection, exchange.limits.subscriptions)
        limits = exchange.limits
        self._limits = HostLimits(
            TokenBucket(limits.dial_burst, limits.dial_spacing),
            TokenBucket(limits.rest_weight / 5, 60.0 / limits.rest_weight),
        )
        self._rest = Rest(exchange, self._limits, monotonic)
        self._backfill = Backfill(
            exchange, self._rest, hub, history, monotonic, random, self._unknown
        )
        self._hub = hub
        self._dialer = dialer
        self._monotonic = monotonic
        self._wanted: dict[Connection, frozenset[Subscription]] = {}
        self._successors: dict[Connection, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._repairs: set[Subscription] = set()
        self._asked_for_symbols = False
        self._directory_loaded = asyncio.Event()
        self._suspects: set[Subscription] = set()
        self._silence_limit = 2 * settings.stale_after

    def add(self, subscription: Subscription) -> None:
        """Serve this subscription on a connection with room, or on a new one."""
        if self._refuse_if_unknown(subscription):
            return
        connection = next((c for c in self.connections if self._has_room(c)), None)
        connection = connection or self._connect()
        self._want(connection, self._wanted[connection] | {subscription})
        self.ask_for_symbols()

    def remove(self, subscription: Subscription) -> None:
        """Stop serving it; a connection that carries nothing any more is closed after a while."""
        for connection in self.connections:
            wanted = self._wanted[connection]
            if subscription in wanted:
                self._want(connection, wanted - {subscription})
                self._close_later_if_idle(connection)

    def connection_of(self, subscription: Subscription) -> Connection | None:
        """The connection that carries the subscription."""
        found = (c for c in list(self.connections) if subscription in self._wanted.get(c, ()))
        return next(found, None)

    def wanted_by(self, connection: Connection) -> frozenset[Subscription]:
        """What a connection was told to carry."""
        return self._wanted.get(connection, frozenset())

    def ask_for_symbols(self) -> None:
        """Load the list of symbols, once, however long it takes."""
        if not self._asked_for_symbols:
            self._asked_for_symbols = True
            self._spawn(self._keep_directory())

    def look_after(self, now: float) -> None:
        """Once a second: rates, candles that the stream owes us, connections about to be ended."""
        for connection in list(self.connections):
            connection.meter.sample(now)
            self._repair_overdue(connection, now)
            self._watch_silence(connection, now)
            self._succeed(connection, now)

    def _repair_overdue(self, connection: Connection, now: float) -> None:
        for subscription in connection.link.synced:
            overdue = self._hub.repair_from(subscription, now) is not None
            if overdue and subscription not in self._repairs:
                self._spawn(self._repair(subscription))

    def _watch_silence(self, connection: Connection, now: float) -> None:
        """On a shared socket one subscription may be forgotten while the others flow."""
        link = connection.link
        if len(link.synced) < 2 or link.state is not ConnectionState.LIVE:
            return
        for subscription in link.synced - self._suspects:
            if self._hub.silent_for(subscription, now) > self._silence_limit:
                self._suspects.add(subscription)
                self._spawn(self._ask_why_silent(connection, subscription))

    async def _ask_why_silent(self, connection: Connection, subscription: Subscription) -> None:
        try:
            missed = await self._backfill.missed([subscription])
            if missed is False:
                self._hub.quiet(subscription, self._monotonic(), _LONGEST_QUIET)
            elif missed:
                again = self._hub.stale(subscription)
                connection.post(Forgotten(connection.link.epoch, subscription, again))
                await asyncio.sleep(_REMINDER)
        finally:
            self._suspects.discard(subscription)

    def _succeed(self, connection: Connection, now: float) -> None:
        """Make before break: the old connection goes when the new one serves all it carried."""
        successor = self._successors.get(connection)
        if successor and successor.serves:
            self._replace(connection, successor)
        elif successor is None and now >= connection.link.succeed_at and self._wanted[connection]:
            successor = self._make_connection(connection)
            self._successors[connection] = successor
            successor.want(self._wanted[connection])

    def _replace(self, connection: Connection, successor: Connection) -> None:
        del self._successors[connection]
        self._wanted[successor] = self._wanted.pop(connection)
        self.connections[self.connections.index(connection)] = successor
        successor.understudy = False
        connection.understudy = True
        connection.stop()
        self._close_later_if_idle(successor)
        self._hub.touch(self._wanted[successor])

    async def stop(self) -> None:
        """Close every connection, politely as far as that takes no time."""
        for connection in (*self.connections, *self._successors.values()):
            connection.stop()
        running = [task for task in self._tasks if task.get_name() == "connection"]
        await asyncio.gather(*running, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._rest.close()

    def _has_room(self, connection: Connection) -> bool:
        closing = connection.link.state in (ConnectionState.CLOSING, ConnectionState.CLOSED)
        return not closing and len(self._wanted[connection]) < self._capacity

    def _connect(self) -> Connection:
        connection = self._make_connection()
        self._wanted[connection] = frozenset()
        self.connections.append(connection)
        return connection

    def _make_connection(self, predecessor: Connection | None = None) -> Connection:
        connection = Connection(
            self._rules, self._hub, self._backfill, self._limits, self._dialer, self._monotonic,
            self._refuse, predecessor,
        )  # fmt: skip
        self._spawn(self._supervise(connection), "connection")
        return connection

    async def _supervise(self, connection: Connection) -> None:
        """A fault of our own ends no feed: it is logged and the connection starts anew."""
        failures = 0
        while True:
            try:
                return await connection.run()
            except Exception:
                failures += 1
                log.exception("connection %d failed", connection.id)
                connection.reset()
                await asyncio.sleep(backoff.delay(failures, 1.0, 2.0, 30.0, self._rules.random))
                connection.want(self._wanted_of(connection))

    def _wanted_of(self, connection: Connection) -> frozenset[Subscription]:
        """What a connection shall carry; a successor what its predecessor does."""
        heirs = {successor: old for old, successor in self._successors.items()}
        return self._wanted.get(heirs.get(connection, connection), frozenset())

    def _want(self, connection: Connection, subscriptions: frozenset[Subscription]) -> None:
        self._wanted[connection] = subscriptions
        connection.want(subscriptions)
        if successor := self._successors.get(connection):
            successor.want(subscriptions)

    def _close_later_if_idle(self, connection: Connection) -> None:
        asyncio.get_running_loop().call_later(_LINGER, self._close_if_idle, connection)

    def _close_if_idle(self, connection: Connection) -> None:
        if connection in self.connections and not self._wanted[connection]:
            self.connections.remove(connection)
            del self._wanted[connection]
            connection.stop()
            if successor := self._successors.pop(connection, None):
                successor.stop()

    async def _repair(self, subscription: Subscription) -> None:
        self._repairs.add(subscription)
        try:
            await self._backfill.sync(subscription)
            if self._hub.repair_from(subscription, self._monotonic()) is not None:
                self._hub.pause(subscription, self._monotonic())
        finally:
            self._repairs.discard(subscription)

    async def _keep_directory(self) -> None:
        """Load the list of symbols, and again from time to time: markets halt and go on."""
        while True:
            await self._load_directory()
            self._directory_loaded.set()
            for connection in list(self.connections):
                for subscription in self._wanted[connection]:
                    self._refuse_if_unknown(subscription)
            self._pardon()
            rejected = self._hub.rejected(self.exchange.name)
            await asyncio.sleep(_RELOAD_REJECTED if rejected else _RELOAD)

    async def _load_directory(self) -> None:
        for attempt in count(1):
            try:
                reply = await self._rest.get(self.exchange.directory_request())
                symbols = self.exchange.parse_directory(reply.body)
                self.directory = SymbolDirectory(self.exchange.name, symbols)
                return
            except ExchangeError as error:
                self.directory = replace(self.directory, error=str(error))
                wait = backoff.delay(attempt, 2.0, 2.0, _LONGEST_RETRY, self._rules.random)
                await asyncio.sleep(wait)

    def _pardon(self) -> None:
        for subscription in self._hub.rejected(self.exchange.name):
            info = self.directory.symbols.get(subscription.symbol.name)
            if info and info.trading:
                self._hub.pardon(subscription)
                self.add(subscription)

    async def _unknown(self, subscription: Subscription, reason: str) -> None:
        """REST does not know the symbol: say so with the nearest names, if they come soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_FOR_NAMES):
                await self._directory_loaded.wait()
        if not self._refuse_if_unknown(subscription):
            self._refuse(subscription, reason)

    def _refuse_if_unknown(self, subscription: Subscription) -> bool:
        """An exchange may acknowledge a symbol it does not have, and then stay silent."""
        symbols, name = self.directory.symbols, subscription.symbol.name
        info = symbols.get(name)
        if info:
            self._hub.describe(info)
        if not symbols or (info and info.trading):
            return False
        what = "is not traded now" if info else "is not a symbol"
        self._refuse(subscription, f"{name} {what} on {self.exchange.title}.")
        return True

    def _refuse(self, subscription: Subscription, reason: str) -> None:
        symbols = self.directory.symbols
        traded = (name for name, info in symbols.items() if info.trading)
        close = tuple(nearest(subscription.symbol.name, traded))
        self._hub.reject(subscription, reason, close)
        self.remove(subscription)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str = "") -> None:
        task = asyncio.get_running_loop().create_task(work, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a task of %s failed", self.exchange.name, exc_info=error)
