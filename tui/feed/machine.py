"""The connection as a pure reducer: (link, event, now) -> (link, effects).

No clock, no socket: `now` is seconds of the monotonic clock, and connection.py carries out the
effects. The states and rules are those of a link that must never be given up silently:
attempts are forgotten after a stable period and never at open, silence of data counts whatever
the pings say, and subscriptions are desired state.
"""

from __future__ import annotations

from tui.feed import ascent, commands, descent, silence, subscribing, watch
from tui.feed import signals as on
from tui.feed.faults import Fault, FaultKind, of_refused_token
from tui.feed.link import TALKING, Link, Rules
from tui.feed.signals import Effect, Event
from tui.feed.status import ConnectionState as State
from tui.feed.step import Step


def step(link: Link, event: Event, now: float, rules: Rules) -> tuple[Link, list[Effect]]:
    """The next link and what to do for it; the same arguments give the same answer."""
    if link.state is State.CLOSED or getattr(event, "epoch", link.epoch) != link.epoch:
        return link, []
    taken = Step(link, now, rules)
    _take(taken, event)
    subscribing.pursue(taken)
    return taken.link, taken.effects


def wake(link: Link, rules: Rules) -> float:
    """The monotonic time at which the link needs its next Tick."""
    if link.state is State.CLOSING:
        return link.until
    times = [link.until, link.ping_at, link.pong_by, link.verdict_by, link.renew_at]
    times += [p.deadline for p in link.pending]
    times += link.questions
    if link.pong_owed:
        times.append(link.next_pong)
    if link.state in TALKING and commands.wait_to_be_sent(link):
        times.append(link.next_send)
    if silence.is_counted(link):
        times.append(silence.ends_patience(link, rules.settings.stale_after))
    return min(times)


def _take(step: Step, event: Event) -> None:
    match event:
        case on.Stop():
            descent.close(step)
        case _ if step.link.state is State.CLOSING:
            descent.closing(step, event)
        case on.Start():
            step.do(on.AskDial())
        case on.RetryNow():
            descent.retry_now(step)
        case on.Reachable():
            descent.hurry(step)
        case on.Resumed():
            descent.resume(step)
        case on.Want(subscriptions):
            subscribing.want(step, subscriptions)
        case on.DialGranted():
            ascent.granted(step, event)
        case on.TurnMoved(until):
            step.set(until=until if step.link.reserved else step.link.until)
        case on.Opened():
            ascent.opened(step)
        case on.Lost(_, fault, data_at):
            step.set(data_at=max(step.link.data_at, data_at))
            descent.fail(step, fault)
        case on.TokenSent(_, renew_at):
            ascent.token_sent(step, renew_at)
        case on.TokenTaken():
            ascent.token_taken(step)
        case on.TokenRefused(_, reason):
            ascent.token_failed(step, of_refused_token(reason))
        case on.TokenMissing(_, reason):
            ascent.token_failed(step, Fault(FaultKind.TRANSIENT, reason))
        case on.DataSeen():
            watch.data_seen(step)
        case on.Spoilt(_, flaw):
            reason = f"Most of what came could not be read; it dials again. The last: {flaw}."
            descent.fail(step, Fault(FaultKind.TRANSIENT, reason))
        case on.Replied(_, reply):
            subscribing.replied(step, reply)
        case on.Pinged(_, reply):
            watch.pinged(step, reply)
        case on.Ponged(_, number):
            watch.ponged(step, number)
        case on.Inquire():
            subscribing.inquire(step)
        case on.Leaving():
            step.set(succeed_at=step.now)
        case on.Synced():
            ascent.synced(step, event)
        case on.Forgotten(_, subscription, again):
            subscribing.remind(step, subscription, again)
        case on.Checked(_, missed):
            watch.checked(step, missed)
        case on.Tick():
            watch.tick(step, event)
