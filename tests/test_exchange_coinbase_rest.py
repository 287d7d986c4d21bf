"""Coinbase's REST side but for candles: trades, the list of products, its words of refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sane_events import assert_sane
from tui.errors import ExchangeError
from tui.exchange import load_exchange
from tui.exchange.base import Complaint, Request
from tui.market.events import Trade
from tui.market.symbol import Symbol, SymbolInfo

COINBASE = load_exchange("coinbase")
TRADE = {"trade_id": 74, "side": "sell", "size": "0.01000000", "price": "10.00000000",
         "time": "2014-11-07T22:19:28.578544Z"}  # fmt: skip


def listed(**changed: Any) -> dict[str, Any]:
    return {
        "id": "BTC-USD", "base_currency": "BTC", "quote_currency": "USD",
        "quote_increment": "0.01", "base_increment": "0.00000001", "display_name": "BTC/USD",
        "min_market_funds": "1", "margin_enabled": False, "post_only": False, "limit_only": False,
        "cancel_only": False, "status": "online", "status_message": "", "trading_disabled": False,
    } | changed  # fmt: skip


def directory(*products: object) -> dict[str, SymbolInfo]:
    return COINBASE.parse_directory(json.dumps(products).encode())


# Trades


def trades(*rows: object) -> list[Trade]:
    return COINBASE.parse_trades("BTC-USD", json.dumps(rows).encode())


def test_trades_are_asked_for_by_the_id_that_they_are_below() -> None:
    assert COINBASE.trades_request("BTC-USD", 75) == Request(
        "/products/BTC-USD/trades", {"limit": "1000", "after": "75"}
    )


def test_a_trade_over_rest_is_the_trade_of_the_feed() -> None:
    assert trades(TRADE) == [Trade("BTC-USD", 10.0, 0.01, 1415398768578, 74, 74)]


@pytest.mark.parametrize(
    "bad",
    [TRADE | {"price": "0"}, TRADE | {"size": "-1"}, TRADE | {"time": "x"}, TRADE | {"time": 0},
     TRADE | {"trade_id": None}, {}, [], None, "x"],
    ids=str,
)  # fmt: skip
def test_p18_p19_a_trade_that_cannot_be_is_left_out_and_the_others_stay(bad: object) -> None:
    assert trades(TRADE, bad, TRADE | {"trade_id": 73}) == trades(TRADE, TRADE | {"trade_id": 73})


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"null", b'{"message":"NotFound"}'])
def test_a_body_that_is_no_list_of_trades_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ExchangeError, match=r"something else than trades of BTC-USD"):
        COINBASE.parse_trades("BTC-USD", body)


_values = (
    st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.just("NaN")
)


@given(rows=st.lists(_values | st.fixed_dictionaries({}, optional=dict.fromkeys(TRADE, _values))))
def test_p19_every_trade_of_any_rows_is_sound(rows: list[object]) -> None:
    assert_sane(trades(*rows))


# The list of products


def test_a_product_has_its_assets_and_digits() -> None:
    assert COINBASE.directory_request() == Request("/products")
    assert directory(listed()) == {
        "BTC-USD": SymbolInfo(Symbol("coinbase", "BTC-USD"), "BTC", "USD", 2, 8, trading=True)
    }


@pytest.mark.parametrize(
    ("changed", "trading"),
    [
        ({}, True),
        ({"status": "delisted"}, False),
        ({"status": "internal"}, False),
        ({"status": ""}, False),
        ({"trading_disabled": True}, False),
        ({"cancel_only": True, "limit_only": True}, True),
    ],
    ids=str,
)
def test_a_product_trades_when_it_is_online_and_not_disabled(
    changed: dict[str, Any], trading: bool
) -> None:
    assert directory(listed(**changed))["BTC-USD"].trading is trading


def test_s1_s2_hostile_names_are_clean() -> None:
    (info,) = directory(listed(id="\x1b[31mBTC-\u202eUSD", base_currency="\x00B")).values()
    assert (info.symbol.name, info.base) == ("BTC-USD", "B")


@pytest.mark.parametrize(
    "bad",
    [{}, None, "x", [], listed(id=None), listed(id="\u202e"), listed(trading_disabled="no")],
    ids=str,
)
def test_p18_a_product_that_cannot_be_read_is_left_out_and_the_others_stay(bad: object) -> None:
    assert list(directory(bad, listed(id="ETH-USD"))) == ["ETH-USD"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"[{}]", b'{"message":"x"}'])
def test_a_body_that_is_no_list_of_products_is_an_error_in_words(body: bytes) -> None:
    with pytest.raises(ExchangeError, match="something else than its list of symbols"):
        COINBASE.parse_directory(body)


# Refusals


@pytest.mark.parametrize(
    ("said", "unknown"),
    [
        ("NotFound", True),
        ("Unsupported granularity", False),
        ("Public rate limit exceeded", False),
        ("granularity too small for the requested time range.", False),
    ],
)
def test_a_complaint_says_whether_the_product_is_unknown(said: str, unknown: bool) -> None:
    body = json.dumps({"message": said}).encode()
    assert COINBASE.parse_complaint(body) == Complaint(said, unknown)


def test_s1_a_complaint_is_clean_and_short() -> None:
    complaint = COINBASE.parse_complaint(
        json.dumps({"message": "Way\ntoo \x1b[2Jmuch; " + "x" * 1_000}).encode()
    )
    assert complaint
    assert complaint.reason.startswith("Way too much; x")
    assert len(complaint.reason) <= 200


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b"[]", b"{}", b'{"message":3}', b'{"message":"\\u0007"}']
)
def test_another_body_is_no_complaint(body: bytes) -> None:
    assert COINBASE.parse_complaint(body) is None
