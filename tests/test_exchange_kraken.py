"""Kraken's WebSocket v2 as it is spoken: what is read from its frames of data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.sane_events import EARLIEST, LATEST, assert_sane
from tui.exchange import load_exchange
from tui.market.candle import Candle
from tui.market.events import CandleReport, Event, Malformed, Ticker, Trade
from tui.market.interval import MINUTE, Interval

KRAKEN = load_exchange("kraken")
SENT = "2026-09-10T17:35:52.114514810Z"
OPENED = 1789061700000  # 2026-09-10T17:35:00Z

CANDLE: dict[str, Any] = {
    "symbol": "BTC/USDT", "open": 77499.9, "high": 77509.2, "low": 77467.5, "close": 77500.1,
    "trades": 15, "volume": 0.58051276, "vwap": 77482.2,
    "interval_begin": "2026-09-10T17:35:00.000000000Z", "interval": 1,
    "timestamp": "2026-09-10T17:36:00.000000Z",
}  # fmt: skip
TRADE: dict[str, Any] = {
    "symbol": "BTC/USD", "side": "buy", "price": 85772.4, "qty": 0.00043721, "ord_type": "limit",
    "trade_id": 110386729, "timestamp": "2026-10-06T18:14:44.947782Z",
}  # fmt: skip
TICKER: dict[str, Any] = {
    "symbol": "BTC/USD", "bid": 105944.20, "bid_qty": 2.5, "ask": 105944.30, "ask_qty": 3.2,
    "last": 105899.40, "volume": 163.28908096, "vwap": 105904.39279, "low": 104711.00,
    "high": 106613.10, "change": 250.00, "change_pct": 0.24,
}  # fmt: skip


def parse(message: object) -> list[Event]:
    return list(KRAKEN.parse(json.dumps(message).encode()))


def ohlc(*rows: dict[str, Any], sent: object = SENT, kind: str = "update") -> dict[str, Any]:
    return {"channel": "ohlc", "type": kind, "timestamp": sent, "data": list(rows)}


def trades(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"channel": "trade", "type": "update", "data": list(rows)}


def ticker(**changed: object) -> dict[str, Any]:
    return {"channel": "ticker", "type": "update", "data": [TICKER | changed]}


def report(message: object) -> CandleReport:
    (event,) = parse(message)
    assert isinstance(event, CandleReport)
    return event


# Candles


def test_a_candle_opens_when_its_interval_begins_and_is_as_of_when_it_was_sent() -> None:
    """Its own `timestamp` is its end, and would shift it by one."""
    assert parse(ohlc(CANDLE)) == [
        CandleReport(
            "BTC/USDT",
            Interval(1, "m"),
            Candle(
                open_time=OPENED,
                open=77499.9,
                high=77509.2,
                low=77467.5,
                close=77500.1,
                volume=0.58051276,
                closed=False,
                trades=15,
                as_of=1789061752114,
            ),
        )
    ]


def test_a_snapshot_is_a_report_of_each_candle_and_none_is_called_closed() -> None:
    """The minutes between were without a trade, and are not in it."""
    earlier = CANDLE | {"interval_begin": "2026-09-10T17:31:00.000000000Z"}
    events = parse(ohlc(earlier, CANDLE, kind="snapshot"))
    reports = [event for event in events if isinstance(event, CandleReport)]
    assert [r.candle.open_time for r in reports] == [OPENED - 4 * MINUTE, OPENED]
    assert [r.candle.closed for r in reports] == [False, False]
    assert {r.candle.as_of for r in reports} == {1789061752114}


def test_p18_a_row_that_cannot_be_does_not_take_the_others_with_it() -> None:
    bad = CANDLE | {"high": 1}
    events = parse(ohlc(CANDLE, bad, CANDLE))
    assert [type(event) for event in events] == [CandleReport, Malformed, CandleReport]


def test_a_candle_of_the_future_is_not_taken() -> None:
    early = ohlc(CANDLE, sent="2026-09-10T17:34:59.999999999Z")
    assert [type(event) for event in parse(early)] == [Malformed]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-09-10T17:35:52Z", 52_000),
        ("2026-09-10T17:35:52.1Z", 52_100),
        ("2026-09-10T17:35:52.114514Z", 52_114),
        ("2026-09-10T17:35:59.9999999Z", 59_999),
        ("2026-09-10T17:35:59.999999999Z", 59_999),
        ("2026-09-10T19:35:52+02:00", 52_000),
    ],
)
def test_p21_a_time_of_any_precision_is_cut_off_at_ms(text: str, ms: int) -> None:
    """Rounded up, a trade at the end of a minute would be in the next one."""
    assert report(ohlc(CANDLE, sent=text)).candle.as_of == OPENED + ms
    (trade,) = parse(trades(TRADE | {"timestamp": text}))
    assert isinstance(trade, Trade)
    assert trade.time == OPENED + ms


@pytest.mark.parametrize(
    "time",
    [
        *("", "now", "2026-09-10", "2026-09-10T17:35:52", "2026-09-10T17:35:60Z", "17:35:52Z"),
        *("2026-13-10T17:35:52Z", "1789061700", "\ud800", "２０２６-09-10T17:35:52Z"),
        *("2008-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59"),
        *("9999-12-31T23:59:59-23:59", 1789061700, 1789061700000, 1789061700000000, None, True),
    ],
    ids=ascii,
)
def test_p21_a_time_of_another_unit_or_age_is_malformed(time: object) -> None:
    for message in (
        ohlc(CANDLE, sent=time),
        ohlc(CANDLE | {"interval_begin": time}),
        trades(TRADE | {"timestamp": time}),
    ):
        assert [type(event) for event in parse(message)] == [Malformed]


@pytest.mark.parametrize(
    "changed",
    [
        {"open": "NaN"}, {"high": "Infinity"}, {"close": -1}, {"low": 0}, {"volume": -0.5},
        {"volume": "NaN"}, {"high": 1, "low": 2}, {"open": 80000}, {"close": 1}, {"open": None},
        {"interval": 3}, {"interval": "1m"}, {"trades": -1}, {"trades": None}, {"symbol": 1},
    ],
    ids=str,
)  # fmt: skip
def test_p18_p19_a_candle_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(ohlc(CANDLE | changed))
    assert isinstance(event, Malformed)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 5_000])
def test_p16_p19_a_bare_number_out_of_range_is_malformed(number: str) -> None:
    for message, value in ((ohlc(CANDLE), "77509.2"), (trades(TRADE), "85772.4")):
        broken = json.dumps(message).replace(value, number)
        (event,) = KRAKEN.parse(broken.encode())
        assert isinstance(event, Malformed)


def test_every_interval_of_the_exchange_has_its_wire_value_and_back() -> None:
    """In minutes; there is no 3m, 2h, 6h or 12h."""
    wire = {
        "1m": "1", "5m": "5", "15m": "15", "30m": "30", "1h": "60", "4h": "240", "1d": "1440",
        "1w": "10080", "15d": "21600",
    }  # fmt: skip
    assert {str(interval): minutes for interval, minutes in KRAKEN.intervals.items()} == wire
    for interval, minutes in KRAKEN.intervals.items():
        assert report(ohlc(CANDLE | {"interval": int(minutes)})).interval == interval


def test_a_week_opens_when_kraken_says_so() -> None:
    """Its weeks may open on another day than ours."""
    thursday = "2026-09-10T00:00:00.000000000Z"
    candle = report(ohlc(CANDLE | {"interval": 10080, "interval_begin": thursday})).candle
    assert candle.open_time == int(datetime(2026, 9, 10, tzinfo=UTC).timestamp()) * 1000


# Trades and the last 24 hours


def test_a_frame_has_several_trades_each_with_its_id() -> None:
    later = TRADE | {"trade_id": 110386730, "price": 85772.5}
    assert parse(trades(TRADE, later)) == [
        Trade("BTC/USD", 85772.4, 0.00043721, 1791310484947, 110386729, 110386729),
        Trade("BTC/USD", 85772.5, 0.00043721, 1791310484947, 110386730, 110386730),
    ]


@pytest.mark.parametrize(
    "changed",
    [{"price": 0}, {"price": -1}, {"price": "NaN"}, {"qty": -1}, {"qty": "NaN"}, {"trade_id": -1},
     {"trade_id": 10**30}, {"trade_id": None}, {"symbol": None}],
    ids=str,
)  # fmt: skip
def test_p19_a_trade_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(trades(TRADE | changed))
    assert isinstance(event, Malformed)


def test_a_ticker_is_the_last_24_hours_and_says_no_time() -> None:
    """What was paid 24 hours ago is what is paid by now without the change since."""
    assert parse(ticker()) == [
        Ticker("BTC/USD", 105649.4, 106613.1, 104711.0, 105899.4, 163.28908096, 0)
    ]


def test_a_ticker_that_says_its_time_has_it() -> None:
    (event,) = parse(ticker(timestamp=SENT))
    assert isinstance(event, Ticker)
    assert event.time == 1789061752114


@pytest.mark.parametrize(("change", "first"), [(-1000.0, 106899.4), (1200.0, 104699.4)])
def test_the_price_24_hours_ago_may_be_of_a_trade_before(change: float, first: float) -> None:
    """Higher than the high since then, or lower than the low: it is of the day all the same."""
    (event,) = parse(ticker(change=change))
    assert isinstance(event, Ticker)
    assert event.open == first
    assert (event.high, event.low) == (max(106613.1, first), min(104711.0, first))


def test_p20_the_last_bit_of_a_difference_spoils_no_ticker() -> None:
    """0.3 - 0.2 is a little less than 0.1."""
    (event,) = parse(ticker(last=0.3, change=0.2, low=0.1, high=0.3))
    assert isinstance(event, Ticker)
    assert event.open == pytest.approx(0.1)


@pytest.mark.parametrize(
    "changed",
    [{"change": 105899.4}, {"change": 2e5}, {"high": 1}, {"low": 0}, {"volume": -1},
     {"last": "NaN"}, {"change": "NaN"}, {"change": None}, {"timestamp": "x"}, {"timestamp": 1},
     {"timestamp": "2008-01-01T00:00:00Z"}],
    ids=str,
)  # fmt: skip
def test_p19_a_ticker_that_cannot_be_is_malformed(changed: dict[str, object]) -> None:
    (event,) = parse(ticker(**changed))
    assert isinstance(event, Malformed)


# Other frames


@pytest.mark.parametrize("channel", ["ohlc", "trade", "ticker"])
def test_p18_a_message_without_its_data_is_malformed(channel: str) -> None:
    (event,) = parse({"channel": channel})
    assert isinstance(event, Malformed)
    assert "missing required field" in event.reason


@pytest.mark.parametrize(
    "message",
    [
        {"channel": "heartbeat"},
        {"channel": "status", "type": "update", "data": [{
            "version": "2.0.10", "system": "maintenance", "api_version": "v2",
            "connection_id": 16174536464690282295, "upcoming_maintenance": [], "emergency": []}]},
        {"channel": "book", "type": "update", "data": [{"symbol": "BTC/USD"}]},
        {"channel": "instrument", "data": {"assets": []}},
        {"channel": "executions", "data": 3, "sequence": 1},
        {"method": "add_order", "result": {"order_id": "x"}, "req_id": 3},
        {"Error": "Exceeded msg rate"},
        {},
    ],
    ids=str,
)  # fmt: skip
def test_p17_what_is_not_asked_for_is_ignored(message: object) -> None:
    assert parse(message) == []


def test_p17_unknown_fields_are_ignored() -> None:
    extended = ohlc(CANDLE | {"new": [1]}) | {"later": {"channel": "trade"}}
    assert parse(extended) == parse(ohlc(CANDLE))


@pytest.mark.parametrize(
    "frame", ["", "[]", "null", "1", '"x"', "nonsense", '{"channel":', "[1,2]"]
)
def test_p16_what_is_no_message_is_malformed_in_clean_words(frame: str) -> None:
    (event,) = KRAKEN.parse(frame.encode())
    assert isinstance(event, Malformed)
    assert_sane([event])


# Whatever comes

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
_times = st.datetimes(timezones=st.just(UTC)).map(lambda t: t.isoformat())
_rows = {"ohlc": CANDLE, "trade": TRADE, "ticker": TICKER}


@given(channel=st.sampled_from(list(_rows)), value=_json | _times, data=st.data())
def test_p18_parse_is_total_over_fields_of_any_type(
    channel: str, value: object, data: st.DataObject
) -> None:
    row = _rows[channel]
    field = data.draw(st.sampled_from([*row, "timestamp"]))
    message = {"channel": channel, "type": "update", "timestamp": SENT, "data": [row]}
    outer = data.draw(st.sampled_from(list(message)))
    for changed in (message | {"data": [row | {field: value}]}, message | {outer: value}):
        assert_sane(parse(changed))


_price = st.floats(1e-8, 1e9)


@given(
    prices=st.lists(_price, min_size=4, max_size=4), volume=st.floats(0, 1e15),
    open_time=st.integers(EARLIEST, LATEST - 1), as_of=st.integers(EARLIEST, LATEST - 1),
    trades=st.integers(0, 2**40), interval=st.sampled_from(list(KRAKEN.intervals)),
)  # fmt: skip
def test_p20_a_candle_written_as_a_row_is_read_as_the_same_candle(
    prices: list[float], volume: float, open_time: int, as_of: int, trades: int, interval: Interval,
) -> None:  # fmt: skip
    low, first, last, high = sorted(prices)
    open_time, as_of = sorted((open_time, as_of))
    candle = Candle(open_time, first, high, low, last, volume, False, trades, as_of)
    assume(candle.flaw is None)
    row = {"symbol": "X/Y", "open": first, "high": high, "low": low, "close": last,
           "volume": volume, "trades": trades, "interval_begin": written(open_time),
           "interval": int(KRAKEN.intervals[interval])}  # fmt: skip
    assert parse(ohlc(row, sent=written(as_of))) == [CandleReport("X/Y", interval, candle)]


def written(time: int) -> str:
    seconds = datetime.fromtimestamp(time // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{seconds}.{time % 1000:03}000000Z"
