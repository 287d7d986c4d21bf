"""What is wanted, what the exchange confirms, and what it says to our commands."""

from __future__ import annotations

from collections.abc import Iterable

from tui.feed import commands, descent, silence
from tui.feed import signals as on
from tui.feed.faults import Fault, FaultKind
from tui.feed.link import TALKING, Pending, Purpose
from tui.feed.status import ConnectionState as State
from tui.feed.step import Step
from tui.market.events import Ack, Inventory, Refusal
from tui.market.symbol import Subscription


def want(step: Step, subscriptions: frozenset[Subscription]) -> None:
    """Hold these from now on; that others were quiet says nothing of one that joins them."""
    if subscriptions - step.link.wanted:
        step.link = silence.expecting(step.link, step.now)
    step.set(wanted=subscriptions, synced=step.link.synced & subscriptions)


def pursue(step: Step) -> None:
    """Keep what is held on its way to what is wanted; nothing goes out before the login."""
    if step.link.state not in TALKING:
        return
    exchange = step.rules.exchange
    _queue_the_difference(step)
    step.link, sent = commands.send_next(step.link, step.now, exchange)
    if sent is not None:
        step.do(on.Send(sent.command.text))
        if not exchange.confirms and sent.purpose is not Purpose.ASK:
            replied(step, Ack(sent.command.id))
        _queue_the_difference(step)  # what waited for the queue to be empty


def _queue_the_difference(step: Step) -> None:
    before, settings = step.link.held, step.rules.settings
    step.link = commands.difference(step.link, step.rules.exchange, settings.queue_size)
    _confirmed(step, step.link.held - before)


def again(step: Step, covers: Iterable[Subscription]) -> None:
    """Subscribe to these once more, though they are held."""
    exchange, queue_size = step.rules.exchange, step.rules.settings.queue_size
    step.link = commands.enqueue(step.link, covers, Purpose.ADD, exchange, queue_size)


def replied(step: Step, reply: Ack | Refusal | Inventory) -> None:
    """The exchange replied to one of our commands, or to none of them."""
    if isinstance(reply, Inventory) and reply.id is None:
        return _settled(step, reply.names)
    step.link, pending = commands.match(step.link, reply)
    if pending is None:
        if isinstance(reply, Refusal) and reply.name is not None:
            _revoked(step, reply.name, reply.reason)
        return
    covers = frozenset(pending.command.covers)
    if isinstance(reply, Refusal):
        _refused(step, pending, reply)
    elif pending.purpose is Purpose.ADD:
        _confirmed(step, covers)
    elif pending.purpose is Purpose.DROP:
        step.set(held=step.link.held - covers)
    elif isinstance(reply, Inventory):
        _audited(step, reply.names)
    else:
        step.drop_questions(1, "what it said could not be read")


def _settled(step: Step, names: frozenset[str]) -> None:
    """The exchange told all that the connection has, instead of a reply to a command."""
    step.link, settled = commands.settle(step.link, step.rules.exchange, names)
    step.set(held=step.link.held - settled.dropped - settled.lost)
    _confirmed(step, settled.added)


def _revoked(step: Step, name: str, reason: str) -> None:
    """Where commands are not confirmed, a refusal comes after they were taken as done."""
    if step.rules.exchange.confirms:
        return
    for subscription in [s for s in step.link.wanted if s.symbol.name == name]:
        step.set(
            wanted=step.link.wanted - {subscription},
            held=step.link.held - {subscription},
            synced=step.link.synced - {subscription},
        )
        step.do(on.Reject(subscription, reason))


def _confirmed(step: Step, covers: frozenset[Subscription]) -> None:
    if not covers:
        return
    step.set(held=step.link.held | covers)
    if step.link.state is State.SUBSCRIBING:
        step.set(state=State.SYNCING)
    if fresh := covers & step.link.wanted - step.link.synced:
        step.do(on.Sync(fresh))


def _refused(step: Step, pending: Pending, refusal: Refusal) -> None:
    """One bad name fails a whole batch: ask for each by itself to learn which it is.

    A removal is asked for once: to repeat it without end would be worse than data nobody reads.
    To ask again for what is held may be refused for just that, and then says nothing of it.
    """
    covers = pending.command.covers
    if pending.purpose is Purpose.ASK:
        step.drop_questions(1, "the exchange refused to answer")
    elif pending.purpose is Purpose.DROP:
        step.set(held=step.link.held - set(covers))
    elif len(covers) > 1 and refusal.name is None:
        for subscription in covers:
            again(step, [subscription])
    else:
        for subscription in (s for s in covers if s not in step.link.held):
            step.set(wanted=step.link.wanted - {subscription})
            step.do(on.Reject(subscription, refusal.reason))


def _audited(step: Step, names: frozenset[str]) -> None:
    """What the exchange does not send though it once agreed to is asked for anew."""
    held = step.link.held
    missing = step.rules.exchange.missing(held, names)
    step.set(held=held - missing)
    step.do(on.Audited(len(held), missing))


def inquire(step: Step) -> None:
    """A person wants to know what the exchange sends."""
    queue_size = step.rules.settings.queue_size
    step.link, lost = commands.ask(step.link, step.now, queue_size)
    step.drop_questions(lost, "too many waited")


def forget_old_questions(step: Step) -> None:
    """An answer that comes much later is an answer to another question."""
    step.link, expired = commands.expired(step.link, step.now)
    step.drop_questions(expired, "the connection was down for too long")


def remind(step: Step, subscription: Subscription, reminded: bool) -> None:
    """A subscription that the exchange forgot is asked for again; if that was vain, dial anew."""
    if reminded:
        name = subscription.symbol.name
        reason = f"No data came for {name}; it dials again."
        descent.fail(step, Fault(FaultKind.TRANSIENT, reason))
    elif subscription in step.link.held:
        again(step, [subscription])


def watch_replies(step: Step) -> None:
    """One command of many that is not confirmed says nothing against the socket."""
    step.link, hopeless = commands.overdue(step.link, step.now)
    unanswered = [p for p in hopeless if p.purpose is Purpose.ASK]
    step.drop_questions(len(unanswered), "the exchange did not answer")
    unconfirmed = [s for p in hopeless if p.purpose is Purpose.ADD for s in p.command.covers]
    if unconfirmed and step.link.held - set(unconfirmed):
        step.do(on.Unconfirmed(tuple(unconfirmed)))
    elif unconfirmed:
        reason = "The exchange did not confirm a subscription; it dials again."
        descent.fail(step, Fault(FaultKind.TRANSIENT, reason))
