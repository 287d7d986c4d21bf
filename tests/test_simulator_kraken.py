"""The simulated Kraken's WebSocket v2 over real sockets."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from tests.simulated_kraken import Kraken, heard, of, play_kraken, subscribe, unsubscribe
from tui.market.interval import MINUTE, SECOND
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.kraken.v2_commands import V2Conversation
from tui.simulator.market import Market

_NOT_SUPPORTED = "Currency pair not supported"
_ONE_INTERVAL = "Already subscribed to one ohlc interval on this symbol"


def test_a_status_comes_unasked_with_an_id_of_more_than_63_bits() -> None:
    async def scenario(kraken: Kraken) -> None:
        ids = set()
        for _ in range(2):
            client = await kraken.exchange.dial("/v2")
            status = json.loads(await client.recv())
            row = status["data"][0]
            assert (status["channel"], row["system"]) == ("status", "online")
            ids.add(row["connection_id"])
        assert len(ids) == 2
        assert min(ids) > 2**63

    play_kraken(scenario)


def test_each_symbol_has_an_ack_with_the_same_id_and_its_snapshot() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "BTC/USD", "ETH/BTC", interval=5, req_id=7)
        messages = await heard(client)
        acks = [message for message in messages if "method" in message]
        assert [ack["result"]["symbol"] for ack in acks] == ["BTC/USD", "ETH/BTC"]
        for ack in acks:
            assert (ack["success"], ack["req_id"], ack["method"]) == (True, 7, "subscribe")
            assert (ack["result"]["interval"], ack["result"]["snapshot"]) == (5, True)
            assert ack["time_in"] < ack["time_out"]
        snapshots = of(messages, "ohlc", "snapshot")
        assert [frame["data"][0]["symbol"] for frame in snapshots] == ["BTC/USD", "ETH/BTC"]
        await subscribe(client, "trade", "BTC/USD", snapshot=False)
        messages = await heard(client)
        assert messages[0]["result"] == {
            "channel": "trade",
            "snapshot": False,
            "symbol": "BTC/USD",
        }
        assert "req_id" not in messages[0]
        assert len(messages) == 1

    play_kraken(scenario)


@pytest.mark.parametrize(
    ("symbol", "reason"),
    [
        ("XBT/USD", f"{_NOT_SUPPORTED} XBT/USD"),
        ("XDG/USD", f"{_NOT_SUPPORTED} XDG/USD"),
        ("btc/usd", f"{_NOT_SUPPORTED} btc/usd"),
        ("NO/SUCH", f"{_NOT_SUPPORTED} NO/SUCH"),
        ("XBTUSD", "Currency pair not in ISO 4217-A3 format XBTUSD"),
    ],
)
def test_a_symbol_that_is_refused_has_its_name_outside_and_no_result(
    symbol: str, reason: str
) -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "ETH/USD", symbol, interval=1, req_id=3)
        messages = await heard(client)
        fine, refused = (message for message in messages if "method" in message)
        assert fine["success"]
        assert (refused["error"], refused["symbol"]) == (reason, symbol)
        assert (refused["success"], refused["req_id"]) == (False, 3)
        assert "result" not in refused

    play_kraken(scenario)


def test_what_was_refused_is_silent_while_heartbeats_go_on() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "XBT/USD", "XMR/USDT", snapshot=False)
        assert [m["success"] for m in await heard(client)] == [False, True]
        for _ in range(10):
            await kraken.move(SECOND)
        messages = await heard(client)
        assert 9 <= len(messages) <= 10
        assert all(message == {"channel": "heartbeat"} for message in messages)

    play_kraken(scenario)


def test_heartbeats_fill_silence_only_and_only_once_something_is_subscribed() -> None:
    async def scenario(kraken: Kraken) -> None:
        idle, busy = await kraken.dial("/v2"), await kraken.dial("/v2")
        await subscribe(busy, "trade", "BTC/USD", snapshot=False)
        await heard(busy)
        for _ in range(8):
            await kraken.move(SECOND)
        assert await heard(idle) == []
        channels = [message["channel"] for message in await heard(busy)]
        assert channels == ["trade"] * 8

    play_kraken(scenario)


def test_one_symbol_has_one_interval_on_a_connection_and_another_on_the_next() -> None:
    async def scenario(kraken: Kraken) -> None:
        first, second = await kraken.dial("/v2"), await kraken.dial("/v2")
        await subscribe(first, "ohlc", "BTC/USD", interval=1)
        await subscribe(first, "ohlc", "BTC/USD", "ETH/USD", interval=5)
        replies = [message for message in await heard(first) if "method" in message]
        assert [reply["success"] for reply in replies] == [True, False, True]
        assert (replies[1]["error"], replies[1]["symbol"]) == (_ONE_INTERVAL, "BTC/USD")
        await subscribe(second, "ohlc", "BTC/USD", interval=5)
        assert (await heard(second))[0]["success"]
        await unsubscribe(first, "ohlc", "BTC/USD", interval=1)
        await subscribe(first, "ohlc", "BTC/USD", interval=5)
        assert [m["success"] for m in await heard(first) if "method" in m] == [True, True]

    play_kraken(scenario)


def test_unsubscribing_is_acknowledged_and_ends_the_channel_of_that_symbol() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "trade", "BTC/USD", "ETH/USD", snapshot=False)
        await unsubscribe(client, "trade", "BTC/USD", "SOL/USD", req_id=9)
        done, unknown = (await heard(client))[2:]
        assert (done["method"], done["success"], done["req_id"]) == ("unsubscribe", True, 9)
        assert done["result"] == {"channel": "trade", "symbol": "BTC/USD"}
        assert (unknown["error"], unknown["symbol"]) == ("Subscription Not Found", "SOL/USD")
        await kraken.move(5 * SECOND)
        rows = [row for frame in of(await heard(client), "trade") for row in frame["data"]]
        assert {row["symbol"] for row in rows} == {"ETH/USD"}

    play_kraken(scenario)


@pytest.mark.parametrize(
    "text",
    ["{", "[" * 4_000, "[]", "null", "{}", '{"method":"dance"}', '{"method":"subscribe"}',
     '{"method":"subscribe","params":{"channel":"ohlc","symbol":"BTC/USD"}}',
     '{"method":"subscribe","params":{"channel":["ohlc"],"symbol":["BTC/USD"]}}',
     '{"method":"subscribe","params":{"channel":"ohlc","symbol":[1]}}'],
    ids=lambda text: str(text)[:40],
)  # fmt: skip
def test_what_is_no_command_is_refused_and_the_connection_lives(text: str) -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await client.send(text)
        (answer,) = await heard(client)
        assert (answer["error"], answer["success"]) == ("Malformed request", False)

    play_kraken(scenario)


@pytest.mark.parametrize("params", [{"interval": 3}, {"interval": "1"}, {"interval": True}])
def test_intervals_that_there_are_not_are_refused(params: dict[str, Any]) -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "BTC/USD", **params)
        (answer,) = await heard(client)
        assert answer["error"] == "Subscription ohlc interval not supported"

    play_kraken(scenario)


def test_a_burst_of_commands_loses_those_that_are_too_many() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        for number in range(100):
            await client.send(json.dumps({"method": "ping", "req_id": number}))
        answers = [json.loads(await client.recv()) for _ in range(100)]
        lost = [answer for answer in answers if answer == {"Error": "Exceeded msg rate"}]
        assert 0 < len(lost) < 100
        assert len(lost) + len([a for a in answers if a.get("method") == "pong"]) == 100

    play_kraken(scenario)


def test_a_command_that_was_one_too_many_can_be_said_again_a_second_later() -> None:
    now = [100.0]
    markets = {"BTC/USD": Market(7, CATALOGUE["BTCUSD"])}
    talk = V2Conversation(markets, 1, lambda: now[0])
    for _ in range(20):
        assert "pong" in str(talk.answer('{"method":"ping"}', 0)[0])
    command = '{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD"]}}'
    assert talk.answer(command, 0) == ['{"Error":"Exceeded msg rate"}']
    assert not talk.streams
    now[0] += 1.01
    assert '"success":true' in str(talk.answer(command, 1_795_435_200_000)[0])


def test_pongs_say_when_the_ping_came_and_the_pong_left() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await client.send('{"method":"ping","req_id":101}')
        pong = json.loads(await client.recv())
        assert pong == {
            "method": "pong",
            "req_id": 101,
            "time_in": "2026-11-23T12:00:00.000000Z",
            "time_out": "2026-11-23T12:00:00.000055Z",
        }
        assert await (await client.ping()) > 0

    play_kraken(scenario)


def test_an_ohlc_snapshot_is_short_ordered_and_without_empty_minutes() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await kraken.move(30 * SECOND)
        await subscribe(client, "ohlc", "BTC/USDT", "KSM/USDT", interval=1)
        frames = of(await heard(client), "ohlc", "snapshot")
        rows = {frame["data"][0]["symbol"]: frame["data"] for frame in frames}
        for found in rows.values():
            begins = [row["interval_begin"] for row in found]
            assert begins == sorted(set(begins))
            assert all(row["trades"] > 0 for row in found)
        assert len(rows["BTC/USDT"]) == 12
        forming = rows["BTC/USDT"][-1]
        assert forming["interval_begin"] == "2026-11-23T12:00:00.000000000Z"
        assert forming["timestamp"] == "2026-11-23T12:01:00.000000Z"
        assert len(rows["KSM/USDT"]) < 12
        assert frames[0]["timestamp"] == "2026-11-23T12:00:30.000000000Z"

    play_kraken(scenario)


def test_the_digits_of_numbers_on_the_wire_are_those_of_the_market() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "BTC/USDT", interval=1)
        await subscribe(client, "trade", "BTC/USDT")
        for frame in of(await heard(client), "ohlc") + of(await heard(client), "trade"):
            for row in frame["data"]:
                for name, digits in (("open", 2), ("vwap", 2), ("volume", 8), ("qty", 8)):
                    if name in row:
                        assert isinstance(row[name], Decimal)
                        assert row[name].as_tuple().exponent == -digits

    play_kraken(scenario)


def test_the_trades_of_a_snapshot_and_of_updates_are_one_row_without_a_jump() -> None:
    async def scenario(kraken: Kraken) -> None:
        client, late = await kraken.dial("/v2"), await kraken.dial("/v2")
        await subscribe(client, "trade", "ETH/USD", snapshot=True)
        for _ in range(4):
            await kraken.move(4_300)
        await subscribe(late, "trade", "ETH/USD")
        await kraken.move(4_300)
        for each in (client, late):
            frames = of(await heard(each), "trade")
            assert [f["type"] for f in frames][:2] == ["snapshot", "update"]
            assert len(frames[0]["data"]) == 50
            trades = [row for frame in frames for row in frame["data"]]
            assert len(trades) > 55
            for before, after in pairwise(trades):
                assert after["trade_id"] == before["trade_id"] + 1
                assert after["timestamp"] > before["timestamp"]

    play_kraken(scenario)


def test_tickers_follow_trades_and_agree_with_them() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ticker", "ETH/USD")
        await subscribe(client, "trade", "ETH/USD", snapshot=False)
        await kraken.move(3 * SECOND)
        messages = await heard(client)
        first, last = of(messages, "ticker")[0], of(messages, "ticker")[-1]
        assert (first["type"], last["type"]) == ("snapshot", "update")
        row = last["data"][0]
        assert row["last"] == of(messages, "trade")[-1]["data"][-1]["price"]
        start = row["last"] - row["change"]
        assert abs(row["change_pct"] - 100 * row["change"] / start) < Decimal("0.006")
        assert abs(row["change_pct"]) > Decimal("0.05")

    play_kraken(scenario)


def test_a_halted_market_is_acknowledged_shows_its_past_and_stays_silent() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "XMR/USDT")
        ack, snapshot = await heard(client)
        assert ack["success"]
        assert snapshot["data"][-1]["timestamp"] < "2026-06-01T00:02"
        await kraken.move(5 * MINUTE)
        assert of(await heard(client), "ohlc") == []

    play_kraken(scenario)
