"""Candles whose end the stream does not tell: the next one proves it, REST confirms it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk import MINUTE, Desk
from tui.feed.status import CandleChanged, GapOpened
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BTC = Subscription(Symbol("kraken", "BTC/USD"), Interval(1, "m"))
DAY = 1_700_006_400_000


def frame(minute: int, second: float, close: float = 100.0, volume: float = 1.0) -> Candle:
    """What the stream says `second` seconds after DAY of the candle of a minute."""
    time = DAY + minute * MINUTE
    high, low = max(100.0, close), min(100.0, close)
    return Candle(time, 100.0, high, low, close, volume, trades=3, as_of=DAY + int(second * 1000))


@pytest.fixture
def desk() -> Desk:
    desk = Desk(BTC)
    desk.end_load()
    return desk


def closed(desk: Desk) -> list[tuple[int, float, bool]]:
    """(minute, volume, revised) of the closed candles that were told since the last call."""
    told = [event for event in desk.outlet.take() if isinstance(event, CandleChanged)]
    return [
        ((e.candle.open_time - DAY) // MINUTE, e.candle.volume, e.revised)
        for e in told
        if e.candle.closed
    ]


def say(desk: Desk, candle: Candle) -> None:
    desk.live(candle, now=(candle.as_of - DAY) / 1000)


def test_the_next_candle_closes_the_one_before_two_seconds_after_its_end(desk: Desk) -> None:
    say(desk, frame(0, 58, volume=5.0))
    say(desk, frame(1, 60.3))
    desk.look(61.0)
    assert closed(desk) == []
    desk.look(62.1)
    assert closed(desk) == [(0, 5.0, False)]


def test_a_late_frame_in_these_seconds_still_counts(desk: Desk) -> None:
    say(desk, frame(0, 58, volume=5.0))
    say(desk, frame(1, 60.3))
    say(desk, frame(0, 61.2, volume=6.0))
    desk.look(62.1)
    assert closed(desk) == [(0, 6.0, False)]


def test_p23_a_frame_that_is_later_still_revises_and_does_not_open_it_again(desk: Desk) -> None:
    say(desk, frame(0, 58, volume=5.0))
    say(desk, frame(1, 60.3))
    desk.look(62.1)
    say(desk, frame(0, 63.0, volume=6.0))
    assert closed(desk) == [(0, 5.0, False), (0, 6.0, True)]
    assert desk.view.candles[0].closed


def test_an_inferred_close_is_confirmed_over_rest_and_then_left_alone(desk: Desk) -> None:
    say(desk, frame(0, 58, volume=5.0))
    say(desk, frame(1, 60.3))
    assert desk.look(62.1) is None
    assert desk.look(65.1) == DAY
    row = replace(frame(0, 66, volume=5.0), closed=True)
    desk.merge([row, frame(1, 66)], now=66.0)
    assert desk.look(67.0) is None
    assert [volume for _, volume, _ in closed(desk)] == [5.0]


def test_minutes_that_the_stream_leaves_out_had_no_trades(desk: Desk) -> None:
    say(desk, frame(0, 30, close=101.0))
    say(desk, frame(3, 185))
    desk.look(185.0)
    assert [(minute, volume) for minute, volume, _ in closed(desk)] == [
        (0, 1.0),
        (1, 0.0),
        (2, 0.0),
    ]
    assert [c.close for c in desk.view.candles[1:3]] == [101.0, 101.0]
    assert desk.view.holes == ()
    assert desk.told(GapOpened) == []


def test_minutes_missing_because_the_link_was_lost_are_a_hole(desk: Desk) -> None:
    say(desk, frame(0, 30))
    desk.hub.lose(BTC)
    say(desk, frame(3, 185))
    desk.look(188.0)
    assert closed(desk) == []
    assert [(hole.start, hole.end) for hole in desk.view.holes] == [
        (DAY + MINUTE, DAY + 3 * MINUTE)
    ]


def test_a_candle_that_formed_while_the_link_was_lost_is_not_closed_by_the_next(desk: Desk) -> None:
    say(desk, frame(0, 30))
    desk.hub.lose(BTC)
    say(desk, frame(1, 61))
    desk.look(70.0)
    assert closed(desk) == []


def test_in_a_quiet_market_rest_is_asked_when_the_candle_should_be_over(desk: Desk) -> None:
    say(desk, frame(0, 30))
    assert desk.look(64.0) is None
    assert desk.look(65.1) == DAY


def test_what_the_stream_tells_of_the_past_when_it_begins_is_history(desk: Desk) -> None:
    for minute in range(3):
        desk.live(frame(minute, 200), now=200.0)
    desk.live(frame(3, 200), now=200.0)
    desk.look(203.0)
    told = [event for event in desk.outlet.take() if isinstance(event, CandleChanged)]
    origins = {(e.candle.open_time - DAY) // MINUTE: e.origin for e in told}
    assert origins == {0: "history", 1: "history", 2: "history", 3: "live"}
