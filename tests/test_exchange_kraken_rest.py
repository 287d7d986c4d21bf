"""Kraken's REST side: OHLC, AssetPairs, and errors that come as if they were answers."""

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

KRAKEN = load_exchange("kraken")
BTC = Subscription(Symbol("kraken", "BTC/USD"), Interval(1, "m"))
FIRST = 1762777200
ROW = [FIRST, "106038.1", "106044.3", "106038.0", "106040.1", "106039.6", "0.08317981", 3]
LATER = (FIRST + 30 * 60) * 1000


def row(**changed: object) -> list[object]:
    """ROW with the values at some places changed: `row(_2="0")` has no high."""
    places = {int(name[1:]): value for name, value in changed.items()}
    return [places.get(place, value) for place, value in enumerate(ROW)]


def rows_from(count: int) -> list[list[object]]:
    return [row(_0=FIRST + 60 * i) for i in range(count)]


def body(rows: object, last: object = FIRST + 10_000, key: str = "XXBTZUSD") -> bytes:
    return json.dumps({"error": [], "result": {key: rows, "last": last}}).encode()


def history(rows: object, last: object = FIRST + 10_000, now: int = LATER) -> list[Candle]:
    return KRAKEN.parse_history(BTC, body(rows, last), now)


def listed(**changed: Any) -> dict[str, Any]:
    pair = {
        "altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT", "quote": "ZUSD",
        "pair_decimals": 1, "lot_decimals": 8, "status": "online", "fees": [[0, 0.26]],
    } | changed  # fmt: skip
    return {key: value for key, value in pair.items() if value is not ...}


def directory(*pairs: Any) -> dict[str, SymbolInfo]:
    result = {f"PAIR{i}": pair for i, pair in enumerate(pairs)}
    return KRAKEN.parse_directory(json.dumps({"error": [], "result": result}).encode())


# Candles


def test_the_newest_candles_are_asked_for_without_a_start() -> None:
    assert KRAKEN.history_request(BTC, None, 501) == Request(
        "/0/public/OHLC", {"pair": "XBTUSD", "interval": "1"}
    )


def test_a_start_is_asked_for_from_a_second_before_since_it_is_left_out_itself() -> None:
    week = Subscription(Symbol("kraken", "DOGE/BTC"), Interval(1, "w"))
    assert KRAKEN.history_request(week, FIRST * 1000, 100) == Request(
        "/0/public/OHLC", {"pair": "XDGXBT", "interval": "10080", "since": str(FIRST - 1)}
    )


def test_a_row_is_a_closed_candle_when_it_is_final_and_settled() -> None:
    """Between close and volume stands the mean price."""
    assert history([ROW]) == [
        Candle(
            FIRST * 1000, 106038.1, 106044.3, 106038.0, 106040.1, 0.08317981, True, 3, as_of=LATER
        )
    ]


def test_an_empty_minute_is_a_candle_though_its_mean_price_is_0() -> None:
    empty = [FIRST, "106038.2", "106038.2", "106038.2", "106038.2", "0.0", "0.00000000", 0]
    (candle,) = history([empty])
    assert candle.values == (106038.2, 106038.2, 106038.2, 106038.2, 0.0)
    assert (candle.trades, candle.closed) == (0, True)


def test_the_row_after_the_last_that_is_final_forms_whatever_the_time() -> None:
    candles = history(rows_from(3), last=FIRST + 60)
    assert [candle.closed for candle in candles] == [True, True, False]
    assert [candle.as_of for candle in candles] == [LATER, LATER, 0]


@pytest.mark.parametrize(
    ("after_its_end", "closed"), [(-30.0, False), (0.0, False), (2.9, False), (3.1, True)]
)
def test_a_row_is_not_closed_before_it_is_settled(after_its_end: float, closed: bool) -> None:
    (candle,) = history([ROW], now=FIRST * 1000 + MINUTE + int(after_its_end * 1000))
    assert candle.closed is closed


@pytest.mark.parametrize("key", ["XXBTZUSD", "XBTUSD", "BTC/USD"])
def test_the_rows_stand_under_a_name_of_krakens_own(key: str) -> None:
    assert len(KRAKEN.parse_history(BTC, body(rows_from(2), key=key), LATER)) == 2


@pytest.mark.parametrize(
    "bad",
    [
        row(_2="0"), row(_1="NaN"), row(_4="1e999"), row(_6="-1"), row(_7=-1), row(_7="x"),
        row(_0=None), row(_3="106041"), row(_2="1", _3="2"), ROW[:7], [], {}, None, "x",
    ],
    ids=str,
)  # fmt: skip
def test_p18_p19_a_row_that_cannot_be_is_left_out_and_the_others_stay(bad: object) -> None:
    before, after = rows_from(2)
    assert history([before, bad, after]) == history([before, after])


@pytest.mark.parametrize(
    "time",
    [
        FIRST * 1000, FIRST * 1_000_000, FIRST * 1_000_000_000, "2025-11-10T12:17:00Z", 0, -FIRST,
        1_230_767_999, 4_102_444_800, LATER // 1000 + 180, float(FIRST),
    ],
    ids=["ms", "us", "ns", "ISO", "1970", "negative", "before 2009", "2100", "the future", "1.0"],
)  # fmt: skip
def test_p21_a_row_of_another_unit_or_age_is_left_out(time: object) -> None:
    before, after = rows_from(2)
    expected = history([before, after])
    assert history([before, row(_0=time), after]) == expected


