"""The way down: a fault, a person's wish, the machine's sleep, the end."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from tui.feed import retreat
from tui.feed import signals as on
from tui.feed.faults import TOO_BIG, Fault, FaultKind, of_refused_token
from tui.feed.link import OPEN, Purpose
from tui.feed.signals import Event
from tui.feed.status import ConnectionState as State
from tui.feed.step import Step

CLOSE_TIMEOUT = 1.0
# After one connection came back, the others dial within this many seconds.
SOON = 2.0


def fail(step: Step, fault: Fault) -> None:
    """Leave the socket because of `fault`, and wait for the next dial or park."""
    if fault.code in step.rules.exchange.auth_closes:
        fault = of_refused_token(fault.close_reason, fault.code)
    _leave(step)
    step.link = retreat.after(step.link, fault, step.now, step.rules)
    if fault.kind is FaultKind.PROTOCOL and fault.code == TOO_BIG:
        _divide(step)


def recycle(step: Step, reason: str) -> None:
    """Leave a socket that did nothing wrong and dial at once; no failure is counted."""
    _leave(step)
    fault = Fault(FaultKind.OURS, reason)
    step.link = retreat.waiting(replace(step.link, fault=fault), step.now, 0.0)


def retry_now(step: Step) -> None:
    """A healthy link stays until its successor serves; others make way at once."""
    if step.link.state is State.LIVE:
        step.set(succeed_at=step.now)
    elif step.link.state in OPEN:
        recycle(step, "You asked for a new connection.")
    elif step.link.state in (State.BACKOFF, State.PARKED) and not step.link.reserved:
        step.link = retreat.pardoned(step.link, step.now)


def hurry(step: Step) -> None:
    """The exchange is there again: a long wait is over, for all not in the same moment."""
    soon = max(step.now + step.rules.random.uniform(0.0, SOON), step.link.not_before)
    if step.link.state is State.BACKOFF and not step.link.reserved:
        step.set(until=min(step.link.until, soon))


def resume(step: Step) -> None:
    """Nothing that happened before the sleep says anything about the network of now."""
    if step.link.state in OPEN or step.link.state is State.DIALING:
        recycle(step, "This machine slept.")
        step.set(attempt=0)
    elif step.link.state is State.BACKOFF and not step.link.reserved:
        step.link = retreat.pardoned(replace(step.link, attempt=0), step.now)


def close(step: Step) -> None:
    """End for good, with a closing handshake where there is a socket."""
    if step.link.state in OPEN:
        step.do(on.Hang(gracefully=True))
        step.set(state=State.CLOSING, until=step.now + CLOSE_TIMEOUT)
        return
    step.do(on.Hang(gracefully=False))
    step.set(state=State.CLOSED, until=inf)


def closing(step: Step, event: Event) -> None:
    """Nothing leaves CLOSING but to CLOSED."""
    if isinstance(event, on.Lost) or step.now >= step.link.until:
        step.do(on.Hang(gracefully=False))
        step.set(state=State.CLOSED, until=inf)


def _leave(step: Step) -> None:
    """Leave the socket, if there is one."""
    asked = sum(p.purpose is Purpose.ASK for p in step.link.pending)
    step.drop_questions(asked, "the connection was lost")
    if step.link.state in OPEN:
        step.do(on.Lapse())
    if step.link.state in OPEN or step.link.state is State.DIALING:
        step.do(on.Hang(gracefully=False))
    step.link = retreat.with_credit(step.link, step.now)
    step.set(
        epoch=step.link.epoch + 1, held=frozenset(), synced=frozenset(), pending=(),
        ping_at=inf, pong_by=inf, quiet=False, verdict_by=inf, flowing_since=inf,
        succeed_at=inf, renew_at=inf, pong_owed="",
    )  # fmt: skip


def _divide(step: Step) -> None:
    """A message that is too large for a second time: two sockets may carry it in halves."""
    oversized = step.link.oversized + 1
    divide = oversized > 1 and len(step.link.wanted) > 1
    step.set(oversized=0 if divide else oversized)
    if divide:
        step.set(violations=())
        step.do(on.Split())
