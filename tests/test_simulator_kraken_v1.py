"""The simulated Kraken's WebSocket v1, the array protocol, over real sockets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulated_kraken import Kraken, heard, play_kraken, subscribe_v1, unsubscribe_v1
from tui.market.interval import MINUTE, SECOND


def _arrays(messages: list[Any], channel: str) -> list[Any]:
    return [m for m in messages if isinstance(m, list) and m[-2] == channel]


def test_a_system_status_comes_unasked() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.exchange.dial("/")
        status = json.loads(await client.recv())
        assert status.pop("connectionID") > 2**63
        assert status == {"event": "systemStatus", "status": "online", "version": "1.9.1"}

    play_kraken(scenario)


def test_each_pair_has_a_status_with_the_same_id_and_the_last_candle() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        await subscribe_v1(client, "XBT/USD", "ETH/XBT", reqid=42, name="ohlc", interval=5)
        first, candle, second, other = await heard(client)
        assert first.pop("channelID") == candle[0]
        assert first == {
            "channelName": "ohlc-5",
            "event": "subscriptionStatus",
            "pair": "XBT/USD",
            "reqid": 42,
            "status": "subscribed",
            "subscription": {"interval": 5, "name": "ohlc"},
        }
        assert (second["pair"], second["reqid"]) == ("ETH/XBT", 42)
        assert (candle[-2:], other[-2:]) == (["ohlc-5", "XBT/USD"], ["ohlc-5", "ETH/XBT"])
        assert [type(value) for value in candle[1]] == [str] * 8 + [int]

    play_kraken(scenario)


@pytest.mark.parametrize(
    ("pair", "what", "reason"),
    [
        ("BTC/USD", {"name": "ohlc"}, "Currency pair not supported BTC/USD"),
        ("XBTUSD", {"name": "ohlc"}, "Currency pair not in ISO 4217-A3 format XBTUSD"),
        ("XBT/USD", {"name": "ohlc", "interval": 3}, "Subscription ohlc interval not supported"),
        ("XBT/USD", {"name": "dance"}, "Subscription name invalid"),
    ],
)
def test_what_is_refused_has_an_error_message(pair: str, what: dict[str, Any], reason: str) -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        await subscribe_v1(client, pair, reqid=5, **what)
        (refused,) = await heard(client)
        assert refused == {
            "errorMessage": reason,
            "event": "subscriptionStatus",
            "pair": pair,
            "reqid": 5,
            "status": "error",
            "subscription": what,
        }

    play_kraken(scenario)


def test_a_candle_says_when_it_last_traded_and_when_it_ends() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        await subscribe_v1(client, "XBT/USDT", name="ohlc", interval=1)
        await subscribe_v1(client, "XBT/USDT", name="trade")
        await kraken.move(7 * SECOND)
        await kraken.move(MINUTE)
        messages = await heard(client)
        trades = [row for array in _arrays(messages, "trade") for row in array[1]]
        old, *candles = (array[1] for array in _arrays(messages, "ohlc-1"))
        assert old[1] == "1795435200.000000"
        assert {c[1] for c in candles} == {"1795435260.000000", "1795435320.000000"}
        assert candles[-1][0] == trades[-1][2]
        assert float(candles[-1][1]) - 60 <= float(candles[-1][0]) < float(candles[-1][1])
        final = [c for c in candles if c[1] == "1795435260.000000"][-1]
        inside = [row for row in trades if float(row[2]) < 1795435260]
        assert final[8] == len(inside)
        assert final[5] == inside[-1][0]
        assert sum(round(float(row[1]) * 1e8) for row in inside) == round(float(final[7]) * 1e8)
        assert {len(row) for row in trades} == {6}

    play_kraken(scenario)


def test_the_last_candle_is_sent_however_old_it_is() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        await subscribe_v1(client, "XMR/USDT", name="ohlc", interval=1)
        _, candle = await heard(client)
        assert float(candle[1][1]) < kraken.exchange.clock.now / 1000 - 100 * 86_400

    play_kraken(scenario)


def test_a_pair_may_have_several_intervals_and_lose_one() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        for minutes in (1, 5):
            await subscribe_v1(client, "XBT/USD", name="ohlc", interval=minutes)
        await unsubscribe_v1(client, "XBT/USD", name="ohlc", interval=1)
        await unsubscribe_v1(client, "XBT/USD", name="ohlc", interval=1)
        done, unknown = (await heard(client))[-2:]
        assert (done["status"], done["channelName"]) == ("unsubscribed", "ohlc-1")
        assert unknown["errorMessage"] == "Subscription Not Found"
        await kraken.move(10 * SECOND)
        messages = await heard(client)
        assert not _arrays(messages, "ohlc-1")
        assert _arrays(messages, "ohlc-5")

    play_kraken(scenario)


def test_tickers_have_today_beside_the_last_24_hours() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        await subscribe_v1(client, "XBT/USD", name="ticker")
        _, first = await heard(client)
        await kraken.move(2 * SECOND)
        (update,) = await heard(client)
        for array in (first, update):
            assert array[-2:] == ["ticker", "XBT/USD"]
            body = array[1]
            assert list(body) == ["a", "b", "c", "v", "p", "t", "l", "h", "o"]
            assert float(body["v"][0]) < float(body["v"][1])
            assert float(body["h"][0]) <= float(body["h"][1])
            assert isinstance(body["a"][1], int)
        assert first[1]["t"][0] < update[1]["t"][0]

    play_kraken(scenario)


def test_heartbeats_come_when_nothing_else_does() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        await subscribe_v1(client, "XMR/USDT", name="trade")
        for _ in range(4):
            await kraken.move(SECOND)
        assert (await heard(client))[1:] == [{"event": "heartbeat"}] * 3

    play_kraken(scenario)


def test_pings_are_answered_and_what_is_no_command_is_refused() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        await client.send('{"event":"ping","reqid":42}')
        await client.send('{"event":"dance","reqid":43}')
        await client.send("no json")
        assert await heard(client) == [
            {"event": "pong", "reqid": 42},
            {"errorMessage": "Malformed request", "event": "error", "reqid": 43},
            {"errorMessage": "Malformed request", "event": "error"},
        ]

    play_kraken(scenario)


def test_a_burst_of_commands_loses_those_that_are_too_many() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/")
        for number in range(100):
            await client.send(json.dumps({"event": "ping", "reqid": number}))
        answers = [json.loads(await client.recv()) for _ in range(100)]
        lost = [answer for answer in answers if answer["event"] == "error"]
        assert 0 < len(lost) < 100
        assert {answer["errorMessage"] for answer in lost} == {"Exceeded msg rate"}

    play_kraken(scenario)
