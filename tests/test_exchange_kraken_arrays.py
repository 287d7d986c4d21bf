"""Kraken's WebSocket v1, whose data are arrays: what is read from its frames."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.sane_events import EARLIEST, LATEST, assert_sane
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.market.candle import Candle
from tui.market.events import CandleReport, Event, Malformed, Ticker, Trade
from tui.market.interval import MINUTE, Interval

KRAKEN = load_exchange("kraken", ExchangeSettings(options={"protocol": 1}))
# The last change, and the end: 2022-06-01T11:06:00Z.
ROW = ["1654081540.967902", "1654081560.000000", "31527.70000", "31530.00000", "31500.10000",
       "31527.80000", "31520.00000", "0.00526133", 2]  # fmt: skip
OPENED = 1654081500000
TRADE = ["354.11000000", "0.89594024", "1618678142.557535", "s", "l", ""]
TICKER: dict[str, Any] = {
    "a": ["13.253900", 35, "35.72892241"], "b": ["13.232900", 185, "185.18432037"],
    "c": ["13.253900", "3.71672000"], "v": ["26560.85364463", "72035.05488104"],
    "p": ["13.529003", "13.734728"], "t": [640, 1353], "l": ["13.021800", "13.021700"],
    "h": ["13.942000", "14.211200"], "o": ["13.804000", "13.428300"],
}  # fmt: skip


def parse(message: object) -> list[Event]:
    return list(KRAKEN.parse(json.dumps(message).encode()))


def ohlc(row: list[object], minutes: int = 1) -> list[object]:
    return [343, row, f"ohlc-{minutes}", "XBT/USD"]


def row(**changed: object) -> list[object]:
    """ROW with the values at some places changed: `row(_2="0")` has no open."""
    places = {int(name[1:]): value for name, value in changed.items()}
    return [places.get(place, value) for place, value in enumerate(ROW)]


def trades(*rows: Sequence[object]) -> list[object]:
    return [993, list(rows), "trade", "XMR/USD"]


def ticker(**changed: object) -> list[object]:
    return [1668, TICKER | changed, "ticker", "XDG/XBT"]


def test_a_candle_opens_an_interval_before_its_end_and_is_as_of_its_last_change() -> None:
    """Its `time` is no open time, and what follows its volume is a count, not a closed flag."""
    assert parse(ohlc(row())) == [
        CandleReport(
            "BTC/USD",
            Interval(1, "m"),
            Candle(
                open_time=OPENED,
                open=31527.7,
                high=31530.0,
                low=31500.1,
                close=31527.8,
                volume=0.00526133,
                closed=False,
                trades=2,
                as_of=1654081540967,
            ),
        )
    ]


def test_the_interval_is_in_the_name_of_the_channel() -> None:
    for interval, minutes in KRAKEN.intervals.items():
        (event,) = parse(ohlc(row(), int(minutes)))
        assert isinstance(event, CandleReport)
        assert event.interval == interval
        assert event.candle.open_time == OPENED + MINUTE - interval.milliseconds


def test_more_columns_and_more_parts_do_no_harm() -> None:
    assert parse(ohlc([*row(), "new", {}])) == parse(ohlc(row()))
    longer = [343, row(), {"new": 1}, "ohlc-1", "XBT/USD"]
    assert parse(longer) == parse(ohlc(row()))


@pytest.mark.parametrize(
    "changed",
    [
        {"_2": "NaN"}, {"_3": "Infinity"}, {"_5": "-1"}, {"_4": "0"}, {"_7": "-0.5"},
        {"_7": "NaN"}, {"_3": "1"}, {"_2": "40000"}, {"_8": -1}, {"_8": "x"}, {"_2": None},
        {"_0": "1654081499.999999"}, {"_0": "1654081540967"}, {"_1": "1654081560000"},
        {"_1": "1654081560000000"}, {"_1": "2022-06-01T11:06:00Z"}, {"_1": "0"}, {"_1": "NaN"},
        {"_0": "1230768000", "_1": "1230768001"},
        {"_0": "4102444799.9999995", "_1": "4102444799.9"},
        {"_1": "-1654081560"}, {"_1": "Infinity"}, {"_0": "1e999"}, {"_1": None},
    ],
    ids=str,
)  # fmt: skip
def test_p18_p19_p21_a_candle_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(ohlc(row(**changed)))
    assert isinstance(event, Malformed)


@pytest.mark.parametrize(
    "channel", ["ohlc", "ohlc-", "ohlc-3", "ohlc-1m", "ohlc--1", "ohlc-" + "9" * 5_000]
)
def test_a_candle_of_an_unknown_interval_is_malformed(channel: str) -> None:
    (event,) = parse([343, row(), channel, "XBT/USD"])
    assert isinstance(event, Malformed)


def test_trades_have_their_time_and_no_ids() -> None:
    later = ["354.12000000", "1", "1618678142.557536", "b", "m", ""]
    assert parse(trades(TRADE, later)) == [
        Trade("XMR/USD", 354.11, 0.89594024, 1618678142557, None, None),
        Trade("XMR/USD", 354.12, 1.0, 1618678142557, None, None),
    ]


@given(st.integers(EARLIEST * 1000, LATEST * 1000 - 1))
@example(2180214446_377_000)  # as a float times a thousand it is a little less
def test_p21_a_time_in_seconds_is_cut_off_at_ms_to_the_last_digit(microseconds: int) -> None:
    seconds = Decimal(microseconds) / 1_000_000
    (event,) = parse(trades([*TRADE[:2], f"{seconds:.6f}", *TRADE[3:]]))
    assert isinstance(event, Trade)
    assert event.time == microseconds // 1000


@pytest.mark.parametrize(
    "bad",
    [["0", *TRADE[1:]], ["NaN", *TRADE[1:]], ["1", "-1", *TRADE[2:]], ["1", "1", "x"],
     ["1", "1", "1618678142557"], ["1", "1", "4102444799.9999995"], TRADE[:2], [], {}, None, "x"],
    ids=str,
)  # fmt: skip
def test_p18_p19_a_trade_that_cannot_be_does_not_take_the_others_with_it(bad: Any) -> None:
    events = parse(trades(TRADE, bad, TRADE))
    assert [type(event) for event in events] == [Trade, Malformed, Trade]


def test_a_ticker_is_the_last_24_hours_and_not_today() -> None:
    assert parse(ticker()) == [
        Ticker("DOGE/BTC", 13.4283, 14.2112, 13.0217, 13.2539, 72035.05488104, 0)
    ]


@pytest.mark.parametrize(
    "changed",
    [{"o": ["1", "0"]}, {"h": ["1", "1"]}, {"v": ["1", "-1"]}, {"c": ["NaN"]}, {"l": ["1"]},
     {"l": None}, {"c": []}, {"o": "13.4"}],
    ids=str,
)  # fmt: skip
def test_p19_a_ticker_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(ticker(**changed))
    assert isinstance(event, Malformed)


@pytest.mark.parametrize(
    "message",
    [
        {"event": "heartbeat"},
        {"event": "systemStatus", "connectionID": 14545728493745856413, "status": "maintenance",
         "version": "1.8.3"},
        {"event": "later"},
        {},
        [0, {"as": []}, {"bs": []}, "book-10", "XBT/USD"],
        [1, ["5698.4", "5700.0", "1542057299.545897", "1.0", "0.9"], "spread", "XBT/USD"],
    ],
    ids=str,
)  # fmt: skip
def test_p17_what_is_not_asked_for_is_ignored(message: object) -> None:
    assert parse(message) == []


@pytest.mark.parametrize(
    "frame",
    [
        *("", "[]", "null", "1", '"x"', "nonsense", '{"event":', '{"event":1}', "[1,2,3]"),
        *('[1,[],"ohlc-1",5]', '[1,[],5,"XBT/USD"]', '[1,{},"trade","XBT/USD"]'),
    ],
)
def test_p16_what_is_no_message_is_malformed_in_clean_words(frame: str) -> None:
    (event,) = KRAKEN.parse(frame.encode())
    assert isinstance(event, Malformed)
    assert_sane([event])


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(
    message=st.sampled_from([ohlc(row()), trades(TRADE), ticker()]), place=st.integers(0, 3),
    inner=st.integers(0, 8), value=_json | st.floats(1e9, 5e9),
)  # fmt: skip
def test_p18_parse_is_total_over_elements_of_any_type(
    message: list[Any], place: int, inner: int, value: object
) -> None:
    assert_sane(parse([*message[:place], value, *message[place + 1 :]]))
    if isinstance(message[1], dict):
        changed: object = message[1] | {list(message[1])[inner]: value}
    else:
        rows = message[1] if message[2] == "trade" else [message[1]]
        rows = [[*rows[0][:inner], value, *rows[0][inner + 1 :]]]
        changed = rows if message[2] == "trade" else rows[0]
    assert_sane(parse([message[0], changed, *message[2:]]))


@given(st.lists(_json, max_size=6) | st.dictionaries(
    st.sampled_from(["event", "reqid", "status", "pair", "errorMessage", "channelName"]), _json
))  # fmt: skip
def test_parse_is_total_over_any_message(message: object) -> None:
    assert_sane(parse(message))
