"""Budgets and waits, with the clock and the dice in the test's hand."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tui.exchange.base import Limits
from tui.feed import backoff
from tui.feed.faults import Fault, FaultKind
from tui.feed.limits import LONGEST_BAN, HostLimits, TokenBucket
from tui.feed.settings import ConnectionSettings


def test_a_bucket_gives_its_burst_at_once_and_then_a_turn_each_spacing() -> None:
    bucket = TokenBucket(burst=3, spacing=2.0)
    assert [bucket.reserve(0.0) for _ in range(5)] == [0.0, 0.0, 0.0, 2.0, 4.0]
    assert bucket.reserve(3.0) == 3.0
    assert bucket.reserve(100.0) == 0.0


@given(st.lists(st.floats(0.0, 40.0), max_size=60))
def test_a_connection_dials_at_most_eleven_times_in_the_first_minute_and_six_in_any_after(
    pauses: list[float],
) -> None:
    """Each dial is asked for some time after the one before it was made."""
    bucket, now, dials = TokenBucket(5, 10.0, refills=False), 0.0, []
    for pause in pauses * 3:
        now += pause
        now += bucket.reserve(now)
        dials.append(now)
    assert sum(t < 59.99 for t in dials) <= 11
    later = [t for t in dials[5:] if t > dials[4] + 10]
    assert all(sum(start <= t < start + 59.99 for t in later) <= 6 for start in later)


def test_a_stable_period_gives_a_connection_its_burst_back() -> None:
    bucket = TokenBucket(5, 10.0, refills=False)
    for _ in range(5):
        bucket.reserve(0.0)
    assert [bucket.reserve(1000.0) for _ in range(2)] == [0.0, 10.0]
    bucket.restore()
    assert [bucket.reserve(2000.0) for _ in range(5)] == [0.0] * 5


def test_a_bucket_that_was_not_used_for_long_gives_no_more_than_its_burst() -> None:
    bucket = TokenBucket(2, 1.0)
    assert [bucket.reserve(1e6) for _ in range(3)] == [0.0, 0.0, 1.0]


def test_a_host_is_asked_at_once_only_as_often_as_the_exchange_says() -> None:
    """Some take many requests a minute, but few of them in one go."""
    declared = Limits(1, 0.25, 15, 0.5, rest_weight=300, history_page=300, rest_burst=2)
    host = HostLimits.of(declared)
    assert [host.request_turn(0.0, 1) for _ in range(4)] == [0.0, 0.0, 0.2, 0.4]
    assert [host.dial_turn(0.0) for _ in range(17)] == [0.0] * 15 + [0.5, 1.0]


def test_a_host_is_asked_at_once_for_a_fifth_of_a_minute_s_worth_unless_it_says() -> None:
    host = HostLimits.of(Limits(1, 0.25, 15, 0.5, rest_weight=300, history_page=300))
    assert [host.request_turn(0.0, 60), host.request_turn(0.0, 5)] == [0.0, 1.0]


def paced(seconds: float, code: int = 429) -> Fault:
    return Fault(FaultKind.PACED, "slow down", code, retry_after=seconds)


def test_a_refusal_to_one_holds_for_all_of_the_host_and_they_come_back_one_by_one() -> None:
    host = HostLimits(TokenBucket(2, 1.0), TokenBucket(10, 1.0))
    host.hold(10.0, paced(40.0))
    host.hold(10.0, paced(10.0))
    assert [host.dial_turn(10.0) for _ in range(4)] == [40.0, 40.0, 41.0, 42.0]
    assert host.request_turn(10.0, 2.0) == 40.0
    assert (host.held(49.0), host.held(50.0)) == (True, False)


def test_n13_a_repeated_ban_holds_twice_as_long_each_time() -> None:
    host = HostLimits(TokenBucket(2, 1.0), TokenBucket(10, 1.0))
    waits = [host.hold(now, paced(120.0, 418)).retry_after for now in (0.0, 130.0, 380.0)]
    assert waits == [120.0, 240.0, 480.0]


def test_n13_calls_that_were_on_their_way_when_the_ban_came_do_not_make_it_longer() -> None:
    """Forty dials at once are forty bans by one word of the exchange."""
    host = HostLimits(TokenBucket(40, 2.0), TokenBucket(10, 1.0))
    assert {host.hold(0.1, paced(120.0, 418)).retry_after for _ in range(40)} == {120.0}
    assert host.hold(121.0, paced(120.0, 418)).retry_after == 240.0


def test_n13_a_ban_long_after_another_is_the_first_again_and_none_is_for_ever() -> None:
    host = HostLimits(TokenBucket(2, 1.0), TokenBucket(10, 1.0))
    now, waits = 0.0, []
    for _ in range(20):
        waits.append(host.hold(now, paced(900.0, 418)).retry_after)
        now += waits[-1] + 1.0
    assert max(waits) == waits[-1] == LONGEST_BAN
    assert host.hold(now + 2 * LONGEST_BAN, paced(900.0, 418)).retry_after == 900.0


@given(st.integers(1, 10_000), st.integers(0, 2**32))
def test_a_delay_lies_between_the_floor_and_the_cap(attempt: int, seed: int) -> None:
    wait = backoff.delay(attempt, 1.0, 2.0, 30.0, Random(seed))
    assert backoff.FLOOR <= wait <= min(30.0, 2.0 ** min(attempt - 1, 10)) or wait == backoff.FLOOR


def test_the_jitter_is_full_so_that_a_thousand_clients_spread_out() -> None:
    waits = [backoff.delay(6, 1.0, 2.0, 30.0, Random(seed)) for seed in range(1000)]
    buckets = [sum(low <= w < low + 5 for w in waits) for low in range(0, 30, 5)]
    assert min(buckets) > 110


def test_the_wait_is_never_shorter_than_the_exchange_asked_for() -> None:
    fault = Fault(FaultKind.PACED, "slow down", retry_after=42.0)
    waits = [
        backoff.after(fault, 1, True, ConnectionSettings(), Random(seed)) for seed in range(100)
    ]
    assert min(waits) >= 42.0
