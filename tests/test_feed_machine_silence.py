"""The connection's reducer: heartbeats, silence, our own sleep."""

from __future__ import annotations

from itertools import pairwise

from tests.link_harness import BTC, ETH, Harness, params
from tui.feed import signals as on
from tui.feed.link import OPEN
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State


def test_a_half_open_link_is_found_within_25_seconds() -> None:
    harness = Harness()
    harness.go_live()
    start = harness.now
    while harness.link.state is State.LIVE:  # data goes on, pongs do not come
        harness.data_at = harness.now
        harness.pass_time(0.5)
    assert harness.now - start <= 25.5
    assert harness.link.fault and "ping" in harness.link.fault.reason


def test_p32_pongs_do_not_hide_that_no_data_comes() -> None:
    harness = Harness()
    harness.go_live()
    last_data = harness.now
    while harness.link.state is State.LIVE:
        if any(isinstance(e, on.SendPing) for e in harness.pass_time(0.5)):
            harness.take(on.Ponged(harness.link.epoch))
    assert harness.link.state is State.STALE
    assert harness.now - last_data <= 33.5  # three seconds of it for an answer over REST


def test_p32_a_silent_link_resubscribes_and_asks_over_rest_before_it_is_called_stale() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    effects = harness.pass_time(30)
    assert [e for e in effects if isinstance(e, on.Check)] == [on.Check(frozenset({BTC}))]
    assert params(effects) == [["btcusdt@kline_1m", "btcusdt@miniTicker", "btcusdt@aggTrade"]]
    states = [harness.link.state]
    harness.acknowledge()
    harness.take(on.Checked(harness.link.epoch, missed=True))
    states.append(harness.link.state)
    harness.pass_time(3)
    states.append(harness.link.state)
    assert states == [State.LIVE, State.STALE, State.BACKOFF]


def test_without_an_answer_over_rest_silence_is_staleness_after_a_moment() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    harness.pass_time(32)
    states = [harness.link.state]
    harness.pass_time(2)
    states.append(harness.link.state)
    harness.acknowledge()
    effects = harness.pass_time(30)
    assert states == [State.LIVE, State.STALE]
    assert on.Lapse() in effects


def test_data_ends_staleness() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    harness.pass_time(31)
    harness.take(on.Checked(harness.link.epoch, missed=None))
    stale = harness.link.state
    harness.data()
    assert (stale, harness.link.state) == (State.STALE, State.LIVE)


def test_p33_a_quiet_market_that_the_exchange_confirms_stays_live_and_is_seldom_asked() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=10_000))
    harness.go_live()
    start, asked = harness.now, []
    while harness.now < start + 1000:
        if any(isinstance(e, on.Check) for e in harness.pass_time(1)):
            asked.append(harness.now - start)
            harness.acknowledge()
            harness.take(on.Checked(harness.link.epoch, missed=False))
        assert harness.link.state is State.LIVE
    assert harness.link.quiet
    pauses = [b - a for a, b in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert len(asked) <= 8


def test_p30_a_subscription_that_a_shared_socket_forgot_is_asked_for_again_then_dialled() -> None:
    harness = Harness()
    harness.go_live(BTC, ETH)
    effects = harness.take(on.Forgotten(harness.link.epoch, ETH, again=False))
    assert params(effects) == [["ethusdt@kline_1m", "ethusdt@miniTicker", "ethusdt@aggTrade"]]
    harness.acknowledge()
    assert on.Lapse() in harness.take(on.Forgotten(harness.link.epoch, ETH, again=True))


def test_a_server_that_sends_one_candle_and_falls_silent_earns_no_stability() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=10_000))
    for expected in range(1, 5):
        if harness.link.state is State.IDLE:
            harness.open()
        else:
            while harness.link.state is not State.DIALING:
                harness.pass_time(0.5)
            harness.take(on.Opened(harness.link.epoch))
        harness.acknowledge()
        harness.take(on.Synced(harness.link.epoch, BTC))
        harness.data()
        while harness.link.state in OPEN:
            harness.pass_time(1)
            harness.acknowledge()
        assert harness.link.attempt == expected


def test_our_own_sleep_is_not_held_against_the_exchange() -> None:
    """A tick that comes 60 s late finds an overdue pong: first what was sent is read."""
    harness = Harness()
    harness.go_live()
    harness.flow(14)
    harness.pass_time(2)
    assert harness.link.pong_by < float("inf")
    harness.now += 60
    harness.take(on.Tick(harness.data_at, late=50.0))
    assert harness.link.state in OPEN
    harness.take(on.Ponged(harness.link.epoch))
    harness.data()
    assert harness.link.state is State.LIVE


def test_data_that_come_while_the_exchange_is_asked_end_the_silence() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    harness.pass_time(31)
    assert harness.link.awaits_data
    harness.data()
    harness.acknowledge()
    harness.pass_time(20)
    assert harness.link.state is State.LIVE


def test_our_own_sleep_while_the_exchange_is_asked_makes_no_feed_stale() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=1000))
    harness.go_live()
    harness.pass_time(31)
    harness.now += 60
    harness.take(on.Tick(harness.data_at, late=58.0))
    states = [harness.link.state]
    harness.pass_time(2)
    assert [*states, harness.link.state] == [State.LIVE, State.STALE]


def test_a_market_is_not_called_quiet_because_the_one_before_it_was() -> None:
    harness = Harness(ConnectionSettings(heartbeat_interval=10_000))
    harness.go_live(BTC)
    harness.pass_time(31)
    harness.acknowledge()
    harness.take(on.Checked(harness.link.epoch, missed=False))
    assert harness.link.quiet
    harness.take(on.Want(frozenset({ETH})))
    assert not harness.link.quiet
    harness.acknowledge()
    harness.take(on.Synced(harness.link.epoch, ETH))
    asked = [e for e in harness.pass_time(31) if isinstance(e, on.Check)]
    assert asked == [on.Check(frozenset({ETH}))]
