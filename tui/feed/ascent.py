"""The way up: a turn to dial, the open socket, the login, and what makes a link live."""

from __future__ import annotations

from math import inf

from tui.feed import descent
from tui.feed import signals as on
from tui.feed.faults import Fault, FaultKind
from tui.feed.status import ConnectionState as State
from tui.feed.step import Step

# A successor is dialled an hour before the exchange ends a connection, not for all at once.
SUCCESSION = 3_600.0
SUCCESSION_SCATTER = 600.0
LOGIN_TIMEOUT = 10.0
NO_TURN = "Waiting for a turn to dial; the exchange lets only so many in at once."
# A source of tokens ends by itself, and says why, before this.
TOKEN_TIMEOUT = 15.0
# A token that could not be renewed in time is tried again after this long.
RENEWAL_RETRY = 60.0
_WAITING = {State.IDLE, State.BACKOFF, State.PARKED}


def granted(step: Step, turn: on.DialGranted) -> None:
    """Dial, or wait for the turn and say why; a reason of ours is over once it dials."""
    if step.link.state not in _WAITING:
        return
    fault = step.link.fault
    ours = fault is None or fault.kind is FaultKind.OURS
    if turn.wait <= 0:
        epoch, fault = step.link.epoch + 1, None if ours else fault
        step.set(state=State.DIALING, epoch=epoch, until=inf, reserved=False, fault=fault)
        step.do(on.Dial(epoch))
        return
    if ours or turn.held:
        fault = Fault(FaultKind.OURS, turn.held or NO_TURN)
    until, own_turn = step.now + turn.wait, step.now + turn.own
    step.set(state=State.BACKOFF, until=until, own_turn=own_turn, reserved=True, fault=fault)


def opened(step: Step) -> None:
    """The socket is there: log in where that is asked for, then subscribe."""
    heartbeat = step.rules.settings.heartbeat_interval
    lifetime = step.rules.exchange.limits.lifetime - SUCCESSION
    scatter = step.rules.random.uniform(-SUCCESSION_SCATTER, SUCCESSION_SCATTER)
    step.set(
        state=State.SUBSCRIBING, until=inf, opens=step.link.opens + 1, opened_at=step.now,
        succeed_at=step.now + lifetime + scatter,
        held=frozenset(), synced=frozenset(), pending=(), next_send=step.now,
        ping_at=step.now + heartbeat, pong_by=inf, flowing_since=inf, verdict_by=inf,
        data_at=step.now, data_seen=False, quiet=False, quiet_until=0.0, quiet_for=0.0,
        renew_at=inf, pong_owed="",
    )  # fmt: skip
    if step.rules.tokens:
        step.set(state=State.AUTHING, until=step.now + TOKEN_TIMEOUT)
        step.do(on.SendToken(step.link.epoch, step.link.unauthorized > 0))


def token_sent(step: Step, renew_at: float) -> None:
    """From now on the exchange has its time to answer."""
    step.set(renew_at=renew_at)
    if step.link.state is State.AUTHING:
        step.set(until=step.now + LOGIN_TIMEOUT)


def token_taken(step: Step) -> None:
    """The exchange knows us: now it may be told what is wanted."""
    if step.link.state is State.AUTHING:
        step.set(state=State.SUBSCRIBING, until=inf)


def token_failed(step: Step, fault: Fault) -> None:
    """On the way up, or without a token, it ends the socket; later the old token serves on."""
    if step.link.state is State.AUTHING or not step.rules.tokens:
        descent.fail(step, fault)
    else:
        step.set(renew_at=step.now + RENEWAL_RETRY)


def synced(step: Step, subscription: on.Synced) -> None:
    """One subscription's history reaches up to the live candle."""
    step.set(synced=step.link.synced | ({subscription.subscription} & step.link.held))
    live_if_whole(step)


def live_if_whole(step: Step) -> None:
    """Live is who has data, or knows that there are none, and all of its history."""
    link = step.link
    told = link.data_seen or link.quiet
    if link.state is State.SYNCING and told and link.wanted <= link.synced:
        step.set(state=State.LIVE, fault=None, forbidden=0)
