"""Coinbase's WebSocket as it is spoken: what is read from its frames."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sane_events import assert_sane
from tui.exchange import load_exchange
from tui.market.events import (
    Event,
    Inventory,
    Malformed,
    Pulse,
    Refusal,
    ServerClosing,
    Ticker,
    Trade,
)

COINBASE = load_exchange("coinbase")
Json = dict[str, Any]

MATCH: Json = {
    "type": "match", "trade_id": 1100236126, "side": "buy", "size": "0.0000001",
    "maker_order_id": "ea3b1638-90f2-4ac8-977c-c3ca06ef2474",
    "taker_order_id": "e35f7567-faa1-4c53-8454-39ed769f0b5e", "price": "83335.51",
    "product_id": "BTC-USD", "sequence": 136998251868, "time": "2026-09-30T01:34:37.892405Z",
}  # fmt: skip
HEARTBEAT: Json = {
    "type": "heartbeat", "last_trade_id": 1100236126, "product_id": "BTC-USD",
    "sequence": 136998251906, "time": "2026-09-30T01:34:38.000000Z",
}  # fmt: skip
TICKER: Json = {
    "type": "ticker", "sequence": 333938798, "product_id": "BAND-GBP", "price": "14.7775",
    "open_24h": "14.6647", "volume_24h": "94381.28000000", "low_24h": "14.3691",
    "high_24h": "16.55", "volume_30d": "2295579.57000000", "best_bid": "14.7550",
    "best_ask": "14.8060", "side": "buy", "time": "2021-04-17T16:43:30.244075Z",
    "trade_id": 881613, "last_size": "0.04",
}  # fmt: skip
ERROR: Json = {
    "type": "error", "message": "Failed to subscribe", "reason": "ETH-USD is not a valid product",
}  # fmt: skip
FIRST = 1790732077892


def parse(message: object) -> list[Event]:
    return list(COINBASE.parse(json.dumps(message).encode()))


def subscriptions(**products: list[str] | None) -> Json:
    channels = [{"name": name, "product_ids": ids} for name, ids in products.items()]
    return {"type": "subscriptions", "channels": channels}


# Trades


@pytest.mark.parametrize("kind", ["match", "last_match"])
def test_a_match_is_a_trade_with_its_id_and_time(kind: str) -> None:
    assert parse(MATCH | {"type": kind}) == [
        Trade("BTC-USD", 83335.51, 0.0000001, FIRST, 1100236126, 1100236126)
    ]


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("2026-09-30T01:34:59.999999Z", 1790732099999),
        ("2026-09-30T01:34:59.999999999Z", 1790732099999),
        ("2026-09-30T01:35:00Z", 1790732100000),
        ("2026-09-30T03:35:00.000000+02:00", 1790732100000),
    ],
)
def test_p21_a_time_is_cut_off_to_ms_and_never_rounded_into_the_next_minute(
    written: str, ms: int
) -> None:
    (event,) = parse(MATCH | {"time": written})
    assert isinstance(event, Trade)
    assert event.time == ms


@pytest.mark.parametrize(
    "time",
    ["", "2026-09-30T01:34:59", "1790732099", 1790732099, 1790732099000, None, "1999-09-30T01:34Z",
     "2100-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "now"],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("message", [MATCH, HEARTBEAT], ids=lambda m: str(m["type"]))
def test_p21_a_time_of_another_shape_or_age_is_malformed(message: Json, time: object) -> None:
    (event,) = parse(message | {"time": time})
    assert isinstance(event, Malformed)


@pytest.mark.parametrize(
    "changed",
    [
        {"price": "0"}, {"price": "-1"}, {"price": "NaN"}, {"price": "1e999"}, {"price": "inf"},
        {"price": None}, {"size": "-0.1"}, {"size": "Infinity"}, {"size": []}, {"trade_id": -1},
        {"trade_id": "x"}, {"trade_id": 2**63}, {"trade_id": None}, {"product_id": None},
        {"product_id": 3},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("kind", ["match", "last_match"])
def test_p18_p19_a_match_that_cannot_be_is_malformed(kind: str, changed: Json) -> None:
    (event,) = parse(MATCH | {"type": kind} | changed)
    assert isinstance(event, Malformed)


@pytest.mark.parametrize("field", ["trade_id", "price", "size", "product_id", "time"])
def test_p18_a_match_without_a_field_says_which(field: str) -> None:
    (event,) = parse({name: value for name, value in MATCH.items() if name != field})
    assert isinstance(event, Malformed)
    assert f"`{field}`" in event.reason


def test_p17_p20_numbers_for_texts_and_more_fields_are_read_too() -> None:
    plain = {"price": 83335.51, "size": 1e-7, "trade_id": "1100236126", "sequence": None, "new": {}}
    assert parse(MATCH | plain) == parse(MATCH)


# Heartbeats


def test_a_heartbeat_is_the_exchange_s_word_on_the_newest_trade() -> None:
    assert parse(HEARTBEAT) == [Pulse("BTC-USD", 1100236126, 1790732078000)]


def test_a_heartbeat_that_knows_no_trade_says_nothing() -> None:
    assert parse(HEARTBEAT | {"last_trade_id": 0}) == []


@pytest.mark.parametrize("number", [-1, None, "x", 1.5])
def test_p18_a_heartbeat_with_no_number_is_malformed(number: object) -> None:
    (event,) = parse(HEARTBEAT | {"last_trade_id": number})
    assert isinstance(event, Malformed)


# Tickers


def test_a_ticker_is_the_last_24_hours() -> None:
    assert parse(TICKER) == [
        Ticker("BAND-GBP", 14.6647, 16.55, 14.3691, 14.7775, 94381.28, 1618677810244)
    ]


def test_a_price_of_24_hours_ago_just_outside_of_the_day_widens_it() -> None:
    (event,) = parse(TICKER | {"open_24h": "16.9"})
    assert isinstance(event, Ticker)
    assert (event.open, event.high) == (16.9, 16.9)


@pytest.mark.parametrize("field", ["open_24h", "high_24h", "low_24h", "volume_24h"])
def test_a_ticker_without_the_last_24_hours_says_nothing(field: str) -> None:
    assert parse({name: value for name, value in TICKER.items() if name != field}) == []
    assert parse(TICKER | {field: "0"}) == []


def test_a_ticker_may_leave_out_its_time_and_the_last_trade() -> None:
    rest = {"time", "trade_id", "last_size", "side", "volume_30d", "best_bid", "best_ask"}
    (event,) = parse({name: value for name, value in TICKER.items() if name not in rest})
    assert isinstance(event, Ticker)
    assert event.time == 0


@pytest.mark.parametrize(
    "changed",
    [{"price": "0"}, {"price": "NaN"}, {"low_24h": "17"}, {"high_24h": "-1"}, {"open_24h": []},
     {"volume_24h": "-1"}, {"price": None}, {"time": "yesterday"}],
    ids=str,
)  # fmt: skip
def test_p19_a_ticker_that_cannot_be_is_malformed(changed: Json) -> None:
    (event,) = parse(TICKER | changed)
    assert isinstance(event, Malformed)


# Replies


def test_a_reply_lists_the_products_that_have_every_channel() -> None:
    reply = subscriptions(
        matches=["BTC-USD", "ETH-USD", "SOL-USD"], heartbeat=["ETH-USD", "BTC-USD"],
        ticker=["SOL-USD", "BTC-USD"], level2_50=["DOGE-USD"], status=None,
    )  # fmt: skip
    assert parse(reply) == [Inventory(None, frozenset({"BTC-USD"}))]


@pytest.mark.parametrize(
    "reply",
    [subscriptions(), subscriptions(matches=["BTC-USD"], heartbeat=["BTC-USD"])],
    ids=["nothing is left", "a channel is missing"],
)
def test_a_reply_may_list_nothing_that_serves(reply: Json) -> None:
    assert parse(reply) == [Inventory(None, frozenset())]


def test_a_channel_of_a_reply_may_have_an_account_or_no_products() -> None:
    names = ("matches", "heartbeat", "ticker")
    channels: list[Json] = [
        {"name": name, "product_ids": ["BTC-USD"], "account_ids": None} for name in names
    ]
    message = {"type": "subscriptions", "channels": [*channels, {"name": "status"}]}
    assert parse(message) == [Inventory(None, frozenset({"BTC-USD"}))]


@pytest.mark.parametrize(
    ("reason", "product"),
    [
        ("ETH-USD is not a valid product", "ETH-USD"),
        ("LOOM-USDC is delisted", "LOOM-USDC"),
        ("candles is not a valid channel", None),
        ("You need to specify at least one product ID for channel heartbeat", None),
        ("level2, level3, and full channels now require authentication.", None),
    ],
)
def test_p27_an_error_refuses_the_product_that_it_names(reason: str, product: str | None) -> None:
    assert parse(ERROR | {"reason": reason}) == [Refusal(None, reason, product)]


def test_an_error_without_a_reason_is_its_message() -> None:
    assert parse({"type": "error", "message": "Failed to subscribe"}) == [
        Refusal(None, "Failed to subscribe")
    ]


@pytest.mark.parametrize("word", ["ErrSlowConsume", "ErrSlowRead", "Message too big"])
def test_an_error_that_announces_the_end_blames_no_command(word: str) -> None:
    assert parse({"type": "error", "message": word}) == [ServerClosing()]
    assert parse({"type": "error", "message": "error", "reason": f"{word}: 123"}) == [
        ServerClosing()
    ]


def test_s1_the_reason_of_a_refusal_is_clean_and_short() -> None:
    said = "\x1b]0;owned\x07\u202eno" + "x" * 5_000
    (event,) = parse(ERROR | {"reason": said})
    assert isinstance(event, Refusal)
    assert event.reason.startswith("noxxx")
    assert len(event.reason) <= 200


@pytest.mark.parametrize(
    "reply",
    [{"type": "subscriptions"}, {"type": "subscriptions", "channels": [{"name": 3}]},
     ERROR | {"reason": 3}],
    ids=str,
)  # fmt: skip
def test_p18_a_reply_of_another_shape_is_malformed(reply: Json) -> None:
    (event,) = parse(reply)
    assert isinstance(event, Malformed)


# All else


@pytest.mark.parametrize(
    "message",
    [
        {"type": "l2update", "product_id": "BTC-USD", "changes": [["buy", "1", "2"]]},
        {"type": "rfq_match", "trade_id": 7, "product_id": "BTC-USD", "price": "1", "size": "1"},
        {"type": "status", "products": []},
        {"type": "candle", "trade_id": "x"},
        {"type": ""},
    ],
    ids=lambda message: repr(message["type"]),
)
def test_p17_a_message_of_another_kind_is_ignored(message: Json) -> None:
    assert parse(message) == []


@pytest.mark.parametrize("frame", [b"", b"{}", b"[]", b"null", b'{"type":3}', b'{"type":"match"'])
def test_p16_a_frame_without_a_kind_is_malformed(frame: bytes) -> None:
    (event,) = COINBASE.parse(frame)
    assert isinstance(event, Malformed)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)
_messages = st.sampled_from([MATCH, MATCH | {"type": "last_match"}, HEARTBEAT, TICKER, ERROR])


@given(message=_messages, value=_anything, data=st.data())
def test_p18_p19_any_field_may_be_anything(
    message: Json, value: object, data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(message)))
    assert_sane(parse(message | {field: value}))


@given(message=_messages, data=st.data())
def test_p16_a_frame_cut_off_anywhere_is_malformed(message: Json, data: st.DataObject) -> None:
    frame = json.dumps(message).encode()
    (event,) = COINBASE.parse(frame[: data.draw(st.integers(0, len(frame) - 1))])
    assert isinstance(event, Malformed)


@given(message=_messages, seed=st.integers())
def test_the_order_of_fields_is_of_no_matter(message: Json, seed: int) -> None:
    fields = list(message.items())
    random.Random(seed).shuffle(fields)
    assert parse(dict(fields)) == parse(message)
