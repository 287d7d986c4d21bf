"""After a fault: when to dial again, or to park. Pure functions on a Link; monotonic seconds."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from tui.feed import backoff
from tui.feed.faults import Fault, FaultKind
from tui.feed.link import Link, Rules
from tui.feed.status import ConnectionState as State

STABLE = 30.0
HALVING = 10.0
SLOW_PROBE = 900.0
FORBIDDEN_TRIES = 3
UNAUTHORIZED_TRIES = 1
VIOLATIONS_TOLERATED = 2
VIOLATIONS_WITHIN = 600.0


def after(link: Link, fault: Fault, now: float, rules: Rules) -> Link:
    """The link that was left because of `fault`: waiting for its next dial, or parked."""
    stable = link.attempt == 0 and link.opens > 0
    link = _counted(replace(link, fault=fault, attempt=link.attempt + 1, reserved=False), now)
    if parked := _parked(link, fault, now, rules):
        return parked
    wait = backoff.after(fault, link.attempt, stable, rules.settings, rules.random)
    return waiting(link, now, wait, fault.retry_after)


def waiting(link: Link, now: float, wait: float, retry_after: float = 0.0) -> Link:
    """Dial in `wait` seconds, and not before `retry_after` whoever asks."""
    not_before = max(link.not_before, now + retry_after)
    until = now + wait
    return replace(link, state=State.BACKOFF, until=until, last_delay=wait, not_before=not_before)


def stable_period(link: Link) -> float:
    """For how many seconds data must flow until failures are forgotten."""
    return max(STABLE, 2 * link.last_delay)


def with_credit(link: Link, now: float) -> Link:
    """Forget failures after a stable period of data, halve them for less: not at open.

    Less is credited once, when the data end.
    """
    until = now if link.quiet else min(now, link.data_at)
    lived = until - link.flowing_since
    if lived >= stable_period(link):
        return replace(link, attempt=0, unauthorized=0)
    if lived >= HALVING:
        return replace(link, attempt=link.attempt >> int(lived // HALVING))
    return link


def pardoned(link: Link, now: float) -> Link:
    """A person, or the machine's waking, asks for a dial now; the exchange's word still holds."""
    attempt = 0 if link.state is State.PARKED else link.attempt
    until = max(now, link.not_before)
    return replace(
        link, state=State.BACKOFF, until=until, attempt=attempt,
        forbidden=0, unauthorized=0, violations=(),
    )  # fmt: skip


def _counted(link: Link, now: float) -> Link:
    """Count the faults of those kinds that have a limit of their own."""
    assert link.fault
    kind = link.fault.kind
    violations = tuple(time for time in link.violations if now - time < VIOLATIONS_WITHIN)
    return replace(
        link,
        forbidden=link.forbidden + (kind is FaultKind.FORBIDDEN),
        unauthorized=link.unauthorized + (kind is FaultKind.UNAUTHORIZED),
        violations=(*violations, now) if kind is FaultKind.PROTOCOL else violations,
    )


def _parked(link: Link, fault: Fault, now: float, rules: Rules) -> Link | None:
    """The link when it is not to be dialled again soon, or by itself; None when it is."""
    limit = rules.settings.max_reconnect_attempts
    probe = now + SLOW_PROBE * rules.random.uniform(0.8, 1.2)
    reason, until = fault.reason, inf
    if fault.kind is FaultKind.UNVERIFIED or link.forbidden > FORBIDDEN_TRIES:
        until = probe
    elif len(link.violations) > VIOLATIONS_TOLERATED and fault.kind is FaultKind.PROTOCOL:
        reason, until = f"{reason} That was the third time in ten minutes.", probe
    elif limit and link.attempt > limit:
        reason = f"Gave up after max_reconnect_attempts ({limit}); the last: {reason}"
    elif fault.kind is not FaultKind.PERMANENT and link.unauthorized <= UNAUTHORIZED_TRIES:
        return None
    return replace(link, state=State.PARKED, until=until, fault=replace(fault, reason=reason))
