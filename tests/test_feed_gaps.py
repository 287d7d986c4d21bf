"""When a gap opens, and when it is over: events by hand."""

from __future__ import annotations

from tests.desk import MINUTE, SUBSCRIPTION, Desk, candle
from tui.feed.status import GapOpened, GapRepaired


def with_a_jump() -> Desk:
    """Candles 1 and 2, then 6: a gap is open."""
    desk = Desk()
    desk.merge([candle(1), candle(2)])
    desk.end_load()
    desk.live(candle(6, closed=False, trades=1, close=100.1))
    assert desk.told(GapOpened) == [GapOpened(SUBSCRIPTION, 3 * MINUTE)]
    return desk


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
    desk.hub.lapse(SUBSCRIPTION)
    desk.hub.concede(SUBSCRIPTION, plan)
    assert desk.view.uncertain_from is not None
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) is not None


def test_p38_a_loss_during_a_repair_is_not_made_to_wait_as_a_vain_question_is() -> None:
    desk = with_a_jump()
    desk.begin_load()
    desk.merge([candle(3), candle(4), candle(5)])
    desk.hub.lapse(SUBSCRIPTION)
    desk.end_load()
    desk.hub.pause(SUBSCRIPTION, 1.0)
    assert desk.hub.repair_from(SUBSCRIPTION, 1.0) is not None
