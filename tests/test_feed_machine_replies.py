"""Replies of other shapes: for one symbol of a command, as a whole list, or none at all."""

from __future__ import annotations

import json

from tests.link_harness import Harness
from tests.toy_exchange import ToyExchange
from tui.exchange import load_exchange
from tui.feed import signals as on
from tui.feed.settings import ConnectionSettings
from tui.market.events import Ack, Inventory, Refusal
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

MANY = ConnectionSettings(symbols_per_connection=100)
MINUTE = Interval(1, "m")


def on_kraken(name: str) -> Subscription:
    return Subscription(Symbol("kraken", name), MINUTE)


def on_coinbase(name: str, interval: str = "1m") -> Subscription:
    return Subscription(Symbol("coinbase", name), Interval.parse(interval))


def sent(effects: list[on.Effect]) -> list[dict[str, object]]:
    return [json.loads(e.text) for e in effects if isinstance(e, on.Send)]


def rejected(effects: list[on.Effect]) -> list[tuple[str, str]]:
    return [(e.subscription.symbol.name, e.reason) for e in effects if isinstance(e, on.Reject)]


KRAKEN = [on_kraken(name) for name in ("BTC/USD", "ETH/USD", "XXX/USD")]


def kraken() -> tuple[Harness, int]:
    """A link that has just asked for three symbols in one command, and that command's id."""
    link = Harness(MANY, exchange=load_exchange("kraken"))
    link.open(*KRAKEN)
    (command,) = [p.command for p in link.link.pending if len(p.command.covers) == 3]
    while not all(p.deadline < float("inf") for p in link.link.pending):
        link.pass_time(0.2)
    return link, command.id


def test_each_symbol_of_a_command_is_confirmed_by_itself() -> None:
    link, id_ = kraken()
    link.take(on.Replied(link.link.epoch, Ack(id_, "ETH/USD")))
    assert {s.symbol.name for s in link.link.held} == {"ETH/USD"}
    link.take(on.Replied(link.link.epoch, Ack(id_, "BTC/USD")))
    assert {s.symbol.name for s in link.link.held} == {"ETH/USD", "BTC/USD"}


def test_a_refused_symbol_fails_alone_and_the_others_are_not_asked_for_again() -> None:
    link, id_ = kraken()
    effects = link.take(on.Replied(link.link.epoch, Refusal(id_, "No such pair.", "XXX/USD")))
    assert rejected(effects) == [("XXX/USD", "No such pair.")]
    for name in ("BTC/USD", "ETH/USD"):
        effects += link.take(on.Replied(link.link.epoch, Ack(id_, name)))
    effects += link.pass_time(15.0)
    assert {s.symbol.name for s in link.link.held} == {"ETH/USD", "BTC/USD"}
    assert not any("ohlc" in json.dumps(frame) for frame in sent(effects))


def test_a_reply_to_a_command_that_covers_nothing_ends_it() -> None:
    link, _ = kraken()
    (beside,) = [p.command for p in link.link.pending if not p.command.covers]
    effects = link.take(on.Replied(link.link.epoch, Refusal(beside.id, "No.", "BTC/USD")))
    assert rejected(effects) == []
    assert beside not in [p.command for p in link.link.pending]


COINBASE = [on_coinbase(name) for name in ("BTC-USD", "ETH-USD", "NO-USD")]


def coinbase(*wanted: Subscription) -> Harness:
    link = Harness(MANY, exchange=load_exchange("coinbase"))
    link.open(*wanted or COINBASE)
    return link


def state(link: Harness, *names: str) -> list[on.Effect]:
    return link.take(on.Replied(link.link.epoch, Inventory(None, frozenset(names))))


def test_the_list_of_all_that_is_subscribed_confirms_what_is_in_it() -> None:
    link = coinbase()
    effects = state(link, "BTC-USD")
    assert link.link.held == {COINBASE[0]}
    assert [e.subscriptions for e in effects if isinstance(e, on.Sync)] == [{COINBASE[0]}]
    state(link, "BTC-USD", "ETH-USD")
    assert link.link.held == {COINBASE[0], COINBASE[1]}


def test_one_bad_product_of_a_frame_fails_alone_and_the_others_are_asked_for_anew() -> None:
    link = coinbase()
    reason = "NO-USD is not a valid product"
    effects = link.take(on.Replied(link.link.epoch, Refusal(None, reason, "NO-USD")))
    assert rejected(effects) == [("NO-USD", reason)]
    again = sent(effects + link.pass_time(1.0))
    assert [frame["product_ids"] for frame in again] == [["BTC-USD", "ETH-USD"]]


def test_what_vanishes_from_the_list_is_asked_for_anew() -> None:
    link = coinbase(*COINBASE[:2])
    state(link, "BTC-USD", "ETH-USD")
    link.pass_time(1.0)
    effects = state(link, "BTC-USD")
    again = sent(effects + link.pass_time(1.0))
    assert [frame["product_ids"] for frame in again] == [["ETH-USD"]]


def test_a_second_interval_of_a_product_is_served_and_its_end_leaves_the_first() -> None:
    short, long = on_coinbase("BTC-USD"), on_coinbase("BTC-USD", "1h")
    link = coinbase(short)
    state(link, "BTC-USD")
    effects = link.take(on.Want(frozenset({short, long})))
    effects += link.pass_time(1.0)
    if short not in link.link.held or long not in link.link.held:
        effects += state(link, "BTC-USD")
    assert link.link.held == {short, long}
    assert {s for e in effects if isinstance(e, on.Sync) for s in e.subscriptions} == {long}
    effects = link.take(on.Want(frozenset({long})))
    effects += link.pass_time(2.0)
    assert link.link.held == {long}
    assert not [frame for frame in sent(effects) if frame["type"] == "unsubscribe"]


class Mute(ToyExchange):
    """It takes commands without a word."""

    confirms = False


TOY = [Subscription(Symbol("toy", name), Interval(1, "s")) for name in ("BTC", "NO")]


def mute() -> Harness:
    link = Harness(MANY, exchange=Mute("ws://127.0.0.1:9", "http://127.0.0.1:9"))
    link.open(*TOY)
    link.pass_time(1.0)
    return link


def test_without_replies_a_command_is_done_when_it_is_sent() -> None:
    link = mute()
    assert link.link.held == set(TOY)
    assert link.link.pending == ()


def test_without_replies_a_refusal_of_a_symbol_comes_late_and_fails_it_alone() -> None:
    link = mute()
    effects = link.take(on.Replied(link.link.epoch, Refusal(None, "No such symbol.", "NO")))
    assert rejected(effects) == [("NO", "No such symbol.")]
    assert link.link.wanted == link.link.held == {TOY[0]}
