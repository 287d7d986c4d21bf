"""From what a connection should hold to the frames that make it so: pure functions on a Link.

Subscriptions are desired state: what goes out is the difference to what was acknowledged on
this very socket, at the exchange's pace, and each reply is matched to its command by id.
Questions go last: at most `queue_size` wait, each for QUESTION_TTL seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import inf

from tui.exchange.base import Command, Exchange
from tui.feed.link import Link, Pending, Purpose
from tui.market.events import Ack, Inventory, Refusal
from tui.market.symbol import Subscription

ACK_TIMEOUT = 10.0
ACK_TRIES = 3
# What was not confirmed on a socket that serves others is asked for again after this long.
ACK_PAUSE = 60.0
QUESTION_TTL = 30.0


@dataclass(frozen=True, slots=True)
class Settled:
    """What the exchange's list of a connection confirms, and what it `lost` by itself."""

    added: frozenset[Subscription]
    dropped: frozenset[Subscription]
    lost: frozenset[Subscription]


def difference(link: Link, exchange: Exchange, queue_size: int) -> Link:
    """Queue what is missing between wanted and held; what does not fit waits for a later call.

    So does what comes while something waits to go out: it goes in one frame then, not in many.
    """
    adding = _covered(link, Purpose.ADD)
    if not _waits(link, Purpose.ADD):
        link = enqueue(link, link.wanted - link.held - adding, Purpose.ADD, exchange, queue_size)
    if _waits(link, Purpose.DROP):
        return link
    surplus = link.held - link.wanted - _covered(link, Purpose.DROP) - adding
    return enqueue(link, surplus, Purpose.DROP, exchange, queue_size)


def _waits(link: Link, purpose: Purpose) -> bool:
    return any(p.purpose is purpose and p.deadline == inf for p in link.pending)


def enqueue(
    link: Link, covers: Iterable[Subscription], purpose: Purpose, exchange: Exchange,
    queue_size: int,
) -> Link:  # fmt: skip
    """Queue the commands that add (or drop) `covers`, at most `queue_size` waiting in all.

    Subscriptions may share streams. One that is on its way out lends none to an addition, and
    a removal leaves those of everything that is wanted.
    """
    subscriptions = sorted(covers)
    room = queue_size - len(link.pending)
    if not subscriptions or room <= 0:
        return link
    staying = link.held - _covered(link, Purpose.DROP)
    if purpose is Purpose.ADD:
        others = (staying & link.wanted) - set(subscriptions)
        commands = exchange.subscribe(subscriptions, others, link.next_id)
    else:
        commands = exchange.unsubscribe(subscriptions, staying | link.wanted, link.next_id)
    said = {subscription for command in commands for subscription in command.covers}
    link = _without_a_word(link, purpose, frozenset(subscriptions) - said)
    fresh = tuple(Pending(command, purpose) for command in commands[:room])
    return replace(link, pending=link.pending + fresh, next_id=link.next_id + len(fresh))


def _without_a_word(link: Link, purpose: Purpose, unsaid: frozenset[Subscription]) -> Link:
    """What shares all its streams with others begins and ends without a command."""
    held = link.held | unsaid if purpose is Purpose.ADD else link.held - unsaid
    return replace(link, held=held)


def _covered(link: Link, purpose: Purpose) -> frozenset[Subscription]:
    """What the commands on their way add (or drop)."""
    return frozenset(s for p in link.pending if p.purpose is purpose for s in p.command.covers)


def ask(link: Link, now: float, queue_size: int) -> tuple[Link, int]:
    """Queue a question; how many older ones had to go for it."""
    waiting = (*link.questions, now + QUESTION_TTL)
    kept = waiting[-queue_size:]
    return replace(link, questions=kept), len(waiting) - len(kept)


def expired(link: Link, now: float) -> tuple[Link, int]:
    """Take the questions off that waited for too long; how many."""
    kept = tuple(end for end in link.questions if end > now)
    return replace(link, questions=kept), len(link.questions) - len(kept)


def wait_to_be_sent(link: Link) -> bool:
    """Whether anything is to go out that did not."""
    return bool(link.questions) or any(p.deadline == inf for p in link.pending)


