"""What is sent to Binance: which streams, in frames that it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.exchange import load_exchange
from tui.exchange.base import Command
from tui.exchange.settings import ExchangeSettings
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BINANCE = load_exchange("binance")
FRAME_BYTES = 4096


def subscription(name: str, interval: str = "1m") -> Subscription:
    return Subscription(Symbol("binance", name), Interval.parse(interval))


def body(command: Command) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(command.text)
    return decoded


def stream_names(commands: list[Command]) -> list[str]:
    return [name for command in commands for name in body(command)["params"]]


def test_a_subscription_is_three_streams_in_one_command() -> None:
    (command,) = BINANCE.subscribe([subscription("BTCUSDT", "4h")], (), first_id=17)
    assert body(command) == {
        "method": "SUBSCRIBE",
        "params": ["btcusdt@kline_4h", "btcusdt@miniTicker", "btcusdt@aggTrade"],
        "id": 17,
    }
    assert command.covers == (subscription("BTCUSDT", "4h"),)


def test_without_live_trades_no_trades_are_asked_for_and_more_symbols_fit() -> None:
    calm = load_exchange("binance", ExchangeSettings(options={"live_trades": False}))
    commands = calm.subscribe([subscription("BTCUSDT")], (), first_id=1)
    assert stream_names(commands) == ["btcusdt@kline_1m", "btcusdt@miniTicker"]
    assert (BINANCE.limits.subscriptions, calm.limits.subscriptions) == (341, 512)


@pytest.mark.parametrize("name", ["LONGESTNAME{:04}USDT", "币安人生{:04}USDT"])
@pytest.mark.parametrize("method", ["SUBSCRIBE", "UNSUBSCRIBE"])
def test_a_full_connection_is_asked_for_in_frames_that_are_not_cut_off(
    name: str, method: str
) -> None:
    wanted = [subscription(name.format(i)) for i in range(BINANCE.limits.subscriptions)]
    if method == "SUBSCRIBE":
        commands = BINANCE.subscribe(wanted, (), first_id=2**31)
    else:
        commands = BINANCE.unsubscribe(wanted, wanted, first_id=2**31)
    assert max(len(command.text.encode()) for command in commands) <= FRAME_BYTES
    assert {body(command)["method"] for command in commands} == {method}
    assert [body(c)["id"] for c in commands] == [c.id for c in commands]
    assert len({command.id for command in commands}) == len(commands)
    assert [s for command in commands for s in command.covers] == wanted
    names = stream_names(commands)
    assert len(names) == len(set(names)) == 3 * len(wanted) <= 1024


def test_the_streams_of_a_subscription_are_in_the_command_that_covers_it() -> None:
    wanted = [subscription(f"SYMBOL{i}USDT") for i in range(200)]
    commands = BINANCE.subscribe(wanted, (), first_id=1)
    assert len(commands) > 1
    for command in commands:
        covered = {s.symbol.name.lower() for s in command.covers}
        assert {name.partition("@")[0] for name in body(command)["params"]} == covered


def test_two_intervals_of_a_symbol_share_its_price_streams() -> None:
    minute, hour = subscription("BTCUSDT", "1m"), subscription("BTCUSDT", "1h")
    together = stream_names(BINANCE.subscribe([minute, hour], (), first_id=1))
    assert sorted(together) == [
        "btcusdt@aggTrade", "btcusdt@kline_1h", "btcusdt@kline_1m", "btcusdt@miniTicker",
    ]  # fmt: skip
    added = BINANCE.subscribe([hour], [minute], first_id=1)
    assert stream_names(added) == ["btcusdt@kline_1h"]
    assert added[0].covers == (hour,)


def test_dropping_one_interval_leaves_the_other_its_price_streams() -> None:
    minute, hour = subscription("BTCUSDT", "1m"), subscription("BTCUSDT", "1h")
    dropped = BINANCE.unsubscribe([minute], [minute, hour], first_id=1)
    assert stream_names(dropped) == ["btcusdt@kline_1m"]
    both = BINANCE.unsubscribe([minute, hour], [minute, hour], first_id=1)
    assert len(stream_names(both)) == 4


def test_the_socket_is_the_combined_one() -> None:
    assert BINANCE.endpoint() == "wss://stream.binance.com:9443/stream"


def test_dials_stay_far_below_300_in_five_minutes() -> None:
    assert BINANCE.limits.dial_burst + 300 / BINANCE.limits.dial_spacing <= 190
    assert 1 / BINANCE.limits.command_spacing < 5 - 2  # a ping and a pong fit in beside


def test_symbols_are_spelled_in_capitals() -> None:
    assert BINANCE.spelling("btcusdt") == "BTCUSDT"
