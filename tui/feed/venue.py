"""One exchange in use: its connections, its REST side, its list of symbols."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from itertools import count
from math import inf
from random import Random
from typing import Any

from tui.exchange.base import Exchange
from tui.feed import backoff
from tui.feed import signals as on
from tui.feed.backfill import Backfill
from tui.feed.books import Books
from tui.feed.caretaker import Caretaker
from tui.feed.connection import Connection
from tui.feed.directory import Directory
from tui.feed.hub import Hub
from tui.feed.inquiry import Inquiry
from tui.feed.limits import HostLimits
from tui.feed.link import OPEN, Rules
from tui.feed.older import OlderCandles
from tui.feed.rest import Rest
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, Notice, SymbolDirectory
from tui.feed.token_sources import TokenSettings
from tui.feed.tokens import Tokens
from tui.feed.transport import Dialer
from tui.market.symbol import Subscription

# An idle connection waits this long (s) for another subscription before it is closed.
_LINGER = 5.0
_PATIENCE_FOR_NAMES = 5.0
_ENDING = (ConnectionState.CLOSING, ConnectionState.CLOSED)
# A connection that brought mostly garbage for longer than this (s) is replaced, sooner when it
# never brought anything else: then it is no accident, and a person waits for the reason.
_SPOILT, _SPOILT_FROM_THE_START = 10.0, 4.0

log = logging.getLogger(__name__)


class Venue:
    """Packs subscriptions on connections, at most `capacity` each; all on the engine's loop."""

    def __init__(
        self, exchange: Exchange, settings: ConnectionSettings, hub: Hub, history: int,
        dialer: Dialer, random: Random, monotonic: Callable[[], float],
        token: TokenSettings | None = None,
    ) -> None:  # fmt: skip
        self.exchange = exchange
        self.connections: list[Connection] = []
        self._tokens = (
            Tokens(token.source, token.life, monotonic, time.time, random) if token else None
        )
        self._rules = Rules(exchange, settings, random, self._tokens)
        self._capacity = min(settings.symbols_per_connection, exchange.limits.subscriptions)
        self._limits = HostLimits.of(exchange.limits)
        self._rest = Rest(exchange, self._limits, monotonic)
        self._backfill = Backfill(
            exchange, self._rest, hub, history, monotonic, random, self._unknown
        )
        self.older = OlderCandles(exchange, self._backfill.pages, hub, monotonic, random)
        self.books = Books(exchange, self._rest, monotonic, random)
        self._hub = hub
        self._dialer = dialer
        self._monotonic = monotonic
        self._wanted: dict[Connection, frozenset[Subscription]] = {}
        self._successors: dict[Connection, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._directory = Directory(exchange, self._rest, random)
        self._inquiry: Inquiry | None = None
        self._live: set[Connection] = set()
        self._asked_for_symbols = False
        self._caretaker = Caretaker(
            hub, self._backfill, monotonic, self._spawn, self.connection_of,
            silence_limit=2 * settings.stale_after,
        )  # fmt: skip

    def add(self, subscription: Subscription) -> None:
        """Serve this subscription on a connection with room, or on a new one."""
        if self._refuse_if_unknown(subscription):
            return
        connection = next((c for c in self.connections if self._has_room(c, subscription)), None)
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

    @property
    def directory(self) -> SymbolDirectory:
        """The exchange's symbols as far as they are known now."""
        return self._directory.known

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
            self._spawn(self._begin_anew(self._keep_directory))

    def load_older(self, subscription: Subscription) -> None:
        """Fetch the page of older candles that was claimed."""
        self._spawn(self.older.load(subscription))

    def look_after(self, now: float) -> None:
        """Once a second: rates, candles that the stream owes us, connections about to be ended."""
        for connection in list(self.connections):
            limit = _SPOILT if connection.link.data_seen else _SPOILT_FROM_THE_START
            if connection.meter.sample(now) > limit:
                connection.post(on.Spoilt(connection.link.epoch, connection.meter.flaw))
            self._caretaker.look_after(connection, now)
            self._succeed(connection, now)
        self._share_good_news()
        self._conclude_inquiry(now)

    def _share_good_news(self) -> None:
        """When one connection became live, the others need not wait out their delays."""
        live = {c for c in self.connections if c.link.state is ConnectionState.LIVE}
        came_back, self._live = live - self._live, live
        for connection in self.connections if came_back else ():
            if connection not in live:
                connection.post(on.Reachable())

    def prefer(self, seen: frozenset[Subscription]) -> None:
        """Of those who wait for a turn to dial, what a person sees gets the earlier ones."""
        waiting = [c for c in self.connections if c.link.reserved and c.link.until < inf]
        waiting.sort(key=lambda c: (self._wanted[c].isdisjoint(seen), c.link.until))
        for turn in sorted(c.link.until for c in waiting):
            taker = next(c for c in waiting if c.link.own_turn <= turn)
            waiting.remove(taker)
            if taker.link.until != turn:
                taker.post(on.TurnMoved(turn))

    def retry(self, subscription: Subscription | None = None) -> None:
        """Dial anew now: the connection of one subscription, or all of them."""
        for connection in self.connections:
            if subscription is None or subscription in self._wanted[connection]:
                connection.retry()
                successor = self._successors.get(connection)
                if successor and successor.link.state not in OPEN:
                    successor.retry()

    def resume(self) -> None:
        """The machine slept: every socket is dead."""
        for connection in (*self.connections, *self._successors.values()):
            connection.post(on.Resumed())

    def inquire(self) -> None:
        """Ask the exchange, for every connection, what it sends."""
        if self.exchange.inquiry(0) is None:
            text = f"{self.exchange.title} cannot be asked what it sends."
            self._hub.publish(Notice(self.exchange.name, text))
            return
        if self._inquiry or not self.connections:
            return
        self._inquiry = Inquiry(self.exchange.title, len(self.connections), self._monotonic())
        for connection in self.connections:
            connection.post(on.Inquire())

    def answered(self, answer: on.Audited | on.Dropped) -> None:
        """One connection's part of the answer to the question what the exchange sends."""
        if self._inquiry:
            self._inquiry.take(answer)

    def _conclude_inquiry(self, now: float) -> None:
        if self._inquiry and self._inquiry.is_over(now):
            self._hub.publish(Notice(self.exchange.name, self._inquiry.findings))
            self._inquiry = None

    def _succeed(self, connection: Connection, now: float) -> None:
        """Make before break: the old connection goes when the new one serves all it carried."""
        successor = self._successors.get(connection)
        if successor and successor.serves:
            self._replace(connection, successor)
        elif successor and connection.serves and now < connection.link.succeed_at:
            self._successors.pop(connection).stop()  # it was dialled anew itself meanwhile
        elif successor is None and now >= connection.link.succeed_at and self._wanted[connection]:
            successor = self._make_connection(connection)
            self._successors[connection] = successor
            successor.want(self._wanted[connection])

    def _replace(self, connection: Connection, successor: Connection) -> None:
        del self._successors[connection]
        self._wanted[successor] = self._wanted.pop(connection)
        self.connections[self.connections.index(connection)] = successor
        successor.take_over(connection)
        connection.stop()
        self._close_later_if_idle(successor)

    async def stop(self) -> None:
        """Close every connection, politely as far as that takes no time."""
        for connection in (*self.connections, *self._successors.values()):
            connection.stop()
        running = [task for task in self._tasks if task.get_name() == "connection"]
        await asyncio.gather(*running, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.books.close()
        await self._rest.close()
        if self._tokens:
            await self._tokens.close()

    def _has_room(self, connection: Connection, subscription: Subscription) -> bool:
        wanted, link = self._wanted[connection], connection.link
        if len(wanted) >= connection.capacity or link.state in _ENDING:
            return False
        # What it is about to drop may be in the way until the exchange has confirmed that.
        asked = {s for pending in link.pending for s in pending.command.covers}
        return self.exchange.fits(subscription, (wanted | link.held | asked) - {subscription})

    def split(self, connection: Connection) -> None:
        """Its messages are too large: let another connection carry half of its subscriptions."""
        wanted = sorted(self._wanted.get(connection, ()))
        if len(wanted) < 2:  # or it is a successor: the connection before it goes on
            return
        other = self._connect()
        connection.capacity = other.capacity = (len(wanted) + 1) // 2
        self._want(connection, frozenset(wanted[: connection.capacity]))
        self._want(other, frozenset(wanted[connection.capacity :]))
        text = f"{self.exchange.title} sent too large a message: {len(wanted)} subscriptions"
        self._hub.publish(Notice(self.exchange.name, f"{text} go over two connections."))

    def _connect(self) -> Connection:
        connection = self._make_connection()
        self._wanted[connection] = frozenset()
        self.connections.append(connection)
        return connection

    def _make_connection(self, predecessor: Connection | None = None) -> Connection:
        connection = Connection(
            self._rules, self._hub, self._backfill, self._limits, self._dialer, self._monotonic,
            self, self._capacity, predecessor,
        )  # fmt: skip
        self._spawn(self._begin_anew(partial(self._run, connection)), "connection")
        return connection

    async def _run(self, connection: Connection) -> None:
        connection.want(self._wanted_of(connection))
        await connection.run()

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

    async def _begin_anew(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Work that must go on for as long as the program does."""
        for attempt in count(1):
            try:
                return await work()
            except Exception:  # a fault of our own; whatever it is, the next try may go well
                log.exception("a task of %s failed", self.exchange.name)
                await asyncio.sleep(backoff.delay(attempt, 1.0, 2.0, 30.0, self._rules.random))

    # Symbols that the exchange does not have

    async def _keep_directory(self) -> None:
        await self._directory.keep(self._use_directory)

    def _use_directory(self) -> bool:
        for connection in list(self.connections):
            for subscription in self._wanted[connection]:
                self._refuse_if_unknown(subscription)
        for subscription in self._hub.rejected(self.exchange.name):
            if not self._directory.objection(subscription.symbol.name):
                self._hub.pardon(subscription)
                self.add(subscription)
        return bool(self._hub.rejected(self.exchange.name))

    async def _unknown(self, subscription: Subscription, reason: str) -> None:
        """REST does not know the symbol: say so with the nearest names, if they come soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_FOR_NAMES):
                await self._directory.loaded.wait()
        if not self._refuse_if_unknown(subscription):
            self.refuse(subscription, reason)

    def _refuse_if_unknown(self, subscription: Subscription) -> bool:
        """An exchange may acknowledge a symbol it does not have, and then stay silent."""
        name = subscription.symbol.name
        if info := self.directory.symbols.get(name):
            self._hub.describe(info)
        objection = self._directory.objection(name)
        if objection:
            self.refuse(subscription, objection)
        return bool(objection)

    def refuse(self, subscription: Subscription, reason: str) -> None:
        close = self._directory.nearest(subscription.symbol.name)
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
