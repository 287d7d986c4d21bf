"""Candles that the hub makes of trades, for an exchange whose stream has no candles."""

from __future__ import annotations

import pytest

from tests import declared
from tests.desk import MINUTE, Desk
from tui.feed.status import CandleChanged, GapOpened
from tui.market.candle import Candle
from tui.market.events import Pulse, Ticker, Trade
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BTC = Subscription(Symbol("coinbase", "BTC-USD"), Interval(1, "m"))
DAY = 1_700_006_400_000


def trade(id_: int, second: float, price: float = 100.0, size: float = 1.0) -> Trade:
    return Trade("BTC-USD", price, size, DAY + int(second * 1000), 100 + id_, 100 + id_)


def pulse(last_id: int, second: float) -> Pulse:
    return Pulse("BTC-USD", 100 + last_id, DAY + int(second * 1000))


_UNNUMBERED = """
intervals = ["1m"]
[exchanges.desk.trade]
when = {type = "trade"}
symbol = "s"
price = "p"
size = "q"
time = "t"
"""


def _unnumbered(second: float) -> Trade:
    return Trade("EURUSD", 1.1, 1.0, DAY + int(second * 1000), None, None)


@pytest.fixture
def desk() -> Desk:
    """A desk that has heard of one trade before the first minute."""
    desk = Desk(BTC)
    desk.hear(trade(1, -1), now=99.0)
    desk.end_load()
    return desk


def closed(desk: Desk) -> list[Candle]:
    told = [event.candle for event in desk.outlet.take() if isinstance(event, CandleChanged)]
    return [candle for candle in told if candle.closed]


def test_a_heartbeat_closes_the_minute_that_has_all_its_trades(desk: Desk) -> None:
    desk.hear(trade(2, 10, 101.0), now=110.0)
    desk.hear(trade(3, 50, 99.0), now=150.0)
    assert closed(desk) == []
    desk.hear(pulse(3, 60.2), now=160.2)
    (minute,) = closed(desk)
    assert (minute.open_time, minute.values) == (DAY, (101.0, 101.0, 99.0, 99.0, 2.0))


