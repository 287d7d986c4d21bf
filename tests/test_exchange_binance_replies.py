"""Binance's replies to commands, which are never wrapped in a stream."""

from __future__ import annotations

import json

import pytest

from tui.exchange import load_exchange
from tui.market.events import Ack, Event, Inventory, Malformed, Refusal
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BINANCE = load_exchange("binance")
MINUTE = Interval(1, "m")


def parse(message: object) -> list[Event]:
    return list(BINANCE.parse(json.dumps(message)))


@pytest.mark.parametrize("result", [None, {}, True, [1]])
def test_a_reply_acknowledges_its_command(result: object) -> None:
    assert parse({"result": result, "id": 312}) == [Ack(312)]


@pytest.mark.parametrize("names", [["btcusdt@kline_1m", "ethusdt@aggTrade"], []])
def test_a_list_of_streams_is_an_inventory(names: list[str]) -> None:
    assert parse({"result": names, "id": 312}) == [Inventory(312, frozenset(names))]


def test_what_an_inventory_does_not_cover_is_missing() -> None:
    held = [Subscription(Symbol("binance", name), MINUTE) for name in ("BTCUSDT", "ETHUSDT")]
    names = json.loads(BINANCE.subscribe(held, (), 1)[0].text)["params"]
    assert BINANCE.missing(held, frozenset(names)) == frozenset()
    assert BINANCE.missing(held, frozenset(names) - {"ethusdt@aggTrade"}) == {held[1]}


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ({"error": {"code": 4, "msg": "Too many subscriptions"}, "id": 1}, 1),
        ({"error": {"code": 4, "msg": "Too many subscriptions"}, "id": None}, None),
        ({"error": {"code": 4, "msg": "Too many subscriptions"}}, None),
        ({"code": 4, "msg": "Too many subscriptions", "id": 7}, 7),
        ({"code": 4, "msg": "Too many subscriptions"}, None),
    ],
)
def test_an_error_refuses_its_command_nested_or_flat(reply: object, number: int | None) -> None:
    assert parse(reply) == [Refusal(number, "Too many subscriptions")]


def test_s1_the_reason_of_a_refusal_is_clean_and_short() -> None:
    said = "\x1b]0;owned\x07\u202eno" + "x" * 5_000
    (event,) = parse({"error": {"code": 2, "msg": said}, "id": 1})
    assert isinstance(event, Refusal)
    assert event.reason.startswith("noxxx")
    assert len(event.reason) <= 200


@pytest.mark.parametrize("number", [None, "abc"])
def test_a_reply_that_names_no_command_of_ours_is_malformed(number: object) -> None:
    (event,) = parse({"result": None, "id": number})
    assert isinstance(event, Malformed)
