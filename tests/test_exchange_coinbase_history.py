"""Coinbase's candles over REST: how they are asked for, and what is read of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import ExchangeError
from tui.exchange import load_exchange
from tui.exchange.base import Request
from tui.market.candle import Candle
from tui.market.interval import HOUR, MINUTE, Interval
from tui.market.symbol import Subscription, Symbol

COINBASE = load_exchange("coinbase")
FIRST = 1781568000000  # 2026-06-16 00:00
LATER = FIRST + 30 * 24 * HOUR
ROW = [FIRST // 1000, 65300.03, 66944, 66276.79, 65616.64, 6347.81]
ALL = ["1m", "5m", "15m", "30m", "1h", "4h", "6h", "1d"]


def btc(interval: str = "1m") -> Subscription:
    return Subscription(Symbol("coinbase", "BTC-USD"), Interval.parse(interval))


def row(minutes: int = 0, **changed: object) -> list[object]:
    """ROW some minutes later, with the values at some places changed: `row(_1=0)` has no low."""
    places = {int(name[1:]): value for name, value in changed.items()}
    later = [ROW[0] + minutes * 60, *ROW[1:]]
    return [places.get(place, value) for place, value in enumerate(later)]


def rows_of(minutes: int, count: int) -> list[list[object]]:
    """Newest first."""
    return [row(minutes * i) for i in reversed(range(count))]


def history(rows: object, now: int = LATER, interval: str = "1m") -> list[Candle]:
    return COINBASE.parse_history(btc(interval), json.dumps(rows).encode(), now)


# Asking for candles


def test_a_page_says_both_its_ends_which_are_included() -> None:
    assert COINBASE.history_request(btc(), FIRST, 10) == Request(
        "/products/BTC-USD/candles",
        {"granularity": "60", "start": "2026-06-16T00:00:00Z", "end": "2026-06-16T00:09:00Z"},
    )


@pytest.mark.parametrize(
    ("interval", "granularity", "candles", "end"),
    [
        ("1m", "60", 300, "2026-06-16T04:59:00Z"),
        ("15m", "900", 300, "2026-06-19T02:45:00Z"),
        ("30m", "900", 150, "2026-06-19T02:45:00Z"),
        ("4h", "3600", 75, "2026-06-28T11:00:00Z"),
        ("6h", "21600", 300, "2026-08-29T18:00:00Z"),
    ],
)
def test_a_page_has_at_most_300_rows_of_a_length_that_there_is(
    interval: str, granularity: str, candles: int, end: str
) -> None:
    request = COINBASE.history_request(btc(interval), FIRST, 5_000)
    assert COINBASE.page_size(Interval.parse(interval)) == candles
    assert request and request.params == {
        "granularity": granularity, "start": "2026-06-16T00:00:00Z", "end": end,
    }  # fmt: skip


@pytest.mark.parametrize("interval", ALL)
def test_every_length_is_asked_for_by_one_that_rest_has(interval: str) -> None:
    request = COINBASE.history_request(btc(interval), FIRST, 2)
    assert request
    granularity = int(request.params["granularity"])
    assert granularity in {60, 300, 900, 3600, 21600, 86400}
    assert btc(interval).interval.milliseconds % (granularity * 1000) == 0


def test_a_page_of_longer_candles_begins_with_a_whole_one() -> None:
    request = COINBASE.history_request(btc("4h"), FIRST + 5 * HOUR, 1)
    assert request and (request.params["start"], request.params["end"]) == (
        "2026-06-16T04:00:00Z",
        "2026-06-16T07:00:00Z",
    )


def test_without_a_start_nothing_is_asked_for() -> None:
    """Without explicit ends comes a page from a cache, up to five minutes old."""
    assert COINBASE.history_request(btc(), None, 10) is None


def test_a_name_cannot_lead_to_another_path() -> None:
    odd = Subscription(Symbol("coinbase", "BTC/USD?x=1#"), Interval(1, "m"))
    request = COINBASE.history_request(odd, FIRST, 2)
    assert request and request.path == "/products/BTC%2FUSD%3Fx%3D1%23/candles"


# Candles


def test_a_row_has_its_low_and_high_before_the_open() -> None:
    (candle,) = history([ROW])
    assert candle == Candle(
        FIRST, 66276.79, 66944.0, 65300.03, 65616.64, 6347.81, closed=True, as_of=LATER
    )


def test_rows_come_newest_first_and_stand_in_order() -> None:
    assert [c.open_time for c in history(rows_of(1, 3))] == [FIRST + i * MINUTE for i in range(3)]


def test_a_minute_that_is_left_out_stays_left_out() -> None:
    assert [c.open_time for c in history([row(7), row(2)])] == [
        FIRST + 2 * MINUTE,
        FIRST + 7 * MINUTE,
    ]


@pytest.mark.parametrize(("after_its_end", "closed"), [(0, False), (59_999, False), (60_000, True)])
@pytest.mark.parametrize("interval", ALL)
def test_p25_a_candle_is_not_closed_before_it_is_settled(
    interval: str, after_its_end: int, closed: bool
) -> None:
    """One made of shorter ones neither, whatever its last part did."""
    now = btc(interval).interval.after(FIRST) + after_its_end
    (candle,) = history([ROW], now, interval)
    assert (candle.closed, candle.as_of) == (closed, now if closed else 0)


@pytest.mark.parametrize(("interval", "minutes", "count"), [("30m", 15, 2), ("4h", 60, 4)])
def test_a_length_that_rest_lacks_is_made_of_shorter_ones(
    interval: str, minutes: int, count: int
) -> None:
    parts = rows_of(minutes, 2 * count)
    parts[-1] = row(0, _3=66_000.5, _5=0.1)
    parts[-count] = row(minutes * (count - 1), _4=66_900, _2=67_000, _5=0.2)
    first, second = history(parts, interval=interval)
    middle = 6347.81 * (count - 2)
    assert first.values == (66_000.5, 67_000.0, 65300.03, 66_900.0, round(middle + 0.3, 2))
    assert second.open_time == btc(interval).interval.after(FIRST)
    assert second.values[:4] == (66276.79, 66944.0, 65300.03, 65616.64)


def test_a_part_without_trades_is_left_out_of_a_longer_candle() -> None:
    (candle,) = history([row(180), row(60)], interval="4h")
    assert (candle.open_time, candle.volume) == (FIRST, 2 * 6347.81)


def test_more_columns_than_are_known_do_no_harm() -> None:
    assert history([[*ROW, "new", {}]]) == history([ROW])


@pytest.mark.parametrize("interval", ["1m", "30m"])
@pytest.mark.parametrize(
    "bad",
    [
        row(_1=0), row(_3="NaN"), row(_4="1e999"), row(_5=-1), row(_5=None), row(_0=None),
        row(_0="x"), row(_2=65000), row(_1=67000), row(_0=ROW[0] + 0.5), ROW[:5], [], {}, None, "x",
    ],
    ids=str,
)  # fmt: skip
def test_p18_p19_a_row_that_cannot_be_is_left_out_and_the_others_stay(
    bad: object, interval: str
) -> None:
    after, before = rows_of(30, 2)
    assert history([after, bad, before], interval=interval) == history(
        [after, before], interval=interval
    )


@pytest.mark.parametrize(
    "time",
    [
        FIRST, FIRST * 1000, FIRST * 1_000_000, "2026-06-16T00:00:00Z", 0, -FIRST // 1000,
        1_230_767_999, 4_102_444_800, LATER // 1000 + 300, FIRST // 1000 + 7,
    ],
    ids=["ms", "us", "ns", "ISO", "1970", "negative", "2008", "2100", "the future", "off the grid"],
)  # fmt: skip
def test_p21_a_row_of_another_unit_or_age_is_left_out(time: object) -> None:
    after, before = rows_of(1, 2)
    assert history([after, row(_0=time), before]) == history([after, before])


def test_p21_a_part_of_the_future_does_not_stand_in_a_candle_that_forms() -> None:
    now = FIRST + 20 * MINUTE
    assert history([row(180, _2=99_999), row(0)], now, "4h") == history([row(0)], now, "4h")


def test_p21_the_candle_that_forms_is_kept_when_our_clock_lags() -> None:
    assert len(history([ROW], now=FIRST - MINUTE)) == 1


def test_p24_rows_out_of_order_or_given_twice_are_a_history_in_order() -> None:
    third, second, first = rows_of(1, 3)
    assert history([first, third, second, first]) == history([third, second, first])


def test_p19_volumes_beyond_all_bounds_make_no_candle() -> None:
    assert history([row(15, _5=1.7e308), row(0, _5=1.7e308)], interval="30m") == []


def test_an_empty_history_has_no_candles() -> None:
    assert history([]) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"null", b'{"message":"NotFound"}'])
def test_a_body_that_is_no_history_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ExchangeError, match=r"something else than candles for coinbase:BTC-USD@1m"):
        COINBASE.parse_history(btc(), body, LATER)


_values = (
    st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.just("NaN")
)


@pytest.mark.parametrize("interval", ["1m", "4h"])
@given(rows=st.lists(st.lists(_values | st.sampled_from(ROW), max_size=7) | _values, max_size=4))
def test_p19_every_candle_of_any_rows_is_sound(interval: str, rows: list[object]) -> None:
    found = history(rows, interval=interval)
    assert all(candle.flaw is None for candle in found)
    assert [c.open_time for c in found] == sorted({c.open_time for c in found})
