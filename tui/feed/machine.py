"""The connection as a pure reducer: (link, event, now) -> (link, effects).

No clock, no socket: `now` is seconds of the monotonic clock, and connection.py carries out the
effects. The states and rules are those of a link that must never be given up silently:
attempts are forgotten after a stable period and never at open, silence of data counts whatever
the pings say, and subscriptions are desired state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf
from typing import Any

from tui.feed import backoff, commands, silence
from tui.feed import link as on
from tui.feed.faults import Fault, FaultKind
from tui.feed.link import OPEN, Effect, Event, Link, Pending, Rules
from tui.feed.status import ConnectionState as State
from tui.market.events import Ack, Refusal
from tui.market.symbol import Subscription

STABLE = 30.0
HALVING = 10.0
SLOW_PROBE = 900.0
# A successor is dialled an hour before the exchange ends a connection, not for all at once.
SUCCESSION = 3_600.0
SUCCESSION_SCATTER = 600.0
FORBIDDEN_TRIES = 3
CLOSE_TIMEOUT = 1.0
LATE = 2.0


def step(link: Link, event: Event, now: float, rules: Rules) -> tuple[Link, list[Effect]]:
    """The next link and what to do for it; the same arguments give the same answer."""
    if link.state is State.CLOSED or getattr(event, "epoch", link.epoch) != link.epoch:
        return link, []
    stepper = _Step(link, now, rules)
    stepper.take(event)
    stepper.pursue()
    return stepper.link, stepper.effects


def wake(link: Link, rules: Rules) -> float:
    """The monotonic time at which the link needs its next Tick."""
    times = [link.until, link.ping_at, link.pong_by, link.verdict_by]
    times += [p.deadline for p in link.pending]
    if any(p.deadline == inf for p in link.pending):
        times.append(link.next_send)
    if silence.is_counted(link):
        times.append(silence.ends_patience(link, rules.settings.stale_after))
    return min(times)


class _Step:
    """One transition in the making; gone when `step` returns."""

    def __init__(self, link: Link, now: float, rules: Rules) -> None:
        self.link = link
        self.now = now
        self.rules = rules
        self.effects: list[Effect] = []

    def set(self, **changes: Any) -> None:
        self.link = replace(self.link, **changes)

    def take(self, event: Event) -> None:
        match event:
            case on.Stop():
                self.close()
            case _ if self.link.state is State.CLOSING:
                self.closing(event)
            case on.Start():
                self.effects.append(on.AskDial())
            case on.RetryNow():
                self.retry_now()
            case on.Want(subscriptions):
                self.set(wanted=subscriptions, synced=self.link.synced & subscriptions)
            case on.DialGranted(wait):
                self.await_turn(wait) if wait > 0 else self.dial()
            case on.Opened():
                self.open()
            case on.Lost(_, fault, data_at):
                self.set(data_at=max(self.link.data_at, data_at))
                self.fail(fault)
            case on.DataSeen():
                self.data()
            case on.Replied(_, reply):
                self.reply(reply)
            case on.Ponged():
                self.set(pong_by=inf, ping_at=self.now + self.rules.settings.heartbeat_interval)
            case on.Leaving():
                self.set(succeed_at=self.now)
            case on.Synced(_, subscription):
                self.set(synced=self.link.synced | ({subscription} & self.link.held))
                self.live_if_whole()
            case on.Forgotten(_, subscription, again):
                self.remind(subscription, again)
            case on.Checked(_, missed):
                self.checked(missed)
            case on.Tick():
                self.tick(event)

    # The way up

    def await_turn(self, wait: float) -> None:
        fault = self.link.fault
        if fault is None or fault.kind is FaultKind.OURS:
            fault = Fault(FaultKind.OURS, "Waiting for a turn to dial.")
        self.set(state=State.BACKOFF, until=self.now + wait, reserved=True, fault=fault)

    def dial(self) -> None:
        epoch = self.link.epoch + 1
        self.set(state=State.DIALING, epoch=epoch, until=inf, reserved=False)
        self.effects.append(on.Dial(epoch))

    def open(self) -> None:
        heartbeat = self.rules.settings.heartbeat_interval
        lifetime = self.rules.exchange.limits.lifetime - SUCCESSION
        scatter = self.rules.random.uniform(-SUCCESSION_SCATTER, SUCCESSION_SCATTER)
        self.set(
            state=State.SUBSCRIBING, until=inf, opens=self.link.opens + 1, opened_at=self.now,
            succeed_at=self.now + lifetime + scatter,
            held=frozenset(), synced=frozenset(), pending=(), next_send=self.now,
            ping_at=self.now + heartbeat, pong_by=inf, flowing_since=inf, verdict_by=inf,
            data_at=self.now, data_seen=False, quiet=False, quiet_until=0.0, quiet_for=0.0,
        )  # fmt: skip

    def reply(self, reply: Ack | Refusal) -> None:
        self.link, pending = commands.match(self.link, reply)
        if pending is None:
            return
        covers = frozenset(pending.command.covers)
        if isinstance(reply, Refusal):
            self.refused(pending, reply.reason)
        elif pending.adds:
            self.acknowledged(covers)
        else:
            self.set(held=self.link.held - covers)

    def acknowledged(self, covers: frozenset[Subscription]) -> None:
        self.set(held=self.link.held | covers)
        if self.link.state is State.SUBSCRIBING:
            self.set(state=State.SYNCING)
        if fresh := covers & self.link.wanted - self.link.synced:
            self.effects.append(on.Sync(fresh))

    def refused(self, pending: Pending, reason: str) -> None:
        """One bad name fails a whole batch: ask for each by itself to learn which it is."""
        covers = pending.command.covers
        if not pending.adds:
            return
        if len(covers) > 1:
            for subscription in covers:
                self.enqueue([subscription])
            return
        self.set(wanted=self.link.wanted - set(covers))
        self.effects.append(on.Reject(covers[0], reason))

    def data(self) -> None:
        self.link = silence.broken(self.link, self.now)
        self.live_if_whole()

    def live_if_whole(self) -> None:
        link = self.link
        told = link.data_seen or link.quiet
        if link.state is State.SYNCING and told and link.wanted <= link.synced:
            self.set(state=State.LIVE, fault=None, forbidden=0)

    # The way down

    def fail(self, fault: Fault) -> None:
        self.credit_stability()
        self.lapse()
        stable, attempt = self.link.attempt == 0 and self.link.opens > 0, self.link.attempt + 1
        forbidden = self.link.forbidden + (fault.kind is FaultKind.FORBIDDEN)
        self.set(fault=fault, attempt=attempt, forbidden=forbidden, reserved=False)
        limit = self.rules.settings.max_reconnect_attempts
        if fault.kind is FaultKind.PERMANENT:
            self.set(state=State.PARKED, until=inf)
        elif fault.kind is FaultKind.UNVERIFIED or forbidden > FORBIDDEN_TRIES:
            probe = SLOW_PROBE * self.rules.random.uniform(0.8, 1.2)
            self.set(state=State.PARKED, until=self.now + probe)
        elif limit and attempt > limit:
            gave_up = f"Gave up after {limit} attempts; the last: {fault.reason}"
            self.set(state=State.PARKED, until=inf, fault=replace(fault, reason=gave_up))
        else:
            wait = backoff.after(fault, attempt, stable, self.rules.settings, self.rules.random)
            self.back_off(wait, fault.retry_after)

    def back_off(self, wait: float, retry_after: float = 0.0) -> None:
        not_before = max(self.link.not_before, self.now + retry_after)
        until = self.now + wait
        self.set(state=State.BACKOFF, until=until, last_delay=wait, not_before=not_before)

    def credit_stability(self) -> None:
        """Forget failures after a stable period of data, halve them for less: not at open."""
        until = self.now if self.link.quiet else min(self.now, self.link.data_at)
        lived = until - self.link.flowing_since
        if lived >= max(STABLE, 2 * self.link.last_delay):
            self.set(attempt=0)
        elif lived >= HALVING:
            self.set(attempt=self.link.attempt >> int(lived // HALVING))

    def lapse(self) -> None:
        """Leave the socket, if there is one."""
        if self.link.state in OPEN:
            self.effects.append(on.Lapse())
        if self.link.state in OPEN or self.link.state is State.DIALING:
            self.effects.append(on.Hang(gracefully=False))
        self.set(
            epoch=self.link.epoch + 1, held=frozenset(), synced=frozenset(), pending=(),
            ping_at=inf, pong_by=inf, quiet=False, verdict_by=inf, flowing_since=inf,
            succeed_at=inf,
        )  # fmt: skip

    def recycle(self, reason: str) -> None:
        """Leave a socket that did nothing wrong and dial at once; no failure is counted."""
        self.credit_stability()
        self.lapse()
        self.set(fault=Fault(FaultKind.OURS, reason))
        self.back_off(0.0)

    def retry_now(self) -> None:
        """A healthy link stays until its successor serves; others make way at once."""
        if self.link.state is State.LIVE:
            self.set(succeed_at=self.now)
        elif self.link.state in OPEN:
            self.recycle("You asked for a new connection.")
        elif self.link.state in (State.BACKOFF, State.PARKED) and not self.link.reserved:
            attempt = 0 if self.link.state is State.PARKED else self.link.attempt
            until = max(self.now, self.link.not_before)
            self.set(state=State.BACKOFF, until=until, attempt=attempt, forbidden=0)

    def close(self) -> None:
        if self.link.state in OPEN:
            self.effects.append(on.Hang(gracefully=True))
            self.set(state=State.CLOSING, until=self.now + CLOSE_TIMEOUT, pending=(),
                     ping_at=inf, pong_by=inf)  # fmt: skip
            return
        self.effects.append(on.Hang(gracefully=False))
        self.set(state=State.CLOSED, until=inf)

    def closing(self, event: Event) -> None:
        """Nothing leaves CLOSING but to CLOSED."""
        if isinstance(event, on.Lost) or self.now >= self.link.until:
            self.effects.append(on.Hang(gracefully=False))
            self.set(state=State.CLOSED, until=inf)

    # Time

    def tick(self, tick: on.Tick) -> None:
        if self.link.state in (State.BACKOFF, State.PARKED):
            if self.now >= self.link.until:
                self.effects.append(on.AskDial(self.link.reserved))
                self.set(until=inf)
        elif self.link.state in OPEN:
            self.set(data_at=max(self.link.data_at, tick.data_at))
            if tick.late > LATE:
                self.forgive()
            self.heartbeat()
            if self.link.state in OPEN:
                self.watch_silence()
            if self.link.state in OPEN:
                self.watch_replies()

    def forgive(self) -> None:
        """We slept, not the exchange: let what it sent be read before it is judged."""
        self.set(
            pong_by=max(self.link.pong_by, self.now + 1.0),
            until=max(self.link.until, self.now + 1.0),
            data_at=max(self.link.data_at, self.now + 1.0 - self.rules.settings.stale_after),
        )

    def heartbeat(self) -> None:
        if self.now >= self.link.pong_by:
            self.fail(Fault(FaultKind.TRANSIENT, "The exchange did not answer our ping."))
        elif self.now >= self.link.ping_at:
            self.effects.append(on.SendPing(self.link.epoch))
            self.set(ping_at=inf, pong_by=self.now + self.rules.settings.pong_timeout)

    def watch_silence(self) -> None:
        stale_after = self.rules.settings.stale_after
        if self.link.state is State.STALE:
            if self.now >= self.link.until:
                self.fail(Fault(FaultKind.TRANSIENT, "Connected, but no data came."))
        elif self.now >= self.link.verdict_by:
            self.become_stale(stale_after)
        elif silence.is_counted(self.link):
            if self.now >= silence.ends_patience(self.link, stale_after):
                self.suspect()
            elif self.now - self.link.flowing_since >= STABLE:
                self.credit_stability()

    def suspect(self) -> None:
        """Is the market quiet, or the stream dead? Subscribe again, and ask over REST."""
        served = self.link.held & self.link.wanted
        self.link = silence.suspected(self.link, self.now)
        self.effects.append(on.Check(frozenset(sorted(served)[: silence.SUSPECTS])))
        self.enqueue(served)

    def checked(self, missed: bool | None) -> None:
        asked = self.link.verdict_by < inf
        if missed and (asked or self.link.state is State.STALE):
            self.become_stale(silence.BUSY_GRACE)
        elif missed is False and (asked or self.link.state is State.STALE):
            self.link = silence.quieted(self.link, self.now, self.rules.settings.stale_after)
            self.live_if_whole()
        elif missed is None and asked:
            self.become_stale(self.rules.settings.stale_after)

    def become_stale(self, wait: float) -> None:
        """Prices are late; if no data come within `wait` seconds either, dial anew."""
        self.credit_stability()
        self.link = silence.stale(self.link, self.now + wait)

    def remind(self, subscription: Subscription, again: bool) -> None:
        if again:
            self.fail(Fault(FaultKind.TRANSIENT, f"No data came for {subscription.symbol.name}."))
        elif subscription in self.link.held:
            self.enqueue([subscription])

    # Subscriptions

    def pursue(self) -> None:
        """Keep what is held on its way to what is wanted."""
        if self.link.state not in OPEN:
            return
        exchange = self.rules.exchange
        link = commands.difference(self.link, exchange, self.rules.settings.queue_size)
        self.link, text = commands.send_next(link, self.now, exchange.limits.command_spacing)
        if text is not None:
            self.effects.append(on.Send(text))

    def enqueue(self, covers: Iterable[Subscription]) -> None:
        queue_size = self.rules.settings.queue_size
        self.link = commands.enqueue(self.link, covers, True, self.rules.exchange, queue_size)

    def watch_replies(self) -> None:
        self.link, exhausted = commands.overdue(self.link, self.now)
        if exhausted:
            self.fail(Fault(FaultKind.TRANSIENT, "The exchange did not confirm a subscription."))
