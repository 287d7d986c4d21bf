"""The connection's reducer: the way up, succession, the end."""

from __future__ import annotations

from random import Random

from tests.link_harness import BROKE, BTC, Harness
from tui.exchange import load_exchange
from tui.feed import signals as on
from tui.feed.descent import CLOSE_TIMEOUT
from tui.feed.faults import of_status
from tui.feed.link import Link, Rules
from tui.feed.machine import step, wake
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State
from tui.market.events import Ack


def test_the_way_up_passes_every_state_in_order() -> None:
    harness = Harness()
    harness.take(on.Want(frozenset({BTC})))
    states = [harness.link.state]
    for event in (on.Start(), None, on.Opened(1)):
        if event:
            harness.take(event)
        states.append(harness.link.state)
    harness.take(on.Replied(1, Ack(1)))
    states.append(harness.link.state)
    harness.take(on.Synced(1, BTC))
    harness.data()
    states.append(harness.link.state)
    assert states == [State.IDLE, State.DIALING, State.DIALING, State.SUBSCRIBING, State.SYNCING,
                      State.LIVE]  # fmt: skip


def test_data_alone_does_not_make_a_link_live_before_its_history_is_there() -> None:
    harness = Harness()
    harness.open()
    harness.acknowledge()
    harness.data()
    assert harness.link.state is State.SYNCING


def test_p41_events_of_an_earlier_socket_are_ignored() -> None:
    harness = Harness()
    harness.go_live()
    old = harness.link.epoch
    harness.lose()
    harness.until(harness.link.until)
    before = harness.link
    for event in (on.Opened(old), on.DataSeen(old), on.Lost(old, BROKE), on.Ponged(old)):
        assert harness.take(event) == []
    assert harness.link == before


def test_a_manual_retry_of_a_healthy_link_asks_for_a_successor_and_breaks_nothing() -> None:
    harness = Harness()
    harness.go_live()
    assert harness.take(on.RetryNow()) == []
    assert (harness.link.state, harness.link.succeed_at) == (State.LIVE, harness.now)


def test_a_dial_that_has_to_wait_for_its_turn_says_so_and_needs_no_second_turn() -> None:
    link = Link()
    rules = Rules(load_exchange("binance"), ConnectionSettings(), Random(1))
    link, _ = step(link, on.Start(), 0.0, rules)
    link, effects = step(link, on.DialGranted(4.0), 0.0, rules)
    assert (link.state, effects) == (State.BACKOFF, [])
    assert link.fault and link.fault.reason.startswith("Waiting for a turn")
    link, effects = step(link, on.Tick(0.0), 4.0, rules)
    assert effects == [on.AskDial(reserved=True)]
    link, effects = step(link, on.DialGranted(), 4.0, rules)
    assert effects == [on.Dial(link.epoch)]


def test_a_server_that_announces_its_end_asks_for_a_successor_and_stays_until_then() -> None:
    harness = Harness()
    harness.go_live()
    assert harness.take(on.Leaving(harness.link.epoch)) == []
    assert (harness.link.state, harness.link.succeed_at) == (State.LIVE, harness.now)


def test_a_successor_is_due_an_hour_before_the_exchange_ends_the_connection() -> None:
    lives = []
    for seed in range(50):
        harness = Harness(seed=seed)
        harness.open()
        lives.append(harness.link.succeed_at - harness.now)
    assert all(22.8 * 3600 <= life <= 23.2 * 3600 for life in lives)
    assert max(lives) - min(lives) > 600, "not all at the same moment"


def test_a_turn_that_another_connection_needs_more_is_given_away() -> None:
    harness = Harness()
    harness.take(on.Want(frozenset({BTC})))
    harness.link, _ = step(harness.link, on.DialGranted(4.0), harness.now, harness.rules)
    harness.take(on.TurnMoved(harness.now + 9.0))
    assert harness.pass_time(8.9) == []
    assert on.AskDial(reserved=True) in harness.pass_time(0.2)


def test_b6_a_second_turn_while_it_dials_or_is_open_starts_no_second_dial() -> None:
    harness = Harness()
    harness.take(on.Want(frozenset({BTC})))
    harness.take(on.Start())
    for event in (on.Start(), on.DialGranted(5.0), on.Opened(harness.link.epoch), on.Start()):
        harness.take(event)
    assert [e for e in harness.sent if isinstance(e, on.Dial)] == [on.Dial(harness.link.epoch)]
    assert harness.link.state is State.SUBSCRIBING


def test_a_hold_of_the_host_is_the_reason_that_is_said() -> None:
    harness = Harness()
    harness.lose()
    granted = on.DialGranted(90.0, held="The exchange asked for fewer calls.")
    harness.link, _ = step(harness.link, granted, harness.now, harness.rules)
    assert harness.link.fault and harness.link.fault.reason == granted.held


def test_l2_waking_from_sleep_leaves_the_socket_at_once_and_counts_no_failure() -> None:
    harness = Harness()
    harness.lose()
    harness.go_live()
    harness.now += 8 * 3600
    effects = harness.take(on.Resumed())
    assert on.Hang(gracefully=False) in effects and on.Lapse() in effects
    assert (harness.link.attempt, harness.link.until) == (0, harness.now)
    assert harness.link.fault and "slept" in harness.link.fault.reason


def test_l2_waking_from_sleep_ends_the_wait_for_a_dial() -> None:
    harness = Harness()
    harness.go_live()
    for _ in range(6):
        harness.lose()
    harness.take(on.Resumed())
    assert (harness.link.attempt, harness.link.until) == (0, harness.now)


def test_l2_waking_does_not_undercut_the_exchange_s_word_when_to_come_back() -> None:
    harness = Harness()
    harness.open()
    harness.lose(of_status(429, "300", 0.0))
    harness.take(on.Resumed())
    assert harness.link.until == harness.now + 300


def test_a_link_that_closes_wakes_for_its_end_and_nothing_else() -> None:
    """What else was due is done by nobody any more: to wake for it would be to spin."""
    harness = Harness()
    harness.go_live()
    for pong in ("1", "2"):
        harness.take(on.Pinged(harness.link.epoch, pong))
    harness.take(on.Inquire())
    harness.take(on.Stop())
    assert wake(harness.link, harness.rules) == harness.now + CLOSE_TIMEOUT
