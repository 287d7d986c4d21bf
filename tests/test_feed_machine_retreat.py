"""The connection's reducer: when it dials again after a fault, and when it parks."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf

import pytest

from tests.link_harness import BTC, ETH, Harness
from tui.feed import signals as on
from tui.feed.faults import Fault, FaultKind, of_close, of_status, of_violation
from tui.feed.link import OPEN, Link, reason_of
from tui.feed.machine import wake
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State


def test_losing_the_link_makes_candles_uncertain_and_waits_with_jitter() -> None:
    harness = Harness()
    harness.go_live()
    effects = harness.lose()
    assert on.Lapse() in effects
    assert harness.link.state is State.BACKOFF
    assert harness.now <= harness.link.until <= harness.now + 0.5


def test_a_server_that_accepts_and_closes_is_dialled_seldom() -> None:
    """Attempts are not reset at open: the waits grow though every dial succeeds."""
    harness = Harness()
    harness.open()
    start = harness.now
    while harness.now < start + 300:
        if harness.link.state is State.DIALING:
            harness.take(on.Opened(harness.link.epoch))
        if harness.link.state in OPEN:
            harness.lose(of_close(1000, ""))
        harness.until(min(wake(harness.link, harness.rules), start + 300))
    assert len([t for t in harness.dials if t < start + 60]) <= 11
    assert 5 <= len(harness.dials) <= 40


def test_one_candle_before_each_close_does_not_reset_the_attempts_either() -> None:
    harness = Harness()
    harness.go_live()
    for expected in range(1, 8):
        harness.lose()
        assert harness.link.attempt == expected
        harness.until(harness.link.until)
        harness.take(on.Opened(harness.link.epoch))
        harness.acknowledge()
        harness.take(on.Synced(harness.link.epoch, BTC))
        harness.data()


def test_a_stable_period_forgets_the_attempts() -> None:
    harness = Harness()
    harness.go_live()
    for _ in range(4):
        harness.lose()
        harness.until(harness.link.until)
        harness.take(on.Opened(harness.link.epoch))
    harness.acknowledge()
    harness.take(on.Synced(harness.link.epoch, BTC))
    harness.data()
    assert harness.link.attempt == 4
    harness.flow(60)
    harness.lose()
    assert harness.link.attempt == 1


def test_a_shorter_life_only_halves_the_attempts() -> None:
    harness = Harness(link=Link(attempt=8))
    harness.go_live()
    harness.flow(13)
    harness.lose()
    assert harness.link.attempt == 5


def test_what_is_stable_is_twice_the_last_delay_and_less_is_credited_once() -> None:
    harness = Harness(link=Link(attempt=200, last_delay=30.0))
    harness.go_live()
    harness.flow(58)
    assert harness.link.attempt == 200
    harness.lose()
    assert harness.link.attempt == (200 >> 5) + 1


def test_while_it_is_dialled_again_the_last_reason_is_still_said_until_the_link_is_open() -> None:
    harness = Harness()
    harness.go_live()
    harness.lose(Fault(FaultKind.TRANSIENT, "Nobody is there."))
    reasons = []
    harness.until(harness.link.until)
    for state in (State.DIALING, State.SUBSCRIBING):
        assert harness.link.state is state
        reasons.append(reason_of(harness.link))
        harness.take(on.Opened(harness.link.epoch))
    assert reasons == ["Nobody is there.", ""]


def test_a_dial_that_waited_for_its_turn_says_so_no_longer_when_it_has_it() -> None:
    harness = Harness()
    harness.take(on.DialGranted(4.0))
    assert reason_of(harness.link).startswith("Waiting for a turn")
    harness.pass_time(4.0)
    assert (harness.link.state, reason_of(harness.link)) == (State.DIALING, "")


def test_the_exchange_s_word_when_to_come_back_is_kept_even_against_a_manual_retry() -> None:
    harness = Harness()
    harness.open()
    harness.lose(of_status(429, "20", now_wall=0.0))
    told = harness.now + 20
    assert harness.link.until >= told
    harness.take(on.RetryNow())
    assert harness.link.until == told


def test_a_manual_retry_does_not_wait() -> None:
    harness = Harness(link=Link(attempt=9))
    harness.open()
    harness.lose()
    harness.take(on.RetryNow())
    assert harness.link.until == harness.now


def test_a_region_that_is_not_served_is_parked_until_a_person_retries() -> None:
    harness = Harness()
    harness.open()
    harness.lose(of_status(451, None, 0.0))
    parked = harness.link.state
    assert harness.pass_time(100_000) == []
    harness.take(on.RetryNow())
    harness.pass_time(0.1)
    assert (parked, harness.link.state) == (State.PARKED, State.DIALING)


def test_a_limit_of_attempts_parks_with_the_last_reason() -> None:
    harness = Harness(ConnectionSettings(max_reconnect_attempts=3))
    harness.take(on.Start())
    for _ in range(4):
        harness.until(min(harness.link.until, harness.now + 60))
        harness.lose(Fault(FaultKind.TRANSIENT, "Nobody is there."))
    assert harness.link.state is State.PARKED
    assert harness.link.fault
    reason = harness.link.fault.reason
    assert reason.startswith("Gave up") and reason.endswith("Nobody is there.")


def test_without_a_limit_it_still_tries_after_six_hours_at_the_cap() -> None:
    harness = Harness()
    harness.open()
    harness.lose()
    end = harness.now + 6 * 3600
    while harness.now < end:
        harness.until(min(wake(harness.link, harness.rules), end))
        if harness.link.state is State.DIALING:
            harness.lose(Fault(FaultKind.TRANSIENT, "down"))
    gaps = [b - a for a, b in pairwise(harness.dials)]
    assert max(gaps) <= 30.1
    assert len(harness.dials) > 1000


def test_nothing_leaves_closing_but_to_closed() -> None:
    harness = Harness()
    harness.go_live()
    harness.take(on.Stop())
    for event in (on.RetryNow(), on.DataSeen(harness.link.epoch), on.Want(frozenset({ETH}))):
        harness.take(event)
        assert harness.link.state is State.CLOSING
    harness.pass_time(1.0)
    assert harness.link.state is State.CLOSED
    assert harness.take(on.Start()) == []


def test_the_same_seed_gives_the_same_dials() -> None:
    def dials(seed: int) -> list[float]:
        harness = Harness(seed=seed)
        harness.open()
        for _ in range(6):
            harness.lose()
            harness.until(harness.link.until)
        return harness.dials

    assert dials(3) == dials(3) != dials(4)


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009])
def test_p3_three_faults_against_the_protocol_in_ten_minutes_park_with_the_reason(
    code: int,
) -> None:
    harness = Harness()
    harness.open()
    for wait in (200.0, 200.0):
        harness.lose(of_close(code, "why"))
        assert harness.link.state is State.BACKOFF
        harness.pass_time(wait)
        harness.take(on.Opened(harness.link.epoch))
    harness.lose(of_close(code, "why"))
    assert harness.link.state is State.PARKED
    assert harness.link.fault and "third time in ten minutes" in harness.link.fault.reason
    assert 700 <= harness.link.until - harness.now <= 1_100


def test_p3_the_same_over_a_longer_time_does_not() -> None:
    harness = Harness()
    harness.open()
    for _ in range(10):
        harness.lose(of_violation(1002))
        assert harness.link.state is State.BACKOFF
        harness.pass_time(301.0)
        harness.take(on.Opened(harness.link.epoch))


def test_p3_a_person_who_retries_starts_the_count_anew() -> None:
    harness = Harness()
    harness.open()
    for _ in range(2):
        harness.lose(of_violation(1007))
        harness.pass_time(31.0)
        harness.take(on.Opened(harness.link.epoch))
    harness.lose(of_violation(1007))
    harness.take(on.RetryNow())
    harness.pass_time(1.0)
    harness.take(on.Opened(harness.link.epoch))
    harness.lose(of_violation(1007))
    assert harness.link.state is State.BACKOFF


def test_p8_a_message_that_is_too_large_twice_divides_the_subscriptions() -> None:
    harness = Harness()
    harness.open(BTC, ETH)
    assert on.Split() not in harness.lose(of_violation(1009))
    harness.pass_time(31.0)
    harness.take(on.Opened(harness.link.epoch))
    assert on.Split() in harness.lose(of_violation(1009))
    assert harness.link.state is State.BACKOFF


def test_p8_a_single_subscription_cannot_be_divided_and_is_parked_in_the_end() -> None:
    harness = Harness()
    harness.open(BTC)
    for _ in range(2):
        harness.lose(of_violation(1009))
        harness.pass_time(31.0)
        harness.take(on.Opened(harness.link.epoch))
    harness.lose(of_violation(1009))
    assert on.Split() not in harness.sent
    assert (harness.link.state,) == (State.PARKED,)


def test_p16_a_stream_that_is_mostly_garbage_is_left() -> None:
    harness = Harness()
    harness.go_live()
    effects = harness.take(on.Spoilt(harness.link.epoch, "close: nothing at 'c' in {}"))
    assert on.Hang(gracefully=False) in effects and on.Lapse() in effects
    assert harness.link.state is State.BACKOFF
    assert harness.link.fault
    assert harness.link.fault.reason.endswith("again. The last: close: nothing at 'c' in {}.")


def test_n16_a_login_that_is_wanted_gets_one_more_try_and_then_parks() -> None:
    harness = Harness()
    harness.open()
    harness.lose(of_status(401, None, 0.0))
    assert harness.link.state is State.BACKOFF
    harness.pass_time(31.0)
    harness.lose(of_status(401, None, 0.0))
    assert (harness.link.state, harness.link.until) == (State.PARKED, inf)


def test_another_connection_s_success_ends_a_long_wait_but_not_the_exchange_s_word() -> None:
    harness = Harness()
    harness.open()
    for _ in range(8):
        harness.lose()
    harness.link = replace(harness.link, until=harness.now + 25.0)
    harness.take(on.Reachable())
    assert harness.now <= harness.link.until <= harness.now + 2.0
    harness.lose(of_status(429, "300", 0.0))
    harness.take(on.Reachable())
    assert harness.link.until >= harness.now + 300.0
