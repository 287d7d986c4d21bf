"""The connection's reducer: subscriptions, replies, pace."""

from __future__ import annotations

import json
from itertools import pairwise

from tests.link_harness import BTC, ETH, SOL, Harness, params, subscription
from tui.feed import signals as on
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State
from tui.market.events import Ack, Inventory, Refusal


def test_every_new_connection_asks_for_all_that_is_wanted_again() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    harness.lose()
    harness.pass_time(1.0)
    effects = harness.take(on.Opened(harness.link.epoch))
    assert {name.split("@")[0] for names in params(effects) for name in names} == {
        "btcusdt", "ethusdt",
    }  # fmt: skip


def test_p27_only_the_refused_symbol_of_a_batch_is_rejected() -> None:
    harness = Harness()
    harness.open(BTC, ETH, SOL)
    harness.take(on.Replied(harness.link.epoch, Refusal(1, "no such symbol")))
    for _ in range(3):
        harness.pass_time(0.5)
        sent = next(p for p in harness.link.pending if p.deadline < float("inf"))
        bad = sent.command.covers == (ETH,)
        reply = Refusal(sent.command.id, "no such symbol") if bad else Ack(sent.command.id)
        harness.take(on.Replied(harness.link.epoch, reply))
    rejects = [e for e in harness.sent if isinstance(e, on.Reject)]
    assert rejects == [on.Reject(ETH, "no such symbol")]
    assert harness.link.held == {BTC, SOL} == harness.link.wanted


def test_p29_a_reply_with_another_id_confirms_nothing() -> None:
    harness = Harness()
    harness.open()
    harness.take(on.Replied(harness.link.epoch, Ack(99)))
    assert not harness.link.held


def test_p28_an_unanswered_command_is_sent_three_times_and_then_the_link_is_left() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000, stale_after=1000))
    harness.open()
    effects = harness.pass_time(29)
    assert len(params(effects)) == 2  # and the first at open
    assert on.Lapse() in harness.pass_time(2)


def test_p31_commands_keep_the_exchange_s_pace() -> None:
    harness = Harness()
    names = [subscription(f"LONGNAME{i:03}USDT") for i in range(300)]
    harness.open(*names)
    times = []
    for _ in range(40):
        before = len(params(harness.sent))
        harness.pass_time(0.1)
        times += [harness.now] * (len(params(harness.sent)) - before)
    assert len(times) >= 4
    assert all(b - a >= 0.3 for a, b in pairwise(times))


def test_a_dropped_symbol_is_unsubscribed_and_a_new_one_joins_the_open_link() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    effects = harness.take(on.Want(frozenset({BTC, SOL}))) + harness.pass_time(1)
    methods = [json.loads(e.text)["method"] for e in effects if isinstance(e, on.Send)]
    assert sorted(methods) == ["SUBSCRIBE", "UNSUBSCRIBE"]
    harness.acknowledge()
    assert harness.link.held == {BTC, SOL}
    assert harness.link.state is State.LIVE


def test_p31_more_subscriptions_than_the_queue_holds_all_come_in_the_end() -> None:
    harness = Harness(ConnectionSettings(queue_size=1, heartbeat_interval=1000, stale_after=1000))
    names = [subscription(f"LONGNAME{i:03}USDT") for i in range(200)]
    harness.open(*names)
    assert len(harness.link.pending) == 1
    for _ in range(10):
        harness.acknowledge()
        harness.pass_time(0.5)
    assert harness.link.held == frozenset(names)


def test_p28_one_command_that_is_not_confirmed_does_not_cost_the_others_their_socket() -> None:
    harness = Harness()
    harness.go_live(BTC)
    harness.take(on.Want(frozenset({BTC, ETH})))
    harness.flow(32.0)
    assert sum("ethusdt" in str(names) for names in params(harness.sent)) == 3
    assert on.Unconfirmed((ETH,)) in harness.sent
    assert harness.link.state is State.LIVE
    assert harness.link.held == {BTC}


def test_p28_what_was_not_confirmed_is_asked_for_again_later_and_a_late_reply_counts() -> None:
    harness = Harness()
    harness.go_live(BTC)
    harness.take(on.Want(frozenset({BTC, ETH})))
    harness.flow(95.0)
    number = harness.link.pending[0].command.id
    assert sum("ethusdt" in str(names) for names in params(harness.sent)) == 4
    harness.take(on.Replied(harness.link.epoch, Ack(number)))
    assert harness.link.held == {BTC, ETH}


def test_a_question_is_sent_after_all_subscriptions_at_the_exchange_s_pace() -> None:
    harness = Harness()
    harness.take(on.Inquire())
    harness.open(*(subscription(f"S{n}") for n in range(200)))
    harness.pass_time(3.0)
    methods = [json.loads(e.text)["method"] for e in harness.sent if isinstance(e, on.Send)]
    assert len(methods) >= 3
    assert methods == ["SUBSCRIBE"] * (len(methods) - 1) + ["LIST_SUBSCRIPTIONS"]


