"""From what a connection should hold to the frames that make it so: pure functions on a Link.

Subscriptions are desired state: what goes out is the difference to what was acknowledged on
this very socket, at the exchange's pace, and each reply is matched to its command by id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from tui.exchange.base import Exchange
from tui.feed.link import Link, Pending
from tui.market.events import Ack, Refusal
from tui.market.symbol import Subscription

ACK_TIMEOUT = 10.0
ACK_TRIES = 3


def difference(link: Link, exchange: Exchange, queue_size: int) -> Link:
    """Queue what is missing between wanted and held; what does not fit waits for a later call."""
    adding = _covered(link, adds=True)
    link = enqueue(link, link.wanted - link.held - adding, True, exchange, queue_size)
    surplus = link.held - link.wanted - _covered(link, adds=False) - adding
    return enqueue(link, surplus, False, exchange, queue_size)


def enqueue(
    link: Link, covers: Iterable[Subscription], adds: bool, exchange: Exchange, queue_size: int
) -> Link:
    """Queue the commands that add (or drop) `covers`, at most `queue_size` waiting in all.

    Subscriptions may share streams. One that is on its way out lends none to an addition, and
    a removal leaves those of everything that is wanted.
    """
    subscriptions = sorted(covers)
    room = queue_size - len(link.pending)
    if not subscriptions or room <= 0:
        return link
    staying = link.held - _covered(link, adds=False)
    if adds:
        others = (staying & link.wanted) - set(subscriptions)
        commands = exchange.subscribe(subscriptions, others, link.next_id)[:room]
    else:
        commands = exchange.unsubscribe(subscriptions, staying | link.wanted, link.next_id)[:room]
    fresh = tuple(Pending(command, adds) for command in commands)
    return replace(link, pending=link.pending + fresh, next_id=link.next_id + len(commands))


def _covered(link: Link, *, adds: bool) -> frozenset[Subscription]:
    """What the commands on their way add (or drop)."""
    return frozenset(s for p in link.pending if p.adds is adds for s in p.command.covers)


def send_next(link: Link, now: float, spacing: float) -> tuple[Link, str | None]:
    """The frame that may go out now, if one waits and `spacing` has passed since the last."""
    unsent = next((p for p in link.pending if p.deadline == inf), None)
    if unsent is None or now < link.next_send:
        return link, None
    sent = replace(unsent, deadline=now + ACK_TIMEOUT, tries=unsent.tries + 1)
    pending = tuple(sent if p is unsent else p for p in link.pending)
    return replace(link, pending=pending, next_send=now + spacing), sent.command.text


def match(link: Link, reply: Ack | Refusal) -> tuple[Link, Pending | None]:
    """The command that a reply is for, taken off the list; None when it is for none.

    A refusal without an id can only be meant for the one command on its way.
    """
    sent = [p for p in link.pending if p.deadline < inf]
    if reply.id is None and len(sent) == 1:
        found: Pending | None = sent[0]
    else:
        found = next((p for p in sent if p.command.id == reply.id), None)
    return replace(link, pending=tuple(p for p in link.pending if p is not found)), found


def overdue(link: Link, now: float) -> tuple[Link, bool]:
    """Commands without a reply are to be sent again; True when one has had all its tries."""
    late = [p for p in link.pending if p.deadline <= now]
    if not late:
        return link, False
    again = tuple(replace(p, deadline=inf) if p in late else p for p in link.pending)
    return replace(link, pending=again), any(p.tries >= ACK_TRIES for p in late)
