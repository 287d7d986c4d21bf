"""What the hub keeps and tells: no sockets here, events by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk import MINUTE, SUBSCRIPTION, Desk, candle
from tui.feed.clock import ExchangeClock
from tui.feed.status import CandleChanged, GapOpened, GapRepaired
from tui.market.candle import Candle
from tui.market.events import CandleReport, Data, Trade
from tui.market.interval import Interval


def test_p22_a_closed_candle_is_told_once_however_often_it_comes() -> None:
    desk = Desk()
    for _ in range(3):
        desk.live(candle(5))
    assert len(desk.told(CandleChanged)) == 1


def test_a_closed_candle_that_the_exchange_changes_is_told_as_revised() -> None:
    desk = Desk()
    desk.live(candle(5))
    desk.merge([replace(candle(5, close=100.5), as_of=10 * MINUTE)])
    told = desk.told(CandleChanged)
    assert [(e.revised, e.candle.close) for e in told if isinstance(e, CandleChanged)] == [
        (False, 100.0),
        (True, 100.5),
    ]


def test_the_origin_tells_what_was_before_the_start_from_what_was_missed() -> None:
    desk = Desk()
    desk.live(candle(10, closed=False))
    desk.merge([candle(8), candle(9), candle(10), candle(11)])
    origins = [e.origin for e in desk.outlet.take() if isinstance(e, CandleChanged)]
    assert origins == ["live", "history", "history", "backfill", "backfill"]


def test_history_that_comes_before_the_first_live_candle_is_history() -> None:
    desk = Desk()
    desk.merge([candle(8), candle(9), candle(10, closed=False)])
    desk.live(candle(10))
    origins = [e.origin for e in desk.outlet.take() if isinstance(e, CandleChanged)]
    assert origins == ["history", "history", "live", "live"]


def test_a_jump_in_the_stream_opens_a_gap_and_history_repairs_it() -> None:
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    desk.end_load()
    desk.live(candle(6))
    desk.look()
    assert desk.told(GapOpened) == [GapOpened(SUBSCRIPTION, 3 * MINUTE)]
    assert desk.view.uncertain_from == 3 * MINUTE
    start = desk.begin_load().start
    assert start is not None and start <= 3 * MINUTE
    desk.merge([candle(3), candle(4), candle(5)])
    assert desk.end_load()
    assert desk.told(GapRepaired) == [GapRepaired(SUBSCRIPTION, 3 * MINUTE, 6 * MINUTE, 3)]
    repaired = desk.view
    assert repaired.uncertain_from is None
    assert repaired.holes == ()


def test_a_hole_that_the_exchange_has_itself_stays_and_is_not_asked_for_again() -> None:
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    desk.end_load()
    desk.live(candle(6))
    plan = desk.begin_load()
    desk.merge([candle(1), candle(2)])
    assert not desk.end_load()
    desk.hub.concede(SUBSCRIPTION, plan)
    assert [(hole.start, hole.end) for hole in desk.view.holes] == [(3 * MINUTE, 6 * MINUTE)]
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) is None
    desk.live(candle(9), now=180.0)
    assert desk.hub.repair_from(SUBSCRIPTION, 180.0) == 7 * MINUTE


def test_a_hole_that_opened_during_a_load_is_not_conceded_by_it() -> None:
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    desk.end_load()
    plan = desk.begin_load()
    desk.live(candle(6))
    desk.hub.concede(SUBSCRIPTION, plan)
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) == 3 * MINUTE


def test_a_load_that_began_before_the_link_was_lost_does_not_end_the_uncertainty() -> None:
    desk = Desk()
    desk.live(candle(1))
    desk.live(candle(2, closed=False))
    desk.end_load()
    plan = desk.begin_load()
    desk.hub.lose(SUBSCRIPTION)
    desk.merge([candle(1)])
    assert desk.hub.loaded(SUBSCRIPTION, plan)
    assert desk.view.uncertain_from == 2 * MINUTE
    assert desk.told(GapRepaired) == []


def test_vain_questions_come_less_and_less_often_but_a_new_gap_is_asked_for_at_once() -> None:
    desk = Desk()
    desk.live(candle(1), now=0.0)
    desk.end_load()
    overdue = 200.0
    for _ in range(8):
        desk.hub.pause(SUBSCRIPTION, overdue)
    assert desk.hub.repair_from(SUBSCRIPTION, overdue + 1000) is None
    desk.live(candle(2), now=overdue)
    desk.hub.lose(SUBSCRIPTION)
    assert desk.hub.repair_from(SUBSCRIPTION, overdue) == 3 * MINUTE


def test_a_frame_from_the_future_changes_nothing() -> None:
    desk = Desk()
    desk.live(candle(1), now=60.0)
    desk.live(candle(1_000_000), now=61.0)
    desk.hub.apply("binance", Trade("BTCUSDT", 7.0, 1.0, 1_000_000 * MINUTE, 1, 1), 61.0)
    assert len(desk.view.candles) == 1
    assert desk.view.price == 100.0
    assert desk.hub.strays == 2


def test_a_late_close_does_not_turn_the_price_back() -> None:
    desk = Desk()
    desk.live(candle(1, closed=False))
    desk.hub.apply("binance", Trade("BTCUSDT", 106.0, 1.0, 2 * MINUTE + 50, 2, 2), 0.0)
    desk.live(candle(1))
    assert desk.view.price == 106.0


def test_candles_just_before_a_loss_are_read_again_however_far_the_stream_has_got() -> None:
    """A correction of the last one may have been sent while nobody listened."""
    desk = Desk()
    desk.merge([candle(n) for n in range(1, 10)])
    desk.end_load()
    desk.hub.lose(SUBSCRIPTION)
    desk.live(candle(10))
    desk.live(candle(11), now=60.0)
    start = desk.begin_load().start
    assert start is not None and start <= 8 * MINUTE


def test_p38_losing_the_link_twice_before_a_repair_is_one_gap() -> None:
    desk = Desk()
    desk.live(candle(1))
    desk.live(candle(2, closed=False))
    desk.hub.lose(SUBSCRIPTION)
    desk.hub.lose(SUBSCRIPTION)
    assert desk.told(GapOpened) == [GapOpened(SUBSCRIPTION, 2 * MINUTE)]


def test_a_close_that_is_withheld_is_asked_for_after_a_grace() -> None:
    desk = Desk()
    desk.live(candle(1), now=0.0)
    desk.live(candle(2, closed=False), now=10.0)
    ends_at = 10.0 + (3 * MINUTE - candle(2, closed=False).as_of) / 1000
    assert desk.hub.repair_from(SUBSCRIPTION, ends_at + 4.0) is None
    assert desk.hub.repair_from(SUBSCRIPTION, ends_at + 6.0) == 2 * MINUTE


def trade(number: int) -> Trade:
    return Trade("BTCUSDT", 100.0, 1.0, 2 * MINUTE + number, number, number)


def test_trades_that_skip_a_number_open_a_gap_that_history_must_close() -> None:
    desk = Desk()
    desk.live(candle(1))
    desk.live(candle(2, closed=False))
    desk.end_load()
    for number in (10, 11, 11, 10, 12, 14):
        desk.hub.apply("binance", trade(number), 0.0)
    assert desk.told(GapOpened) == [GapOpened(SUBSCRIPTION, 2 * MINUTE)]
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) == 2 * MINUTE
    desk.begin_load()
    desk.merge([candle(1)])
    assert desk.end_load()
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) is None


def test_numbers_start_anew_after_the_link_was_lost() -> None:
    desk = Desk()
    desk.live(candle(2, closed=False))
    desk.hub.apply("binance", trade(10), 0.0)
    desk.hub.lose(SUBSCRIPTION)
    desk.begin_load()
    desk.end_load()
    desk.hub.apply("binance", trade(500), 0.0)
    assert len(desk.told(GapOpened)) == 1


def test_p33_candles_that_rest_brought_do_not_hide_that_the_stream_did_not() -> None:
    """Repairs go on while the stream is dead: what they bring is no sign of a quiet market."""
    desk = Desk()
    desk.merge([candle(1), candle(2, closed=False)])
    desk.end_load()
    desk.live(replace(candle(2, closed=False), volume=4.0))
    rows = [replace(candle(2), volume=5.0), candle(3), candle(4, closed=False)]
    desk.merge(rows)
    assert desk.hub.unseen(SUBSCRIPTION, rows)
    desk.live(candle(4, closed=False), now=120.0)
    assert not desk.hub.unseen(SUBSCRIPTION, rows)
    assert not desk.hub.unseen(SUBSCRIPTION, [*rows, replace(candle(5), volume=0.0)])


def test_p33_trades_of_an_outage_are_not_held_against_the_new_stream() -> None:
    desk = Desk()
    desk.merge([candle(1)])
    desk.end_load()
    desk.live(candle(2))
    desk.hub.lose(SUBSCRIPTION)
    desk.begin_load()
    rows = [candle(3), candle(4, closed=False)]
    desk.merge(rows)
    desk.end_load()
    assert not desk.hub.unseen(SUBSCRIPTION, rows)
    assert desk.hub.unseen(SUBSCRIPTION, [replace(rows[-1], volume=9.0)])


def test_p33_a_subscription_that_never_brought_anything_is_silent_from_the_first_look_on() -> None:
    desk = Desk()
    assert [desk.hub.silent_for(SUBSCRIPTION, now) for now in (100.0, 101.0, 160.0)] == [0, 1, 60]
    desk.live(candle(1), now=170.0)
    assert desk.hub.silent_for(SUBSCRIPTION, 172.0) == 2.0


def test_an_older_price_never_replaces_a_newer_one() -> None:
    desk = Desk()
    desk.hub.apply("binance", Trade("BTCUSDT", 107.0, 1.0, 5_000, 2, 2), 0.0)
    desk.hub.apply("binance", Trade("BTCUSDT", 99.0, 1.0, 4_000, 1, 1), 0.0)
    assert desk.view.price == 107.0


def test_p21_a_price_stamped_a_little_too_late_holds_up_none_that_follows() -> None:
    desk = Desk()
    desk.live(candle(5, closed=False), now=100.0)
    present = candle(5, closed=False).as_of
    desk.hub.apply("binance", Trade("BTCUSDT", 107.0, 1.0, present + 59_000, 2, 2), 100.0)
    desk.hub.apply("binance", Trade("BTCUSDT", 99.0, 1.0, present + 990, 3, 3), 101.0)
    assert desk.view.price == 99.0


@pytest.mark.parametrize(
    "stray",
    [
        Trade("ETHUSDT", 1.0, 1.0, 1, 1, 1),
        CandleReport("ETHUSDT", Interval(1, "m"), candle(1)),
        CandleReport("btcusdt", Interval(1, "m"), candle(1)),
        CandleReport("BTCUSDT", Interval(5, "m"), candle(0)),
    ],
    ids=["trade", "candle", "other case", "other interval"],
)
def test_p26_what_nobody_subscribed_to_is_counted_and_changes_nothing(stray: Data) -> None:
    desk = Desk()
    desk.hub.take_dirty()
    desk.hub.apply("binance", stray, 0.0)
    assert desk.hub.strays == 1
    assert desk.outlet.take() == ()
    assert desk.hub.take_dirty() == frozenset()
    assert (desk.view.candles, desk.view.price) == ((), None)


def test_a_slow_reader_gets_the_newest_open_candle_and_every_closed_one() -> None:
    desk = Desk()
    for minute in range(50):
        for trades in range(1, 20):
            desk.live(candle(minute, closed=False, trades=trades))
        desk.live(candle(minute))
    told = [e for e in desk.outlet.take() if isinstance(e, CandleChanged)]
    assert len(told) == 100
    assert [e.candle.open_time for e in told if e.candle.closed] == [
        minute * MINUTE for minute in range(50)
    ]


def test_an_open_candle_stands_after_what_happened_before_its_newest_state() -> None:
    desk = Desk()
    desk.live(candle(1))
    desk.live(candle(2, closed=False, trades=1))
    desk.hub.lose(SUBSCRIPTION)
    desk.live(candle(2, close=100.5, closed=False, trades=6))
    assert [type(event) for event in desk.outlet.take()] == [
        CandleChanged, GapOpened, CandleChanged,
    ]  # fmt: skip


@given(st.lists(st.integers(0, 2_000), min_size=1), st.floats(0, 1_000))
def test_exchange_time_is_the_fastest_message_s(delays: list[int], start: float) -> None:
    """Messages travel for some ms; the estimate lags by the shortest travel seen."""
    clock, truth = ExchangeClock(), 1_700_000_000_000
    assert clock.now(start) is None
    for i, delay in enumerate(delays):
        clock.observe(truth + i * 1000, start + i + delay / 1000)
    now = clock.now(start + len(delays))
    assert now is not None
    lag = truth + len(delays) * 1000 - now
    assert -2 <= lag - min(delays) <= 2


def test_the_price_of_a_page_of_the_past_is_none_of_now() -> None:
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    assert desk.view.price is None
    desk.merge([candle(3), candle(4, close=100.5, closed=False)])
    assert desk.view.price == 100.5


def test_a_price_that_came_over_rest_alone_has_an_age_too() -> None:
    desk = Desk()
    assert desk.hub.age(SUBSCRIPTION, 5.0) is None
    desk.merge([candle(4, closed=False)], now=5.0)
    assert desk.hub.age(SUBSCRIPTION, 65.0) == 60.0
    desk.live(candle(5, closed=False), now=66.0)
    assert desk.hub.age(SUBSCRIPTION, 67.5) == 1.5


def test_n21_data_that_come_late_are_as_old_as_the_exchange_says() -> None:
    """A line too slow for what is sent: frames come all the time, each later than the last."""
    desk = Desk()
    for second in range(5):
        report = replace(candle(5, closed=False), as_of=5 * MINUTE + second * 1000)
        desk.live(report, now=100.0 + 10.0 * second)
    assert desk.hub.age(SUBSCRIPTION, 140.0) == 36.0


def test_p20_the_smallest_price_has_decimals_enough_before_its_digits_are_known() -> None:
    desk = Desk()
    desk.live(Candle(0, 3e-10, 4e-10, 2e-10, 3e-10, 1.0, as_of=30_000))
    assert desk.view.price_digits >= 11
