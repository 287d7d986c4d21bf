"""The connection's reducer: a token is shown before anything else, and renewed in time."""

from __future__ import annotations

from tests.link_harness import BTC, Harness
from tui.feed import signals as on
from tui.feed.faults import Fault, FaultKind, of_refused_token
from tui.feed.status import ConnectionState as State


def wanting_a_token() -> Harness:
    harness = Harness(needs_token=True)
    harness.open(BTC)
    return harness


def live_with_a_token_for(seconds: float) -> Harness:
    harness = wanting_a_token()
    harness.take(on.TokenSent(harness.link.epoch, harness.now + seconds))
    harness.take(on.TokenTaken(harness.link.epoch))
    harness.acknowledge()
    harness.take(on.Synced(harness.link.epoch, BTC))
    harness.data()
    return harness


def test_p40_nothing_is_subscribed_to_before_the_token_was_taken() -> None:
    harness = wanting_a_token()
    harness.take(on.Inquire())
    assert harness.sent[-1] == on.SendToken(harness.link.epoch, fresh=False)
    assert harness.link.state is State.AUTHING
    assert not [e for e in harness.pass_time(5.0) if isinstance(e, on.Send)]
    harness.take(on.TokenTaken(harness.link.epoch))
    assert [e for e in harness.sent if isinstance(e, on.Send)]


def test_p39_a_refused_token_is_refreshed_once_and_then_the_feed_is_parked() -> None:
    harness = wanting_a_token()
    harness.take(on.TokenRefused(harness.link.epoch, "Token expired."))
    assert harness.link.state is State.BACKOFF
    harness.pass_time(31.0)
    harness.take(on.Opened(harness.link.epoch))
    assert harness.sent[-1] == on.SendToken(harness.link.epoch, fresh=True)
    harness.take(on.TokenRefused(harness.link.epoch, "Token expired."))
    assert (harness.link.state,) == (State.PARKED,)
    assert harness.link.fault == of_refused_token("Token expired.")


def test_p39_a_login_without_an_answer_is_given_up_after_ten_seconds() -> None:
    harness = wanting_a_token()
    harness.take(on.TokenSent(harness.link.epoch))
    harness.pass_time(9.9)
    assert harness.link.state is State.AUTHING
    harness.pass_time(0.2)
    assert (harness.link.state,) == (State.BACKOFF,)


def test_p39_a_token_is_renewed_on_the_open_link_without_a_break() -> None:
    harness = live_with_a_token_for(480.0)
    harness.flow(500.0)
    assert harness.sent.count(on.SendToken(harness.link.epoch, fresh=True)) == 1
    assert harness.link.state is State.LIVE


def test_p39_a_renewal_that_fails_leaves_the_feed_live_and_is_tried_again() -> None:
    harness = live_with_a_token_for(60.0)
    harness.flow(61.0)
    harness.take(on.TokenRefused(harness.link.epoch, "The token could not be fetched."))
    assert harness.link.state is State.LIVE
    harness.flow(70.0)
    assert harness.sent.count(on.SendToken(harness.link.epoch, fresh=True)) == 2


def test_p2_a_close_code_that_the_exchange_uses_for_logins_counts_as_one() -> None:
    harness = wanting_a_token()
    harness.rules.exchange.auth_closes = frozenset({4001})
    for state in (State.BACKOFF, State.PARKED):
        harness.lose(Fault(FaultKind.TRANSIENT, "bad token", 4001))
        assert harness.link.state is state
        harness.pass_time(31.0)
        harness.take(on.Opened(harness.link.epoch))


def test_n16_an_exchange_that_wants_a_login_though_there_is_no_token_is_parked_with_its_words() -> (
    None
):
    harness = Harness()
    for state in (State.BACKOFF, State.PARKED):
        harness.open()
        harness.take(on.TokenRefused(harness.link.epoch, "Log in first."))
        assert harness.link.state is state
    assert harness.link.fault == of_refused_token("Log in first.")


def test_p39_the_time_that_a_source_of_tokens_takes_is_not_the_exchange_s() -> None:
    harness = wanting_a_token()
    harness.pass_time(11.0)
    harness.take(on.TokenSent(harness.link.epoch))
    harness.pass_time(9.0)
    assert harness.link.state is State.AUTHING
    harness.pass_time(1.1)
    assert (harness.link.state,) == (State.BACKOFF,)


def test_p39_a_source_of_tokens_that_never_ends_is_not_waited_for_without_end() -> None:
    harness = wanting_a_token()
    harness.pass_time(15.1)
    assert harness.link.state is State.BACKOFF
    assert harness.link.fault and "login took too long" in harness.link.fault.reason
