"""Binance's WebSocket as it is spoken: what is read from its frames and what is sent to it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.sane_events import EARLIEST, LATEST, assert_sane
from tui.exchange import load_exchange
from tui.market.candle import Candle
from tui.market.events import (
    CandleReport,
    Event,
    Malformed,
    ServerClosing,
    Ticker,
    Trade,
)
from tui.market.format import price as written_price
from tui.market.interval import Interval

BINANCE = load_exchange("binance")
MINUTE = Interval(1, "m")

KLINE: dict[str, Any] = {
    "e": "kline", "E": 1617566640068, "s": "BTCUSDT",
    "k": {
        "t": 1617566580000, "T": 1617566639999, "s": "BTCUSDT", "i": "1m",
        "f": 745522651, "L": 745523670, "o": "57994.60000000", "c": "57999.99000000",
        "h": "58018.03000000", "l": "57974.41000000", "v": "23.06712200", "n": 1020, "x": True,
        "q": "1337913.58654308", "V": "11.41334700", "Q": "661954.86510045", "B": "0",
    },
}  # fmt: skip
AGG_TRADE: dict[str, Any] = {
    "e": "aggTrade", "E": 1672515782139, "s": "BNBBTC", "a": 12345, "p": "0.001", "q": "100",
    "f": 100, "l": 105, "T": 1672515782136, "m": True, "M": True,
}  # fmt: skip
MINI_TICKER: dict[str, Any] = {
    "e": "24hrMiniTicker", "E": 1672515782136, "s": "BNBBTC", "c": "0.0025", "o": "0.0010",
    "h": "0.0026", "l": "0.0009", "v": "10000", "q": "18",
}  # fmt: skip
SHUTDOWN = {"e": "serverShutdown", "E": 1770123456789}
BOOK_TICKER = {
    "u": 77819472, "s": "OMGBUSD", "b": "13.7", "B": "30.2", "a": "13.8", "A": "31.5",
}  # fmt: skip


def parse(message: object) -> list[Event]:
    return list(BINANCE.parse(json.dumps(message).encode()))


def wrapped(payload: object) -> dict[str, object]:
    return {"stream": "any@stream", "data": payload}


def kline(**changed: object) -> dict[str, Any]:
    return KLINE | {"k": KLINE["k"] | changed}


# Frames


@pytest.mark.parametrize("around", [wrapped, lambda payload: payload], ids=["wrapped", "bare"])
class TestEvents:
    def test_a_kline_is_the_full_state_of_a_candle(self, around: Any) -> None:
        assert parse(around(KLINE)) == [
            CandleReport(
                "BTCUSDT",
                MINUTE,
                Candle(
                    open_time=1617566580000,
                    open=57994.6,
                    high=58018.03,
                    low=57974.41,
                    close=57999.99,
                    volume=23.067122,
                    closed=True,
                    trades=1020,
                    as_of=1617566640068,
                ),
            )
        ]

    def test_a_trade_has_the_time_and_ids_of_the_trade(self, around: Any) -> None:
        assert parse(around(AGG_TRADE)) == [Trade("BNBBTC", 0.001, 100.0, 1672515782136, 100, 105)]

    def test_a_mini_ticker_is_the_last_24_hours(self, around: Any) -> None:
        assert parse(around(MINI_TICKER)) == [
            Ticker("BNBBTC", 0.001, 0.0026, 0.0009, 0.0025, 10000.0, 1672515782136)
        ]

    def test_the_notice_of_a_shutdown_is_told(self, around: Any) -> None:
        assert parse(around(SHUTDOWN)) == [ServerClosing()]

    @pytest.mark.parametrize(
        "payload",
        [BOOK_TICKER, {"e": "depthUpdate", "E": 1, "s": "X"}, {"e": "trade", "p": "NaN"}],
        ids=["bookTicker", "depthUpdate", "trade"],
    )
    def test_p17_an_event_of_another_kind_is_ignored(self, around: Any, payload: object) -> None:
        assert parse(around(payload)) == []

    @pytest.mark.parametrize("kind", ["kline", "aggTrade", "24hrMiniTicker"])
    def test_p18_an_event_without_its_fields_is_malformed(self, around: Any, kind: str) -> None:
        (event,) = parse(around({"e": kind}))
        assert isinstance(event, Malformed)
        assert "missing required field" in event.reason


def test_p17_unknown_fields_are_ignored() -> None:
    extended = kline(new=[1]) | {"later": {"e": "aggTrade"}}
    assert parse(wrapped(extended)) == parse(wrapped(KLINE))


def test_a_candle_without_a_trade_is_one() -> None:
    idle = kline(f=-1, L=-1, n=0, v="0", o="5", h="5", l="5", c="5", x=False)
    (report,) = parse(wrapped(idle))
    assert isinstance(report, CandleReport)
    assert report.candle.values == (5.0, 5.0, 5.0, 5.0, 0.0)
    assert (report.candle.trades, report.candle.closed) == (0, False)


def test_a_minute_and_a_month_are_told_apart() -> None:
    reports = [report for i in ("1m", "1M") for report in parse(wrapped(kline(i=i)))]
    intervals = [r.interval for r in reports if isinstance(r, CandleReport)]
    assert intervals == [Interval(1, "m"), Interval(1, "M")]


@pytest.mark.parametrize(
    "frame",
    ["", "[]", "null", "1", '"x"', "nonsense", '{"data":', '{"data":null}', '{"data":[]}'],
)
def test_p16_what_is_no_message_is_malformed_in_clean_words(frame: str) -> None:
    (event,) = BINANCE.parse(frame.encode())
    assert isinstance(event, Malformed)
    assert_sane([event])


# Numbers that no market has


@pytest.mark.parametrize(
    "changed",
    [
        {"o": "NaN"}, {"h": "Infinity"}, {"c": "-1"}, {"l": "0"}, {"v": "-0.5"}, {"v": "NaN"},
        {"h": "1", "l": "2"}, {"o": "60000"}, {"c": "1"}, {"o": None}, {"x": 3}, {"i": "7m"},
        {"n": -1}, {"t": 1617566580}, {"t": 1617566580000000}, {"t": 1617566580000000000},
        {"t": "2021-04-04T20:03:00Z"}, {"t": 1230767999999}, {"t": 4102444800000},
        {"t": -1}, {"t": 10**30}, {"t": 1.5},
    ],
    ids=str,
)  # fmt: skip
def test_p18_p19_p21_a_candle_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(wrapped(kline(**changed)))
    assert isinstance(event, Malformed)


@pytest.mark.parametrize("payload", [KLINE, AGG_TRADE, MINI_TICKER], ids=lambda p: str(p["e"]))
@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5_000])
def test_p16_p19_a_bare_number_out_of_range_is_malformed(
    payload: dict[str, Any], number: str
) -> None:
    text = json.dumps(wrapped(payload))
    for value in (json.dumps(payload.get("p", payload.get("c", "57994.60000000"))), '"1"'):
        broken = text.replace(value, number, 1)
        for event in BINANCE.parse(broken.encode()) if broken != text else ():
            assert isinstance(event, Malformed)


@pytest.mark.parametrize(
    "changed",
    [
        {"p": "0"},
        {"p": "-1"},
        {"p": "NaN"},
        {"q": "-1"},
        {"q": "NaN"},
        {"T": 0},
        {"f": -1},
        {"l": 10**30},
        {"f": 106},
    ],
    ids=str,
)
def test_p19_a_trade_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(wrapped(AGG_TRADE | changed))
    assert isinstance(event, Malformed)


@pytest.mark.parametrize(
    "changed", [{"o": "0"}, {"h": "0.0001"}, {"v": "-1"}, {"c": "NaN"}, {"E": 10**17}], ids=str
)
def test_p19_a_ticker_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(wrapped(MINI_TICKER | changed))
    assert isinstance(event, Malformed)


# Whatever comes


def _mutated(text: str, seed: int) -> bytes:
    """The frame with some bytes overwritten, cut out, doubled or replaced by odd values."""
    chance = random.Random(seed)
    frame = bytearray(text.encode())
    odd = [b"null", b"[]", b"{}", b"-1", b"1e999", b'"NaN"', b"true", b"9" * 30, b'"\\u001b["']
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(frame) + 1)
        to = min(len(frame), at + chance.randrange(12))
        frame[at:to] = chance.choice([b"", chance.randbytes(2), frame[at:to] * 2, *odd])
    return bytes(frame)


@given(
    payload=st.sampled_from([KLINE, AGG_TRADE, MINI_TICKER, SHUTDOWN, BOOK_TICKER]),
    bare=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_parse_is_total_over_damaged_frames(payload: dict[str, Any], bare: bool, seed: int) -> None:
    message = payload if bare else wrapped(payload)
    assert_sane(BINANCE.parse(_mutated(json.dumps(message), seed)))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
_FIELDS = st.sampled_from(["e", "E", "s", "k", "p", "q", "T", "c", "o", "h", "l", "v", "data"])


@given(
    payload=st.sampled_from([KLINE, AGG_TRADE, MINI_TICKER]), field=_FIELDS, value=_json,
    inner=st.sampled_from(list(KLINE["k"])), bare=st.booleans(),
)  # fmt: skip
def test_p18_parse_is_total_over_fields_of_any_type(
    payload: dict[str, Any], field: str, value: object, inner: str, bare: bool
) -> None:
    for changed in (payload | {field: value}, kline(**{inner: value})):
        assert_sane(parse(changed if bare else wrapped(changed)))


@given(reply=st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "result", "error", "msg", "code", "e"), _json)
))  # fmt: skip
def test_parse_is_total_over_replies(reply: dict[str, object]) -> None:
    assert_sane(parse(reply))


@given(
    digits=st.text("0123456789", min_size=1, max_size=40), point=st.integers(0, 40),
    exponent=st.none() | st.integers(-30, 30), quoted=st.booleans(),
)  # fmt: skip
def test_p20_a_price_of_up_to_40_digits_is_the_nearest_float(
    digits: str, point: int, exponent: int | None, quoted: bool
) -> None:
    whole, part = digits[:point].lstrip("0") or "0", digits[point:]
    text = whole + (f".{part}" if part else "") + ("" if exponent is None else f"e{exponent}")
    frame = json.dumps(AGG_TRADE).replace('"0.001"', f'"{text}"' if quoted else text)
    (event,) = BINANCE.parse(frame.encode())
    if 0 < float(text) < 1e300:
        assert isinstance(event, Trade)
        assert event.price == float(text)
    else:
        assert isinstance(event, Malformed)


def test_p20_the_smallest_price_is_shown_and_not_0() -> None:
    (trade,) = parse(AGG_TRADE | {"p": "1e-8"})
    listed = {"symbol": "X", "status": "", "baseAsset": "X", "quoteAsset": "Y",
              "filters": [{"filterType": "PRICE_FILTER", "tickSize": "1e-8"}]}  # fmt: skip
    info = BINANCE.parse_directory(json.dumps({"symbols": [listed]}).encode())["X"]
    assert isinstance(trade, Trade)
    assert written_price(trade.price, info.price_digits) == "0.00000001"


_price = st.floats(1e-8, 1e9)


@given(
    prices=st.lists(_price, min_size=4, max_size=4), volume=st.floats(0, 1e15),
    open_time=st.integers(EARLIEST, LATEST - 1), as_of=st.integers(EARLIEST, LATEST - 1),
    trades=st.integers(0, 2**40), closed=st.booleans(), text=st.sampled_from(["1s", "1m", "1M"]),
)  # fmt: skip
def test_p20_a_candle_written_as_a_kline_is_read_as_the_same_candle(
    prices: list[float], volume: float, open_time: int, as_of: int, trades: int, closed: bool,
    text: str,
) -> None:  # fmt: skip
    low, first, last, high = sorted(prices)
    open_time, as_of = sorted((open_time, as_of))
    candle = Candle(open_time, first, high, low, last, volume, closed, trades, as_of)
    assume(candle.flaw is None)
    k = {"t": open_time, "T": 0, "s": "X", "i": text, "o": repr(first), "c": repr(last),
         "h": repr(high), "l": repr(low), "v": repr(volume), "n": trades, "x": closed}  # fmt: skip
    frame = wrapped({"e": "kline", "E": as_of, "s": "X", "k": k})
    assert parse(frame) == [CandleReport("X", Interval.parse(text), candle)]


def test_a_kline_that_opens_after_its_own_event_is_not_taken() -> None:
    assert isinstance(parse(kline(t=KLINE["E"] + 1))[0], Malformed)


def test_every_interval_of_the_exchange_has_its_wire_value_and_back() -> None:
    wire = [
        "1s",
        "1m",
        "3m",
        "5m",
        "15m",
        "30m",
        "1h",
        "2h",
        "4h",
        "6h",
        "8h",
        "12h",
        "1d",
        "3d",
        "1w",
        "1M",
    ]
    assert list(BINANCE.intervals.values()) == wire
    for interval, text in BINANCE.intervals.items():
        assert str(interval) == text
        (report,) = parse(wrapped(kline(i=text)))
        assert isinstance(report, CandleReport)
        assert report.interval == interval
