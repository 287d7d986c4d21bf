"""One connection as a task: carries out what the machine decides, on a real socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from itertools import count
from math import inf
from typing import Any, Protocol

from tui.errors import TradexError
from tui.feed import signals as on
from tui.feed.backfill import Backfill
from tui.feed.faults import Fault, FaultKind
from tui.feed.hearing import signal_of, unrepeated
from tui.feed.hub import Hub
from tui.feed.limits import HostLimits, TokenBucket
from tui.feed.link import OPEN, Link, Rules, reason_of, state_of
from tui.feed.machine import step, wake
from tui.feed.meter import Meter
from tui.feed.secret import Secret
from tui.feed.status import ConnectionState, StateChanged
from tui.feed.tokens import check_may_carry
from tui.feed.transport import Dialer, Socket, SocketLost
from tui.market.events import CandleReport, Malformed, Pong, Pulse, Reply, Ticker, Trade
from tui.market.symbol import Subscription

# One connection alone: five dials at once, then one in 10 s, so at most 11 in any minute.
_OWN_DIALS = (5, 10.0)
_LOG_EVERY = 10.0

log = logging.getLogger(__name__)
_BINARY = (Malformed("a binary message"),)
_OWN_FAULT = Fault(
    FaultKind.OURS, "A fault of this program; it starts anew, the log file has the reason."
)


def _shown(link: Link) -> tuple[object, ...]:
    heard = link.held, link.synced, link.data_seen, link.quiet
    return link.state, link.attempt, link.until, link.wanted, heard


class Owner(Protocol):
    """Whom a connection turns to with what concerns more than itself."""

    def refuse(self, subscription: Subscription, reason: str) -> None:
        """The exchange does not serve this."""

    def split(self, connection: Connection) -> None:
        """One socket cannot carry all of this."""

    def answered(self, answer: on.Audited | on.Dropped) -> None:
        """The question what the exchange sends was answered, or came to nothing."""


class Connection:
    """Keeps one WebSocket to `rules.exchange` up, for the subscriptions it is told to want.

    Everything but `link` and `meter`, which any thread may read, belongs to the engine's loop.
    """

    _ids = count(1)

    def __init__(
        self, rules: Rules, hub: Hub, backfill: Backfill, limits: HostLimits, dialer: Dialer,
        monotonic: Callable[[], float], owner: Owner, capacity: int,
        predecessor: Connection | None = None,
    ) -> None:  # fmt: skip
        self.id = next(self._ids)
        self.rules = rules
        self.link = Link()
        self.meter = Meter()
        self.round_trip: float | None = None
        self.last_close: Fault | None = None
        self.understudy = predecessor is not None  # silent until it takes over
        self._hub = hub
        self._backfill = backfill
        self._limits = limits
        self.capacity = capacity
        self._owner = owner
        self._own_dials: TokenBucket = (
            predecessor._own_dials if predecessor else TokenBucket(*_OWN_DIALS, refills=False)
        )
        self._dialer = dialer
        self._monotonic = monotonic
        self._inbox: asyncio.Queue[on.Event] = asyncio.Queue()
        self._socket: Socket | None = None
        self._shown: Secret | None = None
        self._socket_tasks: set[asyncio.Task[None]] = set()
        self._logged_at = -_LOG_EVERY
        self._pinged_at = 0.0

    async def run(self) -> None:
        """Until stopped: take one event after the other, each to its end.

        A fault of our own raises; another call begins anew.
        """
        self.post(on.Start())
        try:
            while self.link.state is not ConnectionState.CLOSED:
                self._advance(await self._next_event())
        except Exception:  # whatever it is, the link starts from nothing; the caller logs it
            self._reset()
            raise
        finally:
            self._hang(gracefully=False)
            await asyncio.gather(*self._socket_tasks, return_exceptions=True)

    @property
    def serves(self) -> bool:
        """Whether it is live for all that it is wanted for."""
        return self.link.state is ConnectionState.LIVE and self.link.wanted <= self.link.synced

    def take_over(self, predecessor: Connection) -> None:
        """Serve in its place, and tell what that changes."""
        self.understudy, predecessor.understudy = False, True
        self.capacity = predecessor.capacity
        self._tell(predecessor.link)

    def post(self, event: on.Event) -> None:
        """Something happened; on the engine's loop only."""
        self._inbox.put_nowait(event)

    def want(self, subscriptions: frozenset[Subscription]) -> None:
        """Hold these from now on, and no others."""
        self.post(on.Want(subscriptions))

    def retry(self) -> None:
        """Dial now, whatever the state."""
        self.post(on.RetryNow())

    def stop(self) -> None:
        """Close for good; `run` returns."""
        self.post(on.Stop())

    def _reset(self) -> None:
        """Forget everything after a fault of our own, but not the failures counted so far."""
        before = self.link
        self.link = Link(
            ConnectionState.BACKOFF, before.epoch + 1, before.attempt + 1, fault=_OWN_FAULT,
            wanted=before.wanted, opens=before.opens,
        )  # fmt: skip
        self._carry_out(on.Lapse())
        self._tell(before)

    async def _next_event(self) -> on.Event:
        due = wake(self.link, self.rules)
        try:
            async with asyncio.timeout(max(0.0, min(due - self._monotonic(), 3600.0))):
                return await self._inbox.get()
        except TimeoutError:
            return on.Tick(self.meter.data_at, late=max(0.0, self._monotonic() - due))

    def _advance(self, event: on.Event) -> None:
        before = self.link
        self.link, effects = step(before, event, self._monotonic(), self.rules)
        for effect in effects:
            self._carry_out(effect)
        if before.attempt and not self.link.attempt:
            self._own_dials.restore()
        if _shown(before) != _shown(self.link):
            self._tell(before)

    def _tell(self, before: Link) -> None:
        """Publish what changed for each subscription, in the order of the data."""
        link = self.link
        if link.fault and link.fault is not before.fault:
            log.info("connection %d: %s", self.id, link.fault.reason)
            self.last_close = link.fault
        if self.understudy:
            return
        waits = link.state is ConnectionState.BACKOFF and before.until != link.until < inf
        # Its last failure was told when it failed: to dial again is no news of it.
        reason = "" if link.state is ConnectionState.DIALING else reason_of(link)
        delay = max(0.0, link.until - self._monotonic()) if waits else None
        for subscription in sorted(link.wanted):
            state = state_of(link, subscription)
            if waits or state is not state_of(before, subscription):
                change = StateChanged(subscription, state, link.attempt, delay, reason)
                self._hub.publish(change)
        self._hub.touch(link.wanted)

    def _carry_out(self, effect: on.Effect) -> None:
        match effect:
            case on.AskDial(reserved):
                self._ask_dial(reserved)
            case on.Dial(epoch):
                self._spawn(self._open(epoch))
            case on.Send(text):
                self._spawn(self._send(text))
            case on.SendToken(epoch, fresh):
                self._spawn(self._log_in(epoch, fresh))
            case on.SendPing(epoch, number):
                self._spawn(self._ping(epoch, number))
            case on.Hang(gracefully):
                self._hang(gracefully=gracefully)
            case on.Lapse():
                for subscription in () if self.understudy else self.link.wanted:
                    self._hub.lose(subscription)
            case on.Sync(subscriptions):
                for subscription in sorted(subscriptions):
                    self._spawn(self._sync(subscription, self.link.epoch))
            case on.Check(subscriptions):
                self._spawn(self._check(subscriptions, self.link.epoch))
            case on.Reject(subscription, reason):
                self._owner.refuse(subscription, reason)
            case on.Split():
                self._owner.split(self)
            case on.Unconfirmed(subscriptions):
                self._report_unconfirmed(subscriptions)
            case on.Audited() | on.Dropped():
                self._owner.answered(effect)

    def _report_unconfirmed(self, subscriptions: tuple[Subscription, ...]) -> None:
        for subscription in subscriptions:
            reason = f"{self.rules.exchange.title} did not confirm it yet."
            self._hub.trouble(subscription, reason)

    def _ask_dial(self, reserved: bool) -> None:
        now = self._monotonic()
        if reserved and not self._limits.held(now):
            return self.post(on.DialGranted())
        own = 0.0 if reserved else self._own_dials.reserve(now)
        wait = max(own, self._limits.dial_turn(now))
        held = self._limits.reason if self._limits.held(now) else ""
        self.post(on.DialGranted(wait, own, held))

    # The socket's tasks: they end with it

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._socket_tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._socket_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("connection %d", self.id, exc_info=error)
            if self.link.state in OPEN or self.link.state is ConnectionState.DIALING:
                self.post(on.Lost(self.link.epoch, _OWN_FAULT))

    async def _open(self, epoch: int) -> None:
        settings, endpoint = self.rules.settings, self.rules.exchange.endpoint()
        try:
            socket = await self._dialer(endpoint, settings.connect_timeout)
        except SocketLost as lost:
            if lost.fault.retry_after:
                lost.fault = self._limits.hold(self._monotonic(), lost.fault)
            return self.post(on.Lost(epoch, lost.fault))
        self._socket = socket
        self.round_trip = None
        self.post(on.Opened(epoch))
        await self._read(socket, epoch)

    async def _read(self, socket: Socket, epoch: int) -> None:
        """Receive and apply; waits for nothing but the socket."""
        exchange, meter, hub = self.rules.exchange, self.meter, self._hub
        parse, name, monotonic = exchange.parse, exchange.name, self._monotonic
        readable = (str, bytes) if exchange.reads_binary else str
        try:
            while True:
                frame = await socket.receive()
                meter.messages += 1
                meter.bytes += len(frame)
                if self.link.state is ConnectionState.CLOSING:
                    continue  # another socket serves: what this one still says is out of date
                events = parse(frame) if isinstance(frame, readable) else _BINARY
                meter.unread += not events
                for event in events:
                    if isinstance(event, (CandleReport, Trade, Ticker, Pulse)):
                        meter.data_at = now = monotonic()
                        hub.apply(name, event, now)
                        if self.link.awaits_data:
                            self.post(on.DataSeen(epoch))
                    else:
                        self._answer(unrepeated(event, self._shown), epoch)
        except SocketLost as lost:
            fault = unrepeated(lost.fault, self._shown)
            self.post(on.Lost(epoch, fault, meter.data_at))

    def _answer(self, event: Reply | Malformed, epoch: int) -> None:
        if isinstance(event, Malformed):
            return self._note_malformed(event.reason)
        if isinstance(event, Pong) and self.link.awaits_pong(event.id):
            self.round_trip = self._monotonic() - self._pinged_at
        self.post(signal_of(event, epoch))

    def _note_malformed(self, reason: str) -> None:
        self.meter.malformed += 1
        self.meter.flaw = reason
        if self._monotonic() - self._logged_at > _LOG_EVERY:
            self._logged_at = self._monotonic()
            log.warning("%s sent a bad frame: %s", self.rules.exchange.name, reason)

    async def _send(self, text: str) -> None:
        if self._socket:
            with suppress(SocketLost):  # the reader sees it too, and reports it
                await self._socket.send(text)

    async def _log_in(self, epoch: int, fresh: bool) -> None:
        exchange, tokens = self.rules.exchange, self.rules.tokens
        assert tokens  # without them nobody asked for a login
        try:
            check_may_carry(exchange.endpoint())
            self._shown = secret = await tokens.get(fresh=fresh)
        except TradexError as error:
            return self.post(on.TokenMissing(epoch, str(error)))
        await self._send(exchange.login(secret.reveal()))
        self.post(on.TokenSent(epoch, tokens.refresh_at(self._monotonic())))

    async def _ping(self, epoch: int, number: int) -> None:
        if self.rules.exchange.has_heartbeat:
            self._pinged_at = self._monotonic()
            await self._send(self.rules.exchange.ping(number))
        elif self._socket:
            with suppress(SocketLost):
                self.round_trip = await self._socket.ping()
                self.post(on.Ponged(epoch))

    async def _sync(self, subscription: Subscription, epoch: int) -> None:
        await self._backfill.sync(subscription)
        self.post(on.Synced(epoch, subscription))

    async def _check(self, subscriptions: frozenset[Subscription], epoch: int) -> None:
        self.post(on.Checked(epoch, await self._backfill.missed(sorted(subscriptions))))

    def _hang(self, *, gracefully: bool) -> None:
        if gracefully and self._socket:
            return self._spawn(self._socket.close())
        self.meter.rest()
        if self._socket:
            self._socket.abort()
            self._socket = None
        for task in self._socket_tasks:
            task.cancel()