def test_a_heartbeat_says_that_the_price_is_of_now(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(pulse(2, 45), now=145.0)
    age = desk.hub.age(BTC, 145.5)
    assert age is not None and age <= 0.6
    assert desk.view.price_time == DAY + 45_000


def test_the_last_trade_of_a_market_long_quiet_does_not_set_the_clock() -> None:
    desk = Desk(BTC)
    desk.hear(trade(2, -600), now=100.0)
    desk.hear(Ticker("BTC-USD", 1.0, 2.0, 1.0, 1.5, 9.0, DAY - 600_000), now=100.1)
    desk.hear(pulse(2, 0), now=100.5)
    assert desk.hub.strays == 0
    assert desk.hub.clock("coinbase").now(100.5) == DAY


def test_a_price_over_rest_is_as_old_as_the_page_may_be() -> None:
    desk = Desk(BTC)
    desk.merge([Candle(DAY, 97.0, 103.0, 96.0, 100.0, 12.0)], now=130.0)
    assert desk.view.price == 100.0
    assert desk.hub.age(BTC, 130.5) == 60.5


def test_a_heartbeat_that_knows_more_than_we_do_does_not_make_our_price_newer(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(pulse(4, 45), now=145.0)
    assert desk.view.price_time == DAY + 10_000


def test_a_heartbeat_after_a_repair_confirms_the_price_of_the_repair(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(pulse(4, 12), now=112.0)
    desk.hub.merge_trades(BTC, [trade(4, 11.5, 105.0), trade(3, 11)], DAY)
    desk.hear(pulse(4, 45), now=145.0)
    assert (desk.view.price, desk.view.price_time) == (105.0, DAY + 45_000)


def test_trades_of_one_moment_over_rest_leave_the_price_of_the_newest_one(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(trade(5, 12, 103.0), now=112.0)
    desk.hub.merge_trades(BTC, [trade(4, 12, 102.0), trade(3, 12, 101.0)], DAY)
    assert desk.view.price == 103.0


def test_p33_heartbeats_and_tickers_do_not_hide_that_no_trades_come(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    assert desk.hub.silent_for(BTC, 110.0) == 0.0
    for second in range(11, 80):
        newest = 2 + second // 10
        desk.hear(pulse(newest, second), now=100.0 + second)
        desk.hear(Ticker("BTC-USD", 1.0, 2.0, 1.0, 1.5, 9.0, DAY + second * 1000), 100.0 + second)
        desk.hub.merge_trades(BTC, [trade(n, second - 1) for n in range(3, newest + 1)], DAY)
        desk.look(100.0 + second)
    assert desk.hub.silent_for(BTC, 180.0) == 70.0
    assert desk.hub.unseen(BTC, desk.view.candles[-1:])
    desk.hear(trade(10, 80), now=180.0)
    assert desk.hub.silent_for(BTC, 180.0) == 0.0


def test_a_quiet_market_with_heartbeats_is_not_silent(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    assert desk.hub.silent_for(BTC, 110.0) == 0.0
    for second in range(11, 80):
        desk.hear(pulse(2, second), now=100.0 + second)
    assert desk.hub.silent_for(BTC, 180.0) == 1.0


def test_p34_a_trade_that_does_not_come_is_a_gap_two_seconds_later(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(trade(4, 12), now=112.0)
    desk.look(112.0)
    desk.look(113.0)
    assert desk.told(GapOpened) == []
    assert desk.look(114.1) is not None
    assert desk.told(GapOpened) == [GapOpened(BTC, DAY)]
    # It is told once, however long it lasts.
    desk.look(120.0)
    assert desk.told(GapOpened) == []


def test_p34_the_newest_trades_lost_are_known_by_the_heartbeat(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(pulse(5, 12), now=112.0)
    desk.look(112.0)
    assert desk.look(115.0) is not None
    assert desk.told(GapOpened)


def test_a_trade_that_is_only_late_is_no_gap(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(trade(4, 12), now=112.0)
    desk.look(112.0)
    desk.hear(trade(3, 11), now=113.0)
    desk.hear(trade(5, 60.1), now=160.1)
    desk.look(160.1)
    assert desk.told(GapOpened) == []
    assert desk.view.candles[-2].volume == 3.0


def test_a_feed_without_numbers_has_one_gap_for_each_lost_link_and_then_goes_on() -> None:
    """Nobody can count what was lost: to look for it again and again would lose the rest, too."""
    desk = Desk(declared.of("EURUSD"), declared.desk(_UNNUMBERED))
    desk.end_load()
    desk.hear(_unnumbered(-1), now=99.0)
    desk.hub.lose(declared.of("EURUSD"))
    desk.hub.accept(desk.subscription)
    told = []
    for second in range(200):
        now = 100.0 + second
        if second % 5 == 0:
            desk.hear(_unnumbered(second), now)
        if desk.look(now) is not None:
            desk.hub.accept(desk.subscription)
            desk.hub.pause(desk.subscription, now)
        told += desk.told(GapOpened)
    assert told == [GapOpened(desk.subscription, DAY - MINUTE)]
    assert [c.volume for c in desk.view.candles if c.closed] == [12.0, 12.0]


def test_rest_is_not_asked_for_a_candle_that_is_not_settled_there_yet() -> None:
    desk = Desk(BTC)
    desk.hear(trade(7, 30), now=130.0)
    desk.end_load()
    for second in range(31, 122):
        desk.hear(pulse(7, second), now=100.0 + second)
        assert desk.look(100.0 + second) is None
    desk.hear(pulse(7, 122), now=222.0)
    assert desk.look(222.0) == DAY


def test_missing_trades_over_rest_make_the_candle_whole(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(trade(5, 61), now=161.0)
    missing = desk.hub.missing_trades(BTC, 1_000)
    assert missing and (missing.before_id, missing.after_id) == (105, 102)
    desk.hub.merge_trades(BTC, [trade(4, 30, 102.0), trade(3, 20)], missing.time)
    assert [c.values for c in closed(desk)] == [(100.0, 102.0, 100.0, 102.0, 3.0)]


def test_the_last_match_of_a_new_connection_is_not_counted_again(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hub.lose(BTC)
    desk.hear(trade(2, 10), now=120.0)
    desk.hear(pulse(2, 60), now=160.0)
    assert desk.view.candles[-1].volume == 1.0
    assert desk.view.candles[-1].closed


def test_a_lost_link_without_lost_trades_leaves_the_candle_whole(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hub.lose(BTC)
    desk.hear(trade(3, 40), now=140.0)
    desk.hear(pulse(3, 61), now=161.0)
    assert [c.values[-1] for c in closed(desk)] == [2.0]


def test_what_rest_says_of_the_forming_minute_is_its_beginning() -> None:
    desk = Desk(BTC)
    desk.hear(trade(7, 30, 100.0), now=130.0)
    row = Candle(DAY, 97.0, 103.0, 96.0, 100.0, 12.0)
    desk.merge([row], now=130.5)
    desk.hear(trade(8, 40, 104.0), now=140.0)
    newest = desk.view.candles[-1]
    assert newest.values == (97.0, 104.0, 96.0, 104.0, 13.0)
    assert not newest.closed


def test_a_minute_without_trades_is_a_candle_and_no_hole(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(pulse(2, 200), now=300.0)
    desk.look(300.0)
    assert [c.volume for c in desk.view.candles[-3:]] == [1.0, 0.0, 0.0]
    assert desk.view.holes == ()
    assert desk.told(GapOpened) == []


def test_the_settled_row_over_rest_is_the_last_word(desk: Desk) -> None:
    desk.hear(trade(2, 10), now=110.0)
    desk.hear(pulse(2, 61), now=161.0)
    row = Candle(DAY, 100.0, 100.0, 100.0, 100.0, 1.5, closed=True, as_of=DAY + 5 * MINUTE)
    desk.merge([row])
    (minute,) = [c for c in desk.view.candles if c.open_time == DAY]
    assert minute.volume == 1.5


def test_a_candle_of_which_only_a_part_was_seen_is_not_told_before_rest_was_asked() -> None:
    desk = Desk(BTC)
    desk.hear(trade(7, 30), now=130.0)
    assert desk.told(CandleChanged) == []
    assert desk.view.price == 100.0
    desk.end_load()
    desk.hear(trade(8, 31), now=131.0)
    assert len(desk.told(CandleChanged)) == 1


def test_trades_from_before_what_was_asked_for_bring_no_candles() -> None:
    desk = Desk(BTC)
    desk.hear(trade(7, 130), now=230.0)
    missing = desk.hub.missing_trades(BTC, 1_000)
    assert missing and missing.time == DAY + 2 * MINUTE
    desk.hub.merge_trades(BTC, [trade(6, 125), trade(5, 50), trade(4, -5)], missing.time)
    assert [c.open_time for c in desk.view.candles] == [DAY + 2 * MINUTE]


def test_minutes_that_a_replayed_trade_proves_empty_are_of_the_past() -> None:
    desk = Desk(BTC)
    desk.hear(trade(7, -170), now=99.0)
    desk.hear(pulse(7, 10), now=110.0)
    desk.hear(pulse(7, 61), now=161.0)
    told = [event for event in desk.outlet.take() if isinstance(event, CandleChanged)]
    origins = [((e.candle.open_time - DAY) // MINUTE, e.origin) for e in told]
    assert origins == [(-2, "history"), (-1, "history"), (0, "live")]
