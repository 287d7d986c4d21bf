"""When a gap opens, and when it is over: events by hand."""

from __future__ import annotations

from dataclasses import replace

from tests.desk import MINUTE, SUBSCRIPTION, Desk, candle
from tui.feed.gaps import Gaps
from tui.feed.status import CandleChanged, GapOpened, GapRepaired
from tui.market.interval import Interval
from tui.market.series import CandleSeries


def with_a_jump() -> Desk:
    """Candles 1 and 2, then 6: a gap is open."""
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    desk.end_load()
    desk.live(candle(6, closed=False, trades=1, close=100.1))
    desk.look()
    assert desk.told(GapOpened) == [GapOpened(SUBSCRIPTION, 3 * MINUTE)]
    return desk


def test_a_close_that_the_next_candle_overtakes_is_no_gap() -> None:
    """On an exchange with short candles it comes some tenths of a second after their end."""
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    desk.end_load()
    first = replace(candle(4, closed=False), as_of=4 * MINUTE + 100)
    desk.live(first)
    assert desk.look(1.5) is None
    desk.live(candle(3), now=1.6)
    assert desk.look(3.0) is None
    assert desk.told(GapOpened) == []
    record = desk.hub.record(SUBSCRIPTION)
    assert record and record.gaps.found == 0


def test_one_that_does_not_come_is_a_gap_two_seconds_after_its_end() -> None:
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    desk.end_load()
    desk.live(replace(candle(4, closed=False), as_of=4 * MINUTE + 100))
    assert desk.look(1.5) is None
    assert desk.look(2.0) == 3 * MINUTE
    assert desk.told(GapOpened) == [GapOpened(SUBSCRIPTION, 3 * MINUTE)]


def test_p38_frames_that_come_while_a_jump_is_repaired_do_not_keep_its_gap_open() -> None:
    desk = with_a_jump()
    desk.begin_load()
    desk.live(candle(6, closed=False, trades=2, close=100.2))
    desk.merge([candle(3), candle(4), candle(5)])
    assert desk.end_load()
    assert desk.told(GapRepaired) == [GapRepaired(SUBSCRIPTION, 3 * MINUTE, 6 * MINUTE, 3)]
    assert desk.view.uncertain_from is None


def test_a_hole_of_the_exchange_s_own_is_one_gap_however_many_frames_follow() -> None:
    desk = with_a_jump()
    plan = desk.begin_load()
    desk.merge([candle(1), candle(2)])
    desk.hub.concede(SUBSCRIPTION, plan)
    for trades in range(2, 5):
        desk.live(candle(6, closed=False, trades=trades, close=100 + trades))
    assert desk.told(GapOpened) == []
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) is None


def test_p38_a_gap_that_opens_while_one_is_repaired_is_repaired_with_it() -> None:
    desk = with_a_jump()
    desk.begin_load()
    desk.live(candle(9, closed=False), now=180.0)
    desk.merge([candle(3), candle(4), candle(5)])
    assert not desk.end_load()
    assert desk.told(GapRepaired) == []
    start = desk.begin_load().start
    assert start is not None and start <= 3 * MINUTE
    desk.merge([candle(n) for n in range(3, 9)])
    assert desk.end_load()
    assert desk.told(GapRepaired) == [GapRepaired(SUBSCRIPTION, 3 * MINUTE, 9 * MINUTE, 6)]


def test_p38_conceding_a_hole_does_not_end_a_loss_that_came_meanwhile() -> None:
    desk = with_a_jump()
    plan = desk.begin_load()
    desk.hub.lose(SUBSCRIPTION)
    desk.hub.concede(SUBSCRIPTION, plan)
    assert desk.view.uncertain_from is not None
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) is not None


def test_p38_a_loss_during_a_repair_is_not_made_to_wait_as_a_vain_question_is() -> None:
    desk = with_a_jump()
    desk.begin_load()
    desk.merge([candle(3), candle(4), candle(5)])
    desk.hub.lose(SUBSCRIPTION)
    desk.end_load()
    desk.hub.pause(SUBSCRIPTION, 1.0)
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) is not None


def test_a_repair_reads_nothing_from_before_the_first_candle_that_was_loaded() -> None:
    desk = Desk()
    desk.merge([candle(8), candle(9)])
    desk.end_load()
    desk.hub.lose(SUBSCRIPTION)
    assert desk.begin_load().start == 8 * MINUTE


def test_the_candle_that_forms_is_live_however_it_comes() -> None:
    desk = Desk()
    desk.merge([candle(8), candle(9, closed=False)])
    desk.end_load()
    desk.live(candle(9, closed=False, trades=6))
    desk.told(CandleChanged)
    desk.merge([candle(9), candle(10, closed=False)])
    told = [event for event in desk.told(CandleChanged) if isinstance(event, CandleChanged)]
    assert [event.origin for event in told] == ["backfill", "live"]


def test_l17_holes_that_are_off_the_chart_are_forgotten() -> None:
    series = CandleSeries(Interval(1, "m"), capacity=4)
    gaps = Gaps(series)
    for minute in range(0, 200, 2):
        series.apply(candle(minute))
        gaps.concede(gaps.holes(), gaps.ask())
        assert not gaps.holes()
        assert len(gaps._conceded) < series.capacity