def test_what_the_exchange_does_not_list_is_subscribed_to_again() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    harness.take(on.Inquire())
    asked = harness.link.pending[0].command.id
    names = params(harness.sent)[0]
    kept = frozenset(name for name in names if not name.startswith("eth"))
    harness.take(on.Replied(harness.link.epoch, Inventory(asked, kept)))
    assert on.Audited(2, frozenset({ETH})) in harness.sent
    harness.pass_time(1.0)
    assert params(harness.sent)[-1][0].startswith("ethusdt@")


def test_b7_questions_are_bounded_and_the_oldest_go_first() -> None:
    harness = Harness(ConnectionSettings(queue_size=256))
    for _ in range(300):
        harness.take(on.Inquire())
    assert len(harness.link.questions) == 256
    assert sum(e.count for e in harness.sent if isinstance(e, on.Dropped)) == 44


def test_b7_a_question_that_waited_for_thirty_seconds_is_dropped_and_reported() -> None:
    harness = Harness()
    harness.take(on.Inquire())
    assert not [e for e in harness.pass_time(29.0) if isinstance(e, on.Dropped)]
    dropped = [e for e in harness.pass_time(2.0) if isinstance(e, on.Dropped)]
    assert [e.count for e in dropped] == [1]
    assert harness.link.questions == ()


def test_b7_a_question_that_the_link_took_with_it_is_reported() -> None:
    harness = Harness()
    harness.go_live()
    harness.take(on.Inquire())
    assert on.Dropped(1, "the connection was lost") in harness.lose()
    harness.open()
    harness.take(on.Inquire())
    harness.acknowledge_subscriptions()
    assert on.Dropped(1, "the exchange did not answer") in harness.pass_time(11.0)


def test_b7_a_question_whose_answer_cannot_be_read_is_reported() -> None:
    harness = Harness()
    harness.go_live()
    harness.take(on.Inquire())
    effects = harness.take(on.Replied(harness.link.epoch, Ack(harness.link.pending[-1].command.id)))
    assert on.Dropped(1, "what it said could not be read") in effects


def test_p35_a_ping_is_answered_before_anything_that_waits_and_a_flood_only_now_and_then() -> None:
    harness = Harness()
    harness.open(BTC, ETH)
    effects = harness.take(on.Pinged(harness.link.epoch, "pong 1"))
    assert effects[0] == on.Send("pong 1")
    for n in range(1_000):
        effects += harness.take(on.Pinged(harness.link.epoch, f"pong {n}"))
        harness.pass_time(0.001)
    harness.pass_time(0.1)
    pongs = [e.text for e in harness.sent if isinstance(e, on.Send) and "pong" in e.text]
    assert 15 <= len(pongs) <= 22
    assert pongs[-1] == "pong 999"


def test_p36_a_pong_with_another_id_twice_or_unasked_says_nothing() -> None:
    harness = Harness()
    harness.go_live()
    unasked = harness.link
    harness.take(on.Ponged(harness.link.epoch, 7))
    assert harness.link == unasked
    ping = next(e for e in harness.pass_time(16.0) if isinstance(e, on.SendPing))
    waiting = harness.link.pong_by
    harness.take(on.Ponged(harness.link.epoch, ping.id + 1))
    assert harness.link.pong_by == waiting
    harness.take(on.Ponged(harness.link.epoch, ping.id))
    answered = harness.link
    harness.take(on.Ponged(harness.link.epoch, ping.id))
    assert harness.link == answered and answered.pong_by == float("inf")


def test_a_removal_that_the_exchange_refuses_is_asked_for_once() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    harness.take(on.Want(frozenset({BTC})))
    for _ in range(5):
        for waiting in [p for p in harness.link.pending if p.deadline < float("inf")]:
            refusal = Refusal(waiting.command.id, "not subscribed")
            harness.take(on.Replied(harness.link.epoch, refusal))
        harness.pass_time(1.0)
    assert len(params(harness.sent)) == 2
    harness.take(on.Want(frozenset({BTC, ETH})))
    harness.acknowledge()
    assert harness.link.held == {BTC, ETH}


def test_an_exchange_that_refuses_to_repeat_a_subscription_does_not_lose_it() -> None:
    """Kraken says "Already subscribed", and a market is asked for again when it is silent."""
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live(BTC)
    harness.pass_time(31)
    asked = harness.link.pending[-1].command.id
    harness.take(on.Replied(harness.link.epoch, Refusal(asked, "Already subscribed")))
    assert not [e for e in harness.sent if isinstance(e, on.Reject)]
    assert harness.link.wanted == harness.link.held == {BTC}


def test_subscriptions_that_come_one_by_one_go_out_together_at_the_exchange_s_pace() -> None:
    harness = Harness(ConnectionSettings(symbols_per_connection=200))
    harness.go_live()
    many = [BTC, *(subscription(f"COIN{n}USDT") for n in range(50))]
    effects = [
        effect
        for count in range(2, len(many) + 1)
        for effect in harness.take(on.Want(frozenset(many[:count])))
    ]
    sent = params(effects + harness.pass_time(2.0))
    assert len(sent) <= 3
    assert len({name.partition("@")[0] for names in sent for name in names}) == 50
