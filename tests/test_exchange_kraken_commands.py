"""What is sent to Kraken in either protocol, and what its replies mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sane_events import assert_sane
from tui.exchange import load_exchange, options_of
from tui.exchange.base import Command, Exchange
from tui.exchange.settings import ExchangeSettings
from tui.market.events import Ack, Event, Malformed, Pong, Refusal
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.rules import read_table

V2 = load_exchange("kraken")
V1 = load_exchange("kraken", ExchangeSettings(options={"protocol": 1}))

either = pytest.mark.parametrize("kraken", [V1, V2], ids=["v1", "v2"])


def subscription(name: str, interval: str = "1m") -> Subscription:
    return Subscription(Symbol("kraken", name), Interval.parse(interval))


def parse(kraken: Exchange, message: object) -> list[Event]:
    return list(kraken.parse(json.dumps(message)))


def bodies(commands: list[Command]) -> list[dict[str, Any]]:
    return [json.loads(command.text) for command in commands]


def names(body: dict[str, Any]) -> list[str]:
    found: list[str] = body["pair"] if "pair" in body else body["params"]["symbol"]
    return found


def channel(body: dict[str, Any]) -> str:
    found = body["subscription"]["name"] if "pair" in body else body["params"]["channel"]
    return str(found)


# Which protocol


def test_the_usual_protocol_is_v2_at_a_path_of_its_own() -> None:
    assert V2.endpoint() == "wss://ws.kraken.com/v2"
    assert V1.endpoint() == "wss://ws.kraken.com"


@pytest.mark.parametrize("found", [0, 3, "1", 1.0, True])
def test_there_is_no_other_protocol(found: object) -> None:
    assert read_table({"protocol": 1}, options_of("kraken"), "") == {"protocol": 1}
    with pytest.raises(ValueError, match=r"protocol is .* expected a whole number from 1 to 2"):
        read_table({"protocol": found}, options_of("kraken"), "")


# Commands


def test_candles_of_one_interval_are_asked_for_at_once_and_tickers_beside() -> None:
    wanted = [subscription("BTC/USD", "4h"), subscription("DOGE/BTC", "4h")]
    commands = V2.subscribe(wanted, (), first_id=7)
    assert bodies(commands) == [
        {
            "method": "subscribe",
            "params": {
                "channel": "ohlc",
                "symbol": ["BTC/USD", "DOGE/BTC"],
                "interval": 240,
                "snapshot": True,
            },
            "req_id": 7,
        },
        {
            "method": "subscribe",
            "params": {"channel": "ticker", "symbol": ["BTC/USD", "DOGE/BTC"], "snapshot": True},
            "req_id": 8,
        },
    ]
    assert [command.covers for command in commands] == [tuple(wanted), ()]


def test_v1_is_asked_with_the_names_that_it_knows() -> None:
    wanted = [subscription("BTC/USD", "4h"), subscription("DOGE/BTC", "4h")]
    commands = V1.subscribe(wanted, (), first_id=7)
    assert bodies(commands) == [
        {
            "event": "subscribe",
            "pair": ["XBT/USD", "XDG/XBT"],
            "subscription": {"name": "ohlc", "interval": 240},
            "reqid": 7,
        },
        {
            "event": "subscribe",
            "pair": ["XBT/USD", "XDG/XBT"],
            "subscription": {"name": "ticker"},
            "reqid": 8,
        },
    ]
    assert [command.covers for command in commands] == [tuple(wanted), ()]


@either
def test_each_interval_has_a_command_and_each_id_is_that_of_its_command(kraken: Exchange) -> None:
    wanted = [subscription("BTC/USD"), subscription("ETH/USD", "1h"), subscription("ADA/USD")]
    commands = kraken.subscribe(wanted, (), first_id=3)
    assert [command.covers for command in commands] == [
        (wanted[0], wanted[2]),
        (wanted[1],),
        (),
    ]
    assert [body.get("reqid", body.get("req_id")) for body in bodies(commands)] == [3, 4, 5]
    assert [command.id for command in commands] == [3, 4, 5]


@either
def test_a_full_connection_is_asked_for_in_frames_of_some_fifty_names(kraken: Exchange) -> None:
    """At the pace of commands they are out in a few seconds."""
    wanted = [subscription(f"COIN{i}/USD") for i in range(kraken.limits.subscriptions)]
    commands = kraken.subscribe(wanted, (), first_id=1)
    assert len(commands) * kraken.limits.command_spacing < 10
    assert max(len(names(body)) for body in bodies(commands)) <= 60
    assert [s for command in commands for s in command.covers] == wanted
    for kind in ("ohlc", "ticker"):
        asked = [name for b in bodies(commands) if channel(b) == kind for name in names(b)]
        assert asked == [s.symbol.name for s in wanted]


@either
def test_what_is_dropped_is_the_same_with_another_word(kraken: Exchange) -> None:
    held = [subscription("BTC/USD"), subscription("ETH/USD", "5m")]
    dropped = bodies(kraken.unsubscribe(held[:1], held, first_id=1))
    assert [channel(body) for body in dropped] == ["ohlc", "ticker"]
    assert {body.get("event", body.get("method")) for body in dropped} == {"unsubscribe"}
    assert {name for body in dropped for name in names(body)} <= {"BTC/USD", "XBT/USD"}


@either
def test_two_intervals_of_a_symbol_share_its_ticker(kraken: Exchange) -> None:
    minute, hour = subscription("BTC/USD"), subscription("BTC/USD", "1h")
    added = kraken.subscribe([hour], [minute], first_id=1)
    dropped = kraken.unsubscribe([hour], [minute, hour], first_id=1)
    for commands in (added, dropped):
        assert [channel(body) for body in bodies(commands)] == ["ohlc"]


def test_a_second_interval_of_a_symbol_needs_another_connection() -> None:
    """It would be refused, and the pane stay empty."""
    minute, hour = subscription("BTC/USD"), subscription("BTC/USD", "1h")
    assert not V2.fits(hour, [subscription("ETH/USD"), minute])
    assert V2.fits(minute, [minute])
    assert V2.fits(hour, [subscription("ETH/USD"), subscription("BTC/USDT")])


def test_dials_and_requests_stay_below_what_is_known_to_be_too_much() -> None:
    limits = V2.limits
    assert limits.dial_burst + 600 / limits.dial_spacing <= 120
    assert limits.rest_weight <= 60
    assert limits.history_page == 720


# Replies


def reply_of_v2(**said: object) -> dict[str, object]:
    times = {"time_in": "2026-09-10T17:44:43.105193Z", "time_out": "2026-09-10T17:44:43.105248Z"}
    return {"method": "subscribe"} | said | times


def accepted_by_v2(**said: object) -> dict[str, object]:
    warnings = ["timestamp is deprecated, use interval_begin"]
    result = {"channel": "ohlc", "interval": 1, "snapshot": True, "symbol": "DOGE/USD"}
    return reply_of_v2(result=result | {"warnings": warnings}, success=True, **said)


def status_of_v1(**said: object) -> dict[str, object]:
    return {
        "channelID": 343, "channelName": "ohlc-1", "event": "subscriptionStatus",
        "pair": "XDG/USD", "status": "subscribed", "subscription": {"interval": 1, "name": "ohlc"},
    } | said  # fmt: skip


@pytest.mark.parametrize("method", ["subscribe", "unsubscribe"])
def test_a_command_is_acknowledged_for_each_symbol(method: str) -> None:
    assert parse(V2, accepted_by_v2(req_id=7) | {"method": method}) == [Ack(7, "DOGE/USD")]
    assert parse(V1, status_of_v1(reqid=7, status=f"{method}d")) == [Ack(7, "DOGE/USD")]


def test_p27_a_symbol_is_refused_by_its_name() -> None:
    said = "Currency pair not supported DOGE/USD"
    refused = reply_of_v2(error=said, success=False, symbol="DOGE/USD", req_id=7)
    assert parse(V2, refused) == [Refusal(7, said, "DOGE/USD")]
    refused = status_of_v1(errorMessage=said, status="error", reqid=7)
    assert parse(V1, refused) == [Refusal(7, said, "DOGE/USD")]


def test_a_refusal_without_an_id_or_a_name_is_one() -> None:
    assert parse(V2, {"success": False, "error": "Malformed request"}) == [
        Refusal(None, "Malformed request", None)
    ]
    assert parse(V1, {"event": "error", "errorMessage": "Malformed request"}) == [
        Refusal(None, "Malformed request", None)
    ]


def test_a_refusal_without_a_reason_says_so() -> None:
    expected = [Refusal(7, "refused without a reason", None)]
    for said in ({}, {"error": "\x00", "errorMessage": "\x00"}):
        assert parse(V2, {"method": "subscribe", "success": False, "req_id": 7} | said) == expected
        assert parse(V1, {"event": "error", "reqid": 7} | said) == expected


def test_what_is_subscribed_already_is_what_was_asked_for() -> None:
    """A command is repeated when its reply was lost."""
    said = "Already subscribed to one ohlc interval on this symbol"
    known = reply_of_v2(error=said, success=False, symbol="DOGE/USD", req_id=7)
    assert parse(V2, known) == [Ack(7, "DOGE/USD")]
    assert parse(V1, status_of_v1(errorMessage=said, status="error", reqid=7)) == [
        Ack(7, "DOGE/USD")
    ]


def test_a_command_lost_for_haste_is_not_answered_and_so_goes_out_again() -> None:
    """In whichever form it is said: a refusal would fail a pane."""
    said = "Exceeded msg rate"
    refused = reply_of_v2(error=said, success=False, symbol="BTC/USD", req_id=7)
    for message in ({"Error": said}, refused):
        assert parse(V2, message) == []
    error = {"event": "error", "errorMessage": said, "reqid": 7}
    for message in (error, status_of_v1(errorMessage=said, status="error", reqid=7)):
        assert parse(V1, message) == []


@pytest.mark.parametrize("number", [None, 0])
def test_a_reply_to_nobody_is_ignored(number: int | None) -> None:
    """Only one that has an id, be it 0, is of use."""
    expected = [] if number is None else [Ack(number, "DOGE/USD")]
    known = {} if number is None else {"req_id": number, "reqid": number}
    assert parse(V2, accepted_by_v2(**known)) == expected
    assert parse(V1, status_of_v1(**known)) == expected


def test_s1_the_reason_of_a_refusal_is_clean_and_short() -> None:
    said = "\x1b]0;owned\x07\u202eno" + "x" * 5_000
    for event in (
        *parse(V2, reply_of_v2(error=said, success=False, req_id=7)),
        *parse(V1, status_of_v1(errorMessage=said, status="error", reqid=7)),
    ):
        assert isinstance(event, Refusal)
        assert event.reason.startswith("noxxx")
        assert len(event.reason) <= 200


def test_a_ping_comes_back_with_its_id() -> None:
    assert json.loads(V2.ping(101)) == {"method": "ping", "req_id": 101}
    assert json.loads(V1.ping(42)) == {"event": "ping", "reqid": 42}
    times = {"time_in": "2023-09-24T14:10:23.799685Z", "time_out": "2023-09-24T14:10:23.799703Z"}
    assert parse(V2, {"method": "pong", "req_id": 101} | times) == [Pong(101)]
    assert parse(V1, {"event": "pong", "reqid": 42}) == [Pong(42)]


@pytest.mark.parametrize(
    "message",
    [{"method": 1}, {"success": "no"}, {"success": False, "req_id": "7"}, {"result": 3}],
    ids=str,
)
def test_p18_a_reply_of_the_wrong_shape_is_malformed(message: object) -> None:
    (event,) = parse(V2, message)
    assert isinstance(event, Malformed)


_json = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers())
_KEYS = ("method", "event", "success", "error", "errorMessage", "symbol", "pair", "status",
         "result", "req_id", "reqid", "channel")  # fmt: skip


@either
@given(said=st.fixed_dictionaries({}, optional=dict.fromkeys(_KEYS, _json)))
def test_parse_is_total_over_replies(kraken: Exchange, said: dict[str, object]) -> None:
    for known in ({}, {"method": "subscribe"}, {"event": "subscriptionStatus"}):
        assert_sane(parse(kraken, said | known))


# Names


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("btc/usd", "BTC/USD"), ("xbt/usd", "BTC/USD"), ("XDG/XBT", "DOGE/BTC"),
        ("eth/xbt", "ETH/BTC"), ("XBTX/USD", "XBTX/USD"), ("BTC-USD", "BTC-USD"),
    ],
)  # fmt: skip
def test_a_symbol_has_the_modern_names_of_both_its_assets(typed: str, name: str) -> None:
    assert V1.spelling(typed) == V2.spelling(typed) == name