def send_next(link: Link, now: float, exchange: Exchange) -> tuple[Link, Pending | None]:
    """The command that may go out now, if one waits and the pace allows it."""
    if now < link.next_send:
        return link, None
    unsent = next((p for p in link.pending if p.deadline == inf), None)
    if unsent is None and link.questions:
        link, unsent = _question(link, exchange)
    if unsent is None:
        return link, None
    sent = replace(unsent, deadline=now + ACK_TIMEOUT, tries=unsent.tries + 1)
    pending = tuple(sent if p is unsent else p for p in link.pending)
    spacing = exchange.limits.command_spacing
    return replace(link, pending=pending, next_send=now + spacing), sent


def _question(link: Link, exchange: Exchange) -> tuple[Link, Pending | None]:
    text = exchange.inquiry(link.next_id)
    asked = Pending(Command(link.next_id, text, ()), Purpose.ASK) if text else None
    return replace(
        link,
        questions=link.questions[1:],
        pending=(*link.pending, asked) if asked else link.pending,
        next_id=link.next_id + 1,
    ), asked


def match(link: Link, reply: Ack | Refusal | Inventory) -> tuple[Link, Pending | None]:
    """The command that a reply is for, taken off the list; None when it is for none.

    A refusal without an id can only be meant for the one command on its way. Of one that names
    a symbol only that part of the command is answered, and taken off.
    """
    sent = [p for p in link.pending if p.deadline < inf]
    name = None if isinstance(reply, Inventory) else reply.name
    if name is not None:
        about = (p for p in sent if reply.id in (None, p.command.id) and _concerns(p, name))
        found = next(about, None)
    elif reply.id is None and len(sent) == 1:
        found = sent[0]
    else:
        found = next((p for p in sent if p.command.id == reply.id), None)
    if found is None:
        return link, None
    answered = found.command if name is None else _part(found, name)
    left = tuple(s for s in found.command.covers if s not in answered.covers)
    # Without an id it is unknown what became of the others: they are asked for anew.
    kept = replace(found, command=replace(found.command, covers=left))
    goes_on = bool(left) and reply.id is not None
    pending = tuple(kept if p is found else p for p in link.pending if p is not found or goes_on)
    return replace(link, pending=pending), replace(found, command=answered)


def _concerns(pending: Pending, name: str) -> bool:
    """Whether a reply on this symbol can be meant for it; one that covers nothing takes any."""
    return not pending.command.covers or bool(_part(pending, name).covers)


def _part(pending: Pending, name: str) -> Command:
    """What a command covers of one symbol."""
    covers = tuple(s for s in pending.command.covers if s.symbol.name == name)
    return replace(pending.command, covers=covers)


def settle(link: Link, exchange: Exchange, names: frozenset[str]) -> tuple[Link, Settled]:
    """Take off the list what the whole state of the connection, in wire names, confirms."""
    asked, leaving = _covered(link, Purpose.ADD), _covered(link, Purpose.DROP)
    absent = exchange.missing(asked | leaving | link.held, names)
    settled = Settled(asked - absent, leaving & absent, (link.held & absent) - leaving)
    done = settled.added | settled.dropped
    left = (_without(p, done) if p.command.covers else p for p in link.pending)
    kept = tuple(p for p in left if p.command.covers or p.purpose is Purpose.ASK)
    return replace(link, pending=kept), settled


def _without(pending: Pending, done: frozenset[Subscription]) -> Pending:
    covers = tuple(s for s in pending.command.covers if s not in done)
    return replace(pending, command=replace(pending.command, covers=covers))


def overdue(link: Link, now: float) -> tuple[Link, list[Pending]]:
    """Commands without a reply go out again; also those that had all their tries.

    Those stay where they are, for a reply that comes late, and go out again after a pause. A
    question is not repeated.
    """
    late = [p for p in link.pending if p.deadline <= now]
    if not late:
        return link, []
    hopeless = [p for p in late if p.tries >= ACK_TRIES or p.purpose is Purpose.ASK]
    kept = tuple(
        p if p not in late
        else replace(p, deadline=now + ACK_PAUSE, tries=0) if p in hopeless
        else replace(p, deadline=inf)
        for p in link.pending
        if not (p in hopeless and p.purpose is Purpose.ASK)
    )  # fmt: skip
    return replace(link, pending=kept), hopeless