def test_p24_rows_out_of_order_or_given_twice_are_a_history_in_order() -> None:
    first, second, third = rows_from(3)
    assert history([third, first, second, first]) == history([first, second, third])


def test_an_empty_history_has_no_candles() -> None:
    assert history([]) == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"{}", b"null", b'{"error":["EQuery:Unknown asset pair"]}',
        b'{"error":[],"result":{}}', b'{"error":[],"result":{"X":[]}}',
        b'{"error":[],"result":{"last":1}}', b'{"error":[],"result":{"X":1,"last":1}}',
        b'{"error":[],"result":{"X":[],"Y":[],"last":1}}',
        b'{"error":[],"result":{"X":[],"last":"1"}}', b'{"error":[],"result":{"X":[],"last":[]}}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_history_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ExchangeError, match=r"something else than candles for kraken:BTC/USD@1m"):
        KRAKEN.parse_history(BTC, body, LATER)


_values = (
    st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.just("NaN")
)


@given(
    st.lists(st.lists(_values | st.sampled_from(ROW), max_size=9) | _values, max_size=4),
    st.integers(),
)
def test_p19_every_candle_of_any_rows_is_sound(rows: list[object], last: int) -> None:
    assert all(candle.flaw is None for candle in history(rows, last))


# The list of symbols


def test_the_list_is_one_request() -> None:
    assert KRAKEN.directory_request() == Request("/0/public/AssetPairs")


def test_a_symbol_has_its_modern_name_its_assets_and_its_digits() -> None:
    assert directory(listed()) == {
        "BTC/USD": SymbolInfo(Symbol("kraken", "BTC/USD"), "BTC", "USD", 1, 8, trading=True)
    }
    assert list(directory(listed(wsname="XDG/XBT"))) == ["DOGE/BTC"]


def test_a_dark_pool_has_no_name_and_is_left_out() -> None:
    assert list(directory(listed(wsname=...), listed(wsname="ETH/USD"))) == ["ETH/USD"]


@pytest.mark.parametrize(
    ("status", "trading"),
    [(..., True), ("online", True), ("cancel_only", False), ("limit_only", False), ("", False)],
)
def test_a_symbol_trades_when_it_is_online_or_nothing_is_said(status: Any, trading: bool) -> None:
    assert directory(listed(status=status))["BTC/USD"].trading is trading


def test_s1_s2_hostile_names_are_clean() -> None:
    (info,) = directory(listed(wsname="\x1b[31mXRP \u202e/ US\x00D")).values()
    assert (info.symbol.name, info.base, info.quote) == ("XRP / USD", "XRP", "USD")


@pytest.mark.parametrize(
    "bad",
    [
        {}, None, "x", [], listed(wsname=None), listed(wsname="\u202e"), listed(wsname="XBTUSD"),
        listed(wsname="/USD"), listed(pair_decimals=-1), listed(lot_decimals=19),
        listed(pair_decimals="1"), listed(status=1),
    ],
    ids=str,
)  # fmt: skip
def test_p18_a_symbol_that_cannot_be_read_is_left_out_and_the_others_stay(bad: Any) -> None:
    assert list(directory(bad, listed(wsname="ETH/USD"))) == ["ETH/USD"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"error":[],"result":3}', b'{"error":[],"result":{}}',
     b'{"error":[],"result":{"X":{}}}', b'{"error":["EService:Unavailable"]}'],
)  # fmt: skip
def test_a_body_that_is_no_list_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ExchangeError, match="something else than its list of symbols"):
        KRAKEN.parse_directory(body)


# Refusals, which come with HTTP 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("EQuery:Unknown asset pair", 404), ("EGeneral:Too many requests", 429),
        ("EAPI:Rate limit exceeded", 429), ("EService: Throttled: 1762820224", 429),
        ("EService:Unavailable", 503), ("EService:Busy", 503), ("EGeneral:Internal error", 500),
        ("EGeneral:Invalid arguments", 400), ("EFunding:Unknown asset", 400),
    ],
)  # fmt: skip
def test_an_error_amounts_to_the_status_of_another_exchange(error: str, status: int) -> None:
    complaint = KRAKEN.parse_complaint(json.dumps({"error": [error]}).encode())
    assert complaint == Complaint(error, unknown_symbol=status == 404, status=status)
    assert KRAKEN.complains_with_200


def test_an_error_is_told_though_a_warning_stands_before_it() -> None:
    said = {"error": ["WGeneral:Old", "EQuery:Unknown asset pair"], "result": {}}
    complaint = KRAKEN.parse_complaint(json.dumps(said).encode())
    assert complaint
    assert complaint.unknown_symbol


def test_s1_a_complaint_is_clean_and_short() -> None:
    said = {"error": ["EGeneral:Too\nmany \x1b[2Jrequests" + "x" * 1_000]}
    complaint = KRAKEN.parse_complaint(json.dumps(said).encode())
    assert complaint
    assert complaint.reason.startswith("EGeneral:Too many requestsx")
    assert complaint.status == 429
    assert len(complaint.reason) <= 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>502</html>", b"[]", b"{}", b'{"error":[]}', b'{"error":[],"result":{"X":[]}}',
        b'{"error":["WGeneral:Old"],"result":{}}', b'{"error":"EQuery:Unknown asset pair"}',
        b'{"error":["no"]}', b'{"error":[1]}', b'{"code":-1121,"msg":"Invalid symbol."}',
    ],
)  # fmt: skip
def test_another_body_is_no_complaint(body: bytes) -> None:
    assert KRAKEN.parse_complaint(body) is None
