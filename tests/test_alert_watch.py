"""From look to look: what rings, when, how often, and never for the past."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alert_views import LIVE, OTHER, START, candle, closed, down, rule, view
from tui.alerts.measure import candles_for
from tui.alerts.strength import rsi
from tui.alerts.watch import Ring, Watched, look
from tui.alerts.words import said
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.market.candle import Candle
from tui.market.interval import MINUTE
from tui.market.series import Hole


class Watcher:
    """Looks at one alert again and again."""

    def __init__(self, line: str, armed: bool | None = None) -> None:
        self.watched = Watched(rule(line), armed)

    def __call__(self, *seen: SeriesView, waited: float = 0.0) -> Ring | None:
        views = {each.subscription: each for each in seen}
        self.watched, ring = look(self.watched, views, waited)
        return ring

    def sees(self, *prices: float) -> Ring | None:
        """One forming candle through these prices."""
        return self(view([candle(0, *prices)]))


def test_a_price_that_crosses_rings_once_and_again_after_it_was_back() -> None:
    look = Watcher("BTCUSDT > 100")
    prices = (99, 100, 101, 99.95, 100.5, 99.9, 100)
    assert [bool(look.sees(price)) for price in prices] == [0, 1, 0, 0, 0, 0, 1]


def test_a_falling_price_is_watched_the_same_way() -> None:
    look = Watcher("BTCUSDT < 100 back 1%")
    prices = (105, 100, 99, 100.9, 99, 101.1, 100)
    assert [bool(look.sees(price)) for price in prices] == [0, 1, 0, 0, 0, 0, 1]


def test_a_price_beyond_the_level_from_the_start_has_not_crossed_it() -> None:
    look = Watcher("BTCUSDT > 100")
    assert not look.sees(105) and not look.sees(106)
    assert look.watched.armed is False


def test_a_spike_between_two_looks_rings_with_its_height() -> None:
    look = Watcher("BTCUSDT > 100")
    look.sees(99)
    ring = look.sees(99, 101.5, 98)
    assert ring and said(ring) == "binance:BTCUSDT@1m > 100: reached 101.50, is 98.00"


def test_a_spike_in_a_candle_that_closed_since_the_last_look_rings() -> None:
    look = Watcher("BTCUSDT > 100")
    look.sees(99)
    spiked = replace(candle(0, 99, 102, 98), closed=True)
    assert look(view([spiked, candle(1, 98)]))


def test_a_high_that_was_there_at_the_last_look_is_no_new_one() -> None:
    look = Watcher("BTCUSDT > 100")
    assert not look.sees(102, 99)
    assert not look.sees(102, 99, 98)


def test_a_spike_that_a_trade_told_first_and_the_candle_later_rings_once() -> None:
    look = Watcher("BTCUSDT > 100")
    behind = view([candle(0, 99)])
    rows = [behind, *(replace(behind, price=price) for price in (101.0, 98.0))]
    assert [bool(look(row)) for row in rows] == [False, True, False]
    assert look.watched.armed
    assert not look.sees(99, 101, 98)
    assert look.sees(99, 101.5, 98)


def test_a_spike_in_a_candle_of_which_so_far_only_a_trade_told_rings_once() -> None:
    look = Watcher("BTCUSDT > 100")
    behind = replace(view([candle(0, 99)]), price_time=START + MINUTE)
    rows = [behind, *(replace(behind, price=price) for price in (101.0, 98.0))]
    assert [bool(look(row)) for row in rows] == [False, True, False]
    assert not look(view([candle(0, 99), candle(1, 101, 98)]))
    assert look(view([candle(0, 99), candle(1, 101, 101.5, 98)]))


def test_what_was_high_while_nobody_received_it_does_not_ring() -> None:
    look = Watcher("BTCUSDT > 100")
    look.sees(99)
    assert not look(down(view([candle(0, 99)])))
    repaired = [replace(candle(0, 99, 103, 97), closed=True), candle(1, 97, 102, 98)]
    assert not look(view(repaired))
    assert not look(view([*repaired[:1], candle(1, 97, 102, 98, 99)]))


def test_what_is_beyond_the_level_when_live_data_are_back_rings_once_and_says_so() -> None:
    look = Watcher("BTCUSDT > 100")
    look.sees(99)
    for state in (ConnectionState.STALE, ConnectionState.BACKOFF, ConnectionState.SYNCING):
        assert not look(down(view([candle(0, 105)]), state))
    ring = look.sees(99, 105)
    assert ring and said(ring).endswith(": 105.00, crossed while there were no live data")
    assert not look.sees(99, 106)


def test_an_armed_alert_of_the_last_run_rings_late_and_one_that_rang_does_not() -> None:
    assert (ring := Watcher("BTCUSDT > 100", armed=True).sees(101)) and ring.late
    assert not Watcher("BTCUSDT > 100", armed=False).sees(101)


def test_nothing_is_judged_while_candles_wait_for_their_backfill() -> None:
    look = Watcher("BTCUSDT > 100")
    look.sees(99)
    assert not look(replace(view([candle(0, 105)]), uncertain_from=START))
    assert look.watched.trace is None


@pytest.mark.parametrize(
    ("line", "price", "rings"),
    [
        ("BTCUSDT +2% 5m", 102, True),
        ("BTCUSDT +2% 5m", 101.9, False),
        ("BTCUSDT -2% 5m", 98, True),
        ("BTCUSDT -2% 5m", 103, False),
        ("BTCUSDT 2% 5m", 97, True),
        ("BTCUSDT 2% 5m", 103, True),
    ],
)
def test_a_change_is_measured_from_the_candle_of_a_window_ago(
    line: str, price: float, rings: bool
) -> None:
    look = Watcher(line)
    before = closed([50, 50, 100, 100, 100, 100, 100])
    assert not look(view([*before, candle(7, 100)]))
    assert bool(look(view([*before, candle(7, 100, price)]))) is rings


def test_a_change_over_a_hole_is_not_known() -> None:
    look = Watcher("BTCUSDT +2% 5m", armed=True)
    before = closed([50, 50, 100, 100, 100, 100, 100])
    holed = replace(view([*before, candle(7, 100, 110)]), holes=(Hole(START, START + 3 * MINUTE),))
    assert not look(holed)


def test_a_change_since_a_minute_without_trades_counts_from_the_close_before_it() -> None:
    look = Watcher("BTCUSDT +2% 5m", armed=True)
    ring = look(view([candle(0, 90, 100, closed=True), candle(7, 102)]))
    assert ring and said(ring).startswith("binance:BTCUSDT@1m +2% 5m: +2.00 %")


def burst(*volumes: float) -> list[Candle]:
    """Twenty candles of volume 1, then these; the last one forms."""
    rows = closed([100] * 20)
    return rows + [
        candle(20 + i, 100, volume=volume, closed=i < len(volumes) - 1)
        for i, volume in enumerate(volumes)
    ]


def test_a_burst_of_volume_rings_once_though_it_goes_on_over_candles() -> None:
    look = Watcher("BTCUSDT volume 3x")
    seen = [(0.5,), (3.1,), (5.0,), (5.0, 0.1), (5.0, 4.5), (5.0, 4.5, 1), (5.0, 4.5, 1, 6)]
    assert [bool(look(view(burst(*each)))) for each in seen] == [0, 1, 0, 0, 0, 0, 1]


def test_the_volume_of_a_candle_that_closed_during_an_outage_does_not_ring() -> None:
    look = Watcher("BTCUSDT volume 3x")
    look(view(burst(0.5)))
    look(down(view(burst(0.5))))
    assert not look(view(burst(9, 0.2)))
    assert look(view(burst(9, 5))) is not None


def test_the_last_volume_of_a_candle_counts_though_it_came_with_its_close() -> None:
    look = Watcher("BTCUSDT volume 3x")
    look(view(burst(2.9)))
    ring = look(view(burst(3.2, 0.1)))
    assert ring and "3.2 times the average of the 20 candles before" in said(ring)


def test_the_rsi_crosses_its_level_with_two_points_of_hysteresis() -> None:
    look = Watcher("BTCUSDT rsi > 70")
    up_and_down = [100 + i % 2 for i in range(60)]
    assert not look(view([*closed(up_and_down), candle(60, 100)]))
    ring = look(view([*closed(up_and_down), candle(60, 100, 110)]))
    assert ring and 70 < ring.now <= 100
    assert not look(view([*closed(up_and_down), candle(60, 100, 111)]))


def test_the_rsi_is_that_of_wilders_own_formula() -> None:
    closes = [100 + 5 * math.sin(i / 3) + i % 7 for i in range(210)]
    gain = loss = 0.0
    for before, after in itertools.pairwise(closes):
        gain = (gain * 13 + max(after - before, 0)) / 14
        loss = (loss * 13 + max(before - after, 0)) / 14
    value = rsi(closes, 14)
    assert value is not None and abs(value - (100 - 100 / (1 + gain / loss))) < 0.01


def test_too_few_candles_have_no_rsi() -> None:
    look = Watcher("BTCUSDT rsi > 1", armed=True)
    assert not look(view(closed([100.0 + i for i in range(10)])))


def test_a_spread_is_measured_between_fresh_prices_only() -> None:
    look = Watcher("binance:BTCUSDT coinbase:BTC-USD spread > 0.5%")
    btc = view([candle(0, 100)])
    near, far = (view([candle(0, price)], of=OTHER) for price in (100.1, 100.6))
    old = replace(far, status=replace(LIVE, data_age=20.0))
    assert not look(btc, near)
    assert not look(btc, old)
    assert not look(btc, down(far))
    ring = look(btc, far)
    assert ring and "0.60 % apart" in said(ring)
    assert not look(btc, far)


def aged(
    age: float | None, state: ConnectionState = ConnectionState.LIVE, quiet: bool = False
) -> SeriesView:
    return view([candle(0, 100)], FeedStatus(state, data_age=age, quiet=quiet))


def test_a_stale_feed_rings_once_until_data_have_come() -> None:
    look = Watcher("BTCUSDT stale 30s")
    ages = (0.1, 29.9, 30.0, 45.0, 0.2, 31.0)
    assert [bool(look(aged(age))) for age in ages] == [0, 0, 1, 0, 0, 1]


def test_a_feed_that_never_had_data_is_as_stale_as_it_was_waited_for() -> None:
    look = Watcher("BTCUSDT stale 30s")
    dead = view([], FeedStatus(ConnectionState.BACKOFF))
    assert [bool(look(dead, waited=waited)) for waited in (0.0, 29.0, 30.0, 40.0)] == [0, 0, 1, 0]
    assert not Watcher("BTCUSDT stale 30s", armed=False)(dead, waited=40.0)


def test_a_market_that_is_known_to_be_quiet_is_not_stale() -> None:
    look = Watcher("BTCUSDT stale 30s")
    assert not look(aged(0.1))
    assert not look(aged(90.0, quiet=True))
    assert look(aged(95.0, ConnectionState.BACKOFF, quiet=True))


@pytest.mark.parametrize(
    ("line", "most"),
    [
        ("BTCUSDT > 1", 10),
        ("BTCUSDT 1% 1h", 70),
        ("BTCUSDT volume 2x", 30),
        ("BTCUSDT rsi > 5", 250),
    ],
)
def test_no_more_candles_are_asked_for_than_are_needed(line: str, most: int) -> None:
    assert 1 < candles_for(rule(line)) <= most


ticks = st.tuples(
    st.sampled_from([95.0, 99.95, 105.0]),
    st.sampled_from(["live", "lost", "next candle"]),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=400)
@given(st.lists(ticks, min_size=3, max_size=10))
def test_only_live_ticks_and_the_first_after_a_loss_ever_ring(
    path: list[tuple[float, str, bool, bool]],
) -> None:
    """Prices come tick by tick, the link is lost and found, looks come at any time.

    Each ring must have a crossing of its own among the ticks that came live.
    """
    look, place = Watcher("BTCUSDT > 100"), 0
    forming: list[float] = []
    rings = reached = 0
    armed: bool | None = None
    for price, event, looks, early in path:
        lost = event == "lost"
        if event == "next candle" or not forming:
            place, forming = place + 1, []
        forming.append(price)
        if lost:
            assert not look(down(view([candle(place, *forming)])))
            continue
        # What the whole path of live ticks would ring.
        if armed is None:
            armed = price < 100
        elif armed and price >= 100:
            armed, reached = False, reached + 1
        elif price <= 99.9:
            armed = True
        if looks or look.watched.armed is None:
            # The price may be a trade's, of which the candle does not know yet.
            known = forming[:-1] if early and forming[1:] else forming
            seen = replace(view([candle(place, *known)]), price=price)
            rings += look(seen) is not None
    assert rings <= reached
