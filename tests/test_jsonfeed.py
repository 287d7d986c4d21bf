"""A JSON feed of which nothing but its urls is declared: the protocol of the integration guide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.declared import MINUTE, desk, frame, of
from tui.errors import ExchangeError
from tui.market.candle import Candle
from tui.market.events import (
    CandleReport,
    LoggedIn,
    LoginRefused,
    Malformed,
    Ping,
    Pong,
    Refusal,
)
from tui.market.interval import Interval

NOW = 1_700_000_400_000
SECOND = Interval(1, "s")
GUIDE = desk()
SECONDS = desk('intervals = ["1s", "1m"]')


def texts(commands: Any) -> list[Any]:
    return [json.loads(command.text) for command in commands]


def only(feed: Any, said: str | bytes) -> Any:
    """The one event of a frame."""
    (event,) = feed.parse(said)
    return event


def test_each_symbol_is_asked_for_by_a_frame_of_its_own() -> None:
    commands = GUIDE.subscribe([of("EURUSD"), of("GBPUSD")], (), 7)
    assert texts(commands) == [
        {"type": "subscribe", "symbol": name, "channel": "candles"} for name in ("EURUSD", "GBPUSD")
    ]
    assert [(c.id, c.covers) for c in commands] == [(7, (of("EURUSD"),)), (8, (of("GBPUSD"),))]
    dropped = GUIDE.unsubscribe([of("EURUSD")], [of("EURUSD"), of("GBPUSD")], 1)
    assert texts(dropped) == [{"type": "unsubscribe", "symbol": "EURUSD", "channel": "candles"}]


def test_a_feed_of_several_intervals_says_which_in_each_message() -> None:
    commands = SECONDS.subscribe([of("EURUSD"), of("EURUSD", SECOND)], (), 1)
    assert [frame["interval"] for frame in texts(commands)] == ["1m", "1s"]
    for name, interval in (("1m", MINUTE), ("1s", SECOND)):
        assert only(SECONDS, frame(interval=name)).interval == interval
    assert "interval: nothing at 'interval' in" in only(SECONDS, frame()).reason
    assert "interval: \"5m\" at 'interval' is none of 1s, 1m" in (
        only(SECONDS, frame(interval="5m")).reason
    )


def test_a_feed_of_one_interval_need_not_say_it() -> None:
    feed = desk('intervals = ["1s"]')
    assert only(feed, frame()).interval == SECOND
    assert only(feed, frame(interval="1s")).interval == SECOND
    assert isinstance(only(feed, frame(interval="1m")), Malformed)


def test_a_candle_is_read_with_all_its_values() -> None:
    candle = Candle(1_700_000_040_000, 1.0941, 1.0944, 1.0938, 1.0942, 12.5)
    assert only(GUIDE, frame()) == CandleReport("EURUSD", MINUTE, candle)
    assert only(GUIDE, frame(isClosed=True)).candle.closed
    assert only(GUIDE, frame().encode()) == only(GUIDE, frame())
    assert only(GUIDE, frame(open="1.0941", timestamp="1700000040000")) == only(GUIDE, frame())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"close": None}, "close: nothing at 'close' in {\"type\": \"candle\", \"symbol\": \"EUR"),
        ({"symbol": None}, "symbol: nothing at 'symbol' in {"),
        ({"symbol": 5}, "symbol: 5 at 'symbol' is no name in {"),
        ({"isClosed": None}, "closed: nothing at 'isClosed' in {"),
        ({"isClosed": 1}, "closed: 1 at 'isClosed' is neither true nor false in {"),
        ({"open": "cheap"}, "open: \"cheap\" at 'open' is no number in {"),
        ({"open": True}, "open: true at 'open' is no number in {"),
        ({"open": {}}, "open: an object at 'open' is no number in {"),
        ({"high": "1e999"}, "high: \"1e999\" at 'high' is no finite number in {"),
        ({"volume": 10**400}, "volume: "),
        ({"low": -1}, "prices must be finite, above zero, and low <= high in {"),
        ({"close": 9}, "open and close must lie between low and high in {"),
        ({"timestamp": 17e8}, "time: 1700000000.0 at 'timestamp' is no time in ms; it may be in s"),
        ({"timestamp": 17e17}, "time: 1.7e+18 at 'timestamp' is no time in ms; it may be in ns in"),
        ({"timestamp": 0}, "time: 0 at 'timestamp' is no time in ms in {"),
        ({"timestamp": "now"}, "time: \"now\" at 'timestamp' is no number in {"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_candle_is_told_by_field_path_and_message(
    changes: dict[str, Any], reason: str
) -> None:
    event = only(GUIDE, frame(**changes))
    assert isinstance(event, Malformed)
    assert event.reason.startswith(reason)
    assert len(event.reason) <= 201 and event.reason.isprintable()


def test_p16_a_message_that_attacks_the_terminal_is_told_without_the_attack() -> None:
    event = only(GUIDE, frame(symbol="\x1b]52;c;x\x07\u202eEUR", close=None))
    assert event.reason.isprintable() and "\u202e" not in event.reason


def test_what_is_no_json_is_malformed_and_other_messages_are_none_of_ours() -> None:
    for said in ("", "nope", b"\xff", "[" * 100_000, "NaN"):
        assert only(GUIDE, said).reason.startswith("no JSON: ")
    for said in ('{"type":"welcome"}', "[]", "0", '"candle"', '{"type":["candle"]}', "null"):
        assert GUIDE.parse(said) == ()


def test_pings_go_both_ways() -> None:
    assert json.loads(GUIDE.ping(5)) == {"type": "ping"}
    assert only(GUIDE, '{"type":"pong"}') == Pong(None)
    said = only(GUIDE, '{"type":"ping","id":7,"nonce":"ü","more":{"a":[1,null]}}')
    assert isinstance(said, Ping)
    assert json.loads(said.reply) == {
        "type": "pong",
        "id": 7,
        "nonce": "ü",
        "more": {"a": [1, None]},
    }


@pytest.mark.parametrize("more", ["x" * 5_000, [[[]]] * 2_000])
def test_a_ping_that_is_no_ping_is_not_sent_back(more: Any) -> None:
    assert isinstance(only(GUIDE, json.dumps({"type": "ping", "more": more})), Malformed)


def test_a_login_is_a_frame_and_its_answer_another() -> None:
    assert json.loads(GUIDE.login('to"ken')) == {"type": "auth", "token": 'to"ken'}
    assert only(GUIDE, '{"type":"authenticated"}') == LoggedIn()
    refused = '{"type":"error","code":"auth","message":"Token \\u001b[31mrefused."}'
    assert only(GUIDE, refused) == LoginRefused("Token refused.")
    assert GUIDE.takes_token and GUIDE.auth_closes == {4001, 4003}


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        ({"message": "No.", "symbol": "XXX"}, Refusal(None, "No.", "XXX")),
        ({"message": "No."}, Refusal(None, "No.")),
        ({"message": {"a": 1}}, Refusal(None, "It did not say why.")),
        ({"message": "\x1b[2J", "symbol": 5}, Refusal(None, "It did not say why.")),
        ({"message": "No.", "symbol": "E\x1b[31mUR"}, Refusal(None, "No.", "EUR")),
        ({"message": "x" * 5_000}, Refusal(None, "x" * 199 + "…")),
    ],
)
def test_an_error_refuses_what_it_names(message: dict[str, Any], refusal: Refusal) -> None:
    assert only(GUIDE, json.dumps({"type": "error", **message})) == refusal


def test_history_is_asked_for_as_the_guide_does() -> None:
    for start in (None, NOW):
        request = GUIDE.history_request(of("EUR/USD"), start, 900)
        assert request
        assert request.path == "/ohlcv"
        assert request.params == {"symbol": "EUR/USD", "timeframe": "1m", "limit": "500"}
    assert desk(urls='ws_url = "wss://x"\n').history_request(of("EURUSD"), None, 5) is None


def test_history_comes_as_lists_or_as_objects_in_any_order() -> None:
    times = [1_700_000_100_000, 1_700_000_040_000, 1_700_000_400_000]
    values = [1.0, 2.0, 0.5, 1.5, 7.0]
    names = ["open", "high", "low", "close", "volume"]
    rows = [[time, *values] for time in times]
    objects = [{"timestamp": t, **dict(zip(names, values, strict=True))} for t in times]
    for body in (rows, objects):
        candles = GUIDE.parse_history(of("EURUSD"), json.dumps(body).encode(), NOW)
        assert [c.open_time for c in candles] == sorted(times)
        assert [(c.closed, c.as_of) for c in candles] == [(True, NOW), (True, NOW), (False, 0)]
        assert candles[0].values == tuple(values)


def test_a_candle_that_ended_just_now_may_still_change() -> None:
    row = json.dumps([[NOW, 1, 2, 0.5, 1.5, 7]]).encode()
    for late, closed in ((2_999, False), (3_000, True)):
        (candle,) = GUIDE.parse_history(of("X"), row, NOW + MINUTE.milliseconds + late)
        assert candle.closed is closed


def test_history_leaves_out_what_is_no_candle_and_the_future() -> None:
    good = [1_700_000_040_000, 1, 2, 0.5, 1.5, 7]
    rows = [good, [], None, [1, 2], [NOW + 200_000, 1, 2, 0.5, 1.5, 7], [*good[:2], 0, *good[3:]]]
    candles = GUIDE.parse_history(of("EURUSD"), json.dumps(rows).encode(), NOW)
    assert [c.open_time for c in candles] == [good[0]]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"nope", "JSON is malformed"),
        (b"{}", "No list of rows is in {}"),
        (b"[[1,2,3]]", "time: 1 at 'timestamp' is no time in ms in [[1,2,3]]"),
        (b'[{"t":1}]', "time: nothing at 'timestamp' in [{\"t\":1}]"),
    ],
)
def test_a_body_that_is_no_history_is_told_with_what_is_wrong(body: bytes, reason: str) -> None:
    with pytest.raises(ExchangeError) as raised:
        GUIDE.parse_history(of("EURUSD"), body, NOW)
    assert raised.value.message == (
        "Desk answered with something else than candles for desk:EURUSD@1m."
    )
    assert raised.value.hint.startswith(reason)
    assert GUIDE.parse_history(of("EURUSD"), b"[]", NOW) == []


def test_the_words_of_a_refused_request_are_kept() -> None:
    for body in (b'{"message":"Slow \\u001b[31mdown"}', b'{"error":{"message":"Slow down"}}'):
        complaint = GUIDE.parse_complaint(body)
        assert complaint and complaint.reason == "Slow down"
    for body in (b"", b"[]", b'{"message":5}', b'{"error":[]}'):
        assert GUIDE.parse_complaint(body) is None


def test_it_has_no_list_of_symbols_and_believes_any_name() -> None:
    assert GUIDE.directory_request() is None
    assert GUIDE.spelling("eurUSD") == "eurUSD"
    assert desk('symbols = ["EURUSD", "GBPUSD"]').default_symbols == ("EURUSD", "GBPUSD")


def test_it_does_what_it_says_of_itself() -> None:
    assert (GUIDE.name, GUIDE.title, desk('title = "The Desk"').title) == (
        "desk",
        "Desk",
        "The Desk",
    )
    assert GUIDE.endpoint() == "wss://desk.example/ws"
    assert (GUIDE.confirms, GUIDE.has_heartbeat, GUIDE.marks_closed, GUIDE.from_trades) == (
        False, True, True, False,
    )  # fmt: skip
    assert list(GUIDE.intervals) == [MINUTE]
