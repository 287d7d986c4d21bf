"""What time alone tells of an open link: logins, heartbeats, silence, replies that are due."""

from __future__ import annotations

from math import inf

from tui.feed import retreat, silence, subscribing
from tui.feed import signals as on
from tui.feed.ascent import live_if_whole
from tui.feed.descent import fail
from tui.feed.faults import Fault, FaultKind
from tui.feed.link import OPEN
from tui.feed.status import ConnectionState as State
from tui.feed.step import Step

LATE = 2.0
# Pings of the exchange's making are answered at once, but a flood of them no more often.
PONG_SPACING = 0.05


def tick(step: Step, tick: on.Tick) -> None:
    """Do what is due."""
    if step.link.state in (State.BACKOFF, State.PARKED):
        if step.now >= step.link.until:
            step.do(on.AskDial(step.link.reserved))
            step.set(until=inf)
    elif step.link.state in OPEN:
        step.set(data_at=max(step.link.data_at, tick.data_at))
        if tick.late > LATE:
            _forgive(step)
        for watch in (_login, _heartbeat, _silence, subscribing.watch_replies):
            if step.link.state in OPEN:
                watch(step)
    subscribing.forget_old_questions(step)


def _forgive(step: Step) -> None:
    """We slept, not the exchange: let what it sent be read before it is judged."""
    step.set(
        pong_by=max(step.link.pong_by, step.now + 1.0),
        verdict_by=max(step.link.verdict_by, step.now + 1.0),
        until=max(step.link.until, step.now + 1.0),
        data_at=max(step.link.data_at, step.now + 1.0 - step.rules.settings.stale_after),
    )


def _login(step: Step) -> None:
    if step.link.state is State.AUTHING and step.now >= step.link.until:
        fail(step, Fault(FaultKind.TRANSIENT, "The login took too long; it dials again."))
    elif step.now >= step.link.renew_at:
        step.set(renew_at=inf)
        step.do(on.SendToken(step.link.epoch, fresh=True))


def _heartbeat(step: Step) -> None:
    link = step.link
    if link.pong_owed and step.now >= link.next_pong:
        pinged(step, link.pong_owed)
    if step.now >= link.pong_by:
        fail(
            step,
            Fault(FaultKind.TRANSIENT, "The exchange did not answer our ping; it dials again."),
        )
    elif step.now >= link.ping_at:
        pong_by = step.now + step.rules.settings.pong_timeout
        step.do(on.SendPing(link.epoch, link.next_id))
        step.set(ping_at=inf, pong_by=pong_by, ping_id=link.next_id, next_id=link.next_id + 1)


def pinged(step: Step, reply: str) -> None:
    """The exchange wants an answer at once; of a flood of pings only the newest gets one."""
    if step.now < step.link.next_pong:
        step.set(pong_owed=reply)
        return
    step.do(on.Send(reply))
    step.set(next_pong=step.now + PONG_SPACING, pong_owed="")


def ponged(step: Step, number: int | None) -> None:
    """An answer to our ping; one to another ping, or to none, says nothing."""
    if step.link.awaits_pong(number):
        step.set(pong_by=inf, ping_at=step.now + step.rules.settings.heartbeat_interval)


def _silence(step: Step) -> None:
    stale_after = step.rules.settings.stale_after
    if step.link.state is State.STALE:
        if step.now >= step.link.until:
            fail(step, Fault(FaultKind.TRANSIENT, "Connected, but no data came; it dials again."))
    elif step.now >= step.link.verdict_by:
        _become_stale(step, stale_after)
    elif silence.is_counted(step.link):
        if step.now >= silence.ends_patience(step.link, stale_after):
            _suspect(step)
        elif step.now - step.link.flowing_since >= retreat.stable_period(step.link):
            step.link = retreat.with_credit(step.link, step.now)


def _suspect(step: Step) -> None:
    """Is the market quiet, or the stream dead? Subscribe again, and ask over REST."""
    served = step.link.held & step.link.wanted
    step.link = silence.suspected(step.link, step.now)
    step.do(on.Check(frozenset(sorted(served)[: silence.SUSPECTS])))
    subscribing.again(step, served)


def checked(step: Step, missed: bool | None) -> None:
    """The answer over REST, or none."""
    asked = step.link.verdict_by < inf
    if missed and (asked or step.link.state is State.STALE):
        _become_stale(step, silence.BUSY_GRACE)
    elif missed is False and (asked or step.link.state is State.STALE):
        step.link = silence.quieted(step.link, step.now, step.rules.settings.stale_after)
        live_if_whole(step)
    elif missed is None and asked:
        _become_stale(step, step.rules.settings.stale_after)


def data_seen(step: Step) -> None:
    """Data came, after a silence or for the first time."""
    step.link = silence.broken(step.link, step.now)
    live_if_whole(step)


def _become_stale(step: Step, wait: float) -> None:
    """Prices are late; if no data come within `wait` seconds either, dial anew."""
    step.link = retreat.with_credit(step.link, step.now)
    step.link = silence.stale(step.link, step.now + wait)
