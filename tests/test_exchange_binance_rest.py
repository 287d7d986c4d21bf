"""Binance's REST side: klines, the list of symbols, and its words for what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import ExchangeError
from tui.exchange import load_exchange
from tui.exchange.base import Complaint, Request
from tui.market.candle import Candle
from tui.market.interval import MINUTE, Interval
from tui.market.symbol import Subscription, Symbol, SymbolInfo

BINANCE = load_exchange("binance")
BTC = Subscription(Symbol("binance", "BTCUSDT"), Interval(1, "m"))
FIRST = 1634943780000
ROW = [
    FIRST, "60685.22000000", "60729.84000000", "60670.90000000", "60719.27000000", "21.63272000",
    FIRST + MINUTE - 1, "1313200.01340410", 617, "12.28492000", "745719.41022840", "0",
]  # fmt: skip
LATER = FIRST + 30 * MINUTE


def row(**changed: object) -> list[object]:
    """ROW with the values at some places changed: `row(_2="0")` has no high."""
    places = {int(name[1:]): value for name, value in changed.items()}
    return [places.get(place, value) for place, value in enumerate(ROW)]


def rows_from(count: int) -> list[list[object]]:
    times = range(FIRST, FIRST + count * MINUTE, MINUTE)
    return [row(_0=time, _6=time + MINUTE - 1) for time in times]


def history(rows: object, now: int = LATER) -> list[Candle]:
    return BINANCE.parse_history(BTC, json.dumps(rows).encode(), now)


def listed(**changed: Any) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.01", "tickSize": "0.01000000"},
            {"filterType": "LOT_SIZE", "minQty": "0.00001", "stepSize": "0.00001000"},
            {"filterType": "ICEBERG_PARTS", "limit": 10},
        ],
    } | changed  # fmt: skip


def directory(*symbols: dict[str, Any]) -> dict[str, SymbolInfo]:
    return BINANCE.parse_directory(json.dumps({"timezone": "UTC", "symbols": symbols}).encode())


# Klines


def test_the_newest_candles_are_asked_for_without_a_start() -> None:
    assert BINANCE.history_request(BTC, None, 501) == Request(
        "/api/v3/klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "501"}, weight=2
    )


def test_a_page_is_asked_for_from_its_start_in_ms() -> None:
    request = BINANCE.history_request(BTC, FIRST, 100)
    assert request
    assert request.params["startTime"] == str(FIRST)
    assert request.params["limit"] == "100"


def test_a_page_has_at_most_a_thousand_candles() -> None:
    request = BINANCE.history_request(BTC, FIRST, 5_000)
    assert request and request.params["limit"] == "1000"
    assert BINANCE.limits.history_page == 1_000


def test_a_row_is_a_closed_candle_when_it_is_settled() -> None:
    assert history([ROW]) == [
        Candle(FIRST, 60685.22, 60729.84, 60670.9, 60719.27, 21.63272, True, 617, LATER)
    ]


def test_rows_keep_their_order() -> None:
    assert [c.open_time for c in history(rows_from(3))] == [FIRST + i * MINUTE for i in range(3)]


@pytest.mark.parametrize(
    ("after_its_end", "closed"), [(-30.0, False), (0.0, False), (2.9, False), (3.1, True)]
)
def test_a_row_is_not_closed_before_it_is_settled(after_its_end: float, closed: bool) -> None:
    """A candle still changes for a while after its end: 2.4 s were seen."""
    (candle,) = history([ROW], now=FIRST + MINUTE + int(after_its_end * 1000))
    assert candle.closed is closed
    assert candle.close == 60719.27


def test_a_row_opened_off_the_grid_is_kept() -> None:
    (candle,) = history([row(_0=FIRST + 28_015)])
    assert candle.open_time == FIRST + 28_015


def test_more_columns_than_are_known_do_no_harm() -> None:
    assert history([[*ROW, "new", {}]]) == history([ROW])


@pytest.mark.parametrize(
    "bad",
    [
        row(_2="0"), row(_1="NaN"), row(_4="1e999"), row(_5="-1"), row(_8=-1), row(_8="x"),
        row(_0=None), row(_3="61000"), row(_2="1", _3="2"), ROW[:5], [], {}, None, "x",
    ],
    ids=str,
)  # fmt: skip
def test_p18_p19_a_row_that_cannot_be_is_left_out_and_the_others_stay(bad: object) -> None:
    before, after = rows_from(2)
    assert history([before, bad, after]) == history([before, after])


@pytest.mark.parametrize(
    "time",
    [
        FIRST // 1000, FIRST * 1000, FIRST * 1_000_000, "2021-10-22T23:03:00Z", 0, -FIRST,
        1_230_767_999_999, 4_102_444_800_000, LATER + 3 * MINUTE,
    ],
    ids=["s", "us", "ns", "ISO", "1970", "negative", "before 2009", "2100", "the future"],
)  # fmt: skip
def test_p21_a_row_of_another_unit_or_age_is_left_out(time: object) -> None:
    before, after = rows_from(2)
    assert history([before, row(_0=time), after]) == history([before, after])


def test_p21_the_candle_that_forms_is_kept_when_our_clock_lags() -> None:
    assert len(history([ROW], now=FIRST - MINUTE)) == 1


def test_p24_rows_out_of_order_or_given_twice_are_a_history_in_order() -> None:
    first, second, third = rows_from(3)
    assert history([third, first, second, first]) == history([first, second, third])


def test_p18_a_row_that_ends_before_it_begins_is_not_called_closed() -> None:
    assert [c.closed for c in history([row(_6=0), row(_0=FIRST + MINUTE)])] == [False, False]


def test_an_empty_history_has_no_candles() -> None:
    assert history([]) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"null", b'{"code":-1121,"msg":"x"}'])
def test_a_body_that_is_no_history_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ExchangeError, match=r"something else than candles for binance:BTCUSDT@1m"):
        BINANCE.parse_history(BTC, body, LATER)


_values = (
    st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.just("NaN")
)


@given(st.lists(st.lists(_values | st.sampled_from(ROW), max_size=13) | _values, max_size=4))
def test_p19_every_candle_of_any_rows_is_sound(rows: list[object]) -> None:
    assert all(candle.flaw is None for candle in history(rows))


# The list of symbols


def test_the_list_is_asked_for_at_its_weight() -> None:
    assert BINANCE.directory_request() == Request("/api/v3/exchangeInfo", weight=20)


def test_a_symbol_has_its_assets_and_digits() -> None:
    assert directory(listed()) == {
        "BTCUSDT": SymbolInfo(Symbol("binance", "BTCUSDT"), "BTC", "USDT", 2, 5, trading=True)
    }


@pytest.mark.parametrize(
    ("size", "digits"),
    [("0.01000000", 2), ("1.00000000", 0), ("10.00000000", 0), ("0.00000001", 8), ("0.5", 1),
     ("1", 0), ("0.00000000", 8), ("", 8), ("0." + "0" * 40 + "1", 18), ("1e-8", 8), ("1E-5", 5),
     ("5e-324", 18), ("1e2", 0), ("NaN", 8), ("-Infinity", 8), ("1e" + "9" * 30, 8), ("x.yz", 8)],
)  # fmt: skip
def test_p20_digits_follow_from_the_smallest_step(size: str, digits: int) -> None:
    """A step of zero switches the rule off, so it says nothing of the digits."""
    filters = [
        {"filterType": "PRICE_FILTER", "tickSize": size},
        {"filterType": "LOT_SIZE", "stepSize": size},
    ]
    info = directory(listed(filters=filters))["BTCUSDT"]
    assert (info.price_digits, info.volume_digits) == (digits, digits)


def test_a_symbol_without_filters_gets_eight_digits() -> None:
    info = directory(listed(filters=[]))["BTCUSDT"]
    assert (info.price_digits, info.volume_digits) == (8, 8)


@pytest.mark.parametrize("status", ["HALT", "BREAK", "CANCEL_ONLY", "PRE_TRADING", ""])
def test_a_symbol_trades_only_in_the_status_trading(status: str) -> None:
    assert not directory(listed(status=status))["BTCUSDT"].trading


def test_s1_s2_hostile_names_are_clean() -> None:
    (info,) = directory(listed(symbol="\x1b[31mBTC\u202eUSDT", baseAsset="\x00B")).values()
    assert (info.symbol.name, info.base) == ("BTCUSDT", "B")


@pytest.mark.parametrize(
    "bad",
    [
        {},
        None,
        "x",
        [],
        listed(symbol=None),
        listed(symbol="\u202e"),
        listed(filters=[{"tickSize": 1}]),
    ],
    ids=str,
)
def test_p18_a_symbol_that_cannot_be_read_is_left_out_and_the_others_stay(bad: Any) -> None:
    sound = listed(symbol="ETHUSDT")
    assert list(directory(bad, sound)) == ["ETHUSDT"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"symbols":3}', b'{"symbols":[{}]}', b'{"symbols":[]}']
)
def test_a_body_that_is_no_list_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ExchangeError, match="something else than its list of symbols"):
        BINANCE.parse_directory(body)


# Refusals


@pytest.mark.parametrize(
    ("code", "unknown"), [(-1121, True), (-1100, True), (-1120, False), (-1003, False), (0, False)]
)
def test_a_complaint_says_whether_the_symbol_is_unknown(code: int, unknown: bool) -> None:
    body = json.dumps({"code": code, "msg": "Not so."}).encode()
    assert BINANCE.parse_complaint(body) == Complaint("Not so.", unknown)


def test_s1_a_complaint_is_clean_and_short() -> None:
    said = "Way too\nmuch \x1b[2Jrequest weight used; " + "x" * 1_000
    complaint = BINANCE.parse_complaint(json.dumps({"code": -1003, "msg": said}).encode())
    assert complaint
    assert complaint.reason.startswith("Way too much request weight used; x")
    assert len(complaint.reason) <= 200


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b"[]", b"{}", b'{"code":-1,"msg":"\\u0007"}']
)
def test_another_body_is_no_complaint(body: bytes) -> None:
    assert BINANCE.parse_complaint(body) is None
