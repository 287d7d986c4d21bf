"""What is sent to Coinbase: which products, in how many frames, at what pace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.exchange import load_exchange
from tui.exchange.base import Command
from tui.market.events import Inventory
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

COINBASE = load_exchange("coinbase")
CHANNELS = ["matches", "heartbeat", "ticker"]


def subscription(name: str, interval: str = "1m") -> Subscription:
    return Subscription(Symbol("coinbase", name), Interval.parse(interval))


BTC, BTC_HOUR, ETH = subscription("BTC-USD"), subscription("BTC-USD", "1h"), subscription("ETH-USD")


def body(command: Command) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(command.text)
    return decoded


def products(commands: list[Command]) -> list[str]:
    return [name for command in commands for name in body(command)["product_ids"]]


def test_products_are_subscribed_to_in_one_frame_with_all_their_channels() -> None:
    (command,) = COINBASE.subscribe([BTC, ETH], (), first_id=17)
    expected = {"type": "subscribe", "product_ids": ["BTC-USD", "ETH-USD"], "channels": CHANNELS}
    assert body(command) == expected
    assert (command.id, command.covers) == (17, (BTC, ETH))


def test_products_are_dropped_in_one_frame() -> None:
    (command,) = COINBASE.unsubscribe([BTC, ETH], [BTC, ETH], first_id=3)
    expected = {"type": "unsubscribe", "product_ids": ["BTC-USD", "ETH-USD"], "channels": CHANNELS}
    assert body(command) == expected
    assert (command.id, command.covers) == (3, (BTC, ETH))


@pytest.mark.parametrize("kind", ["subscribe", "unsubscribe"])
def test_many_products_go_out_a_hundred_a_frame(kind: str) -> None:
    wanted = [subscription(f"COIN{i}-USD") for i in range(250)]
    if kind == "subscribe":
        commands = COINBASE.subscribe(wanted, (), first_id=5)
    else:
        commands = COINBASE.unsubscribe(wanted, wanted, first_id=5)
    assert [len(body(command)["product_ids"]) for command in commands] == [100, 100, 50]
    assert [command.id for command in commands] == [5, 6, 7]
    assert [s for command in commands for s in command.covers] == wanted
    for command in commands:
        assert [s.symbol.name for s in command.covers] == body(command)["product_ids"]


def test_two_intervals_of_a_product_are_one_name_in_one_frame() -> None:
    many = [subscription(f"COIN{i}-USD") for i in range(100)]
    commands = COINBASE.subscribe([BTC, *many, BTC_HOUR], (), first_id=1)
    assert products(commands).count("BTC-USD") == 1
    assert set(commands[0].covers) >= {BTC, BTC_HOUR}


def test_a_product_that_is_held_already_is_named_again() -> None:
    """The reply lists all that is held, so it confirms this one, too."""
    (command,) = COINBASE.subscribe([BTC_HOUR], [BTC], first_id=1)
    assert products([command]) == ["BTC-USD"]
    assert command.covers == (BTC_HOUR,)


def test_a_product_that_another_interval_needs_is_not_dropped() -> None:
    assert COINBASE.unsubscribe([BTC_HOUR], [BTC, BTC_HOUR, ETH], first_id=1) == []
    (command,) = COINBASE.unsubscribe([BTC_HOUR, ETH], [BTC, BTC_HOUR, ETH], first_id=1)
    assert (products([command]), command.covers) == (["ETH-USD"], (ETH,))


def test_what_the_reply_does_not_list_is_missing() -> None:
    (event,) = COINBASE.parse(
        json.dumps(
            {
                "type": "subscriptions",
                "channels": [{"name": name, "product_ids": ["ETH-USD"]} for name in CHANNELS],
            }
        )
    )
    assert isinstance(event, Inventory)
    assert COINBASE.missing([BTC, BTC_HOUR, ETH], event.names) == {BTC, BTC_HOUR}


def test_the_socket_is_the_public_one() -> None:
    assert COINBASE.endpoint() == "wss://ws-feed.exchange.coinbase.com"
    assert COINBASE.inquiry(1) is None


def test_what_is_sent_and_asked_stays_below_the_limits_of_an_address() -> None:
    """100 messages/s, 8 dials/s with 20 at once, 10 requests/s with 15 at once.

    A full grid of panes has a socket each.
    """
    limits = COINBASE.limits
    assert limits.dial_burst / limits.command_spacing < 100
    assert limits.dial_burst < 20
    assert 1 / limits.dial_spacing < 8
    assert limits.rest_burst and limits.rest_burst < 15
    assert limits.rest_weight / 60 < 10


def test_products_are_spelled_in_capitals() -> None:
    assert COINBASE.spelling("btc-usd") == "BTC-USD"
