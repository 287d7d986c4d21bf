"""The simulated exchange in the charting guide's protocol, over real sockets and HTTP."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.simulated import NOON, Clock, Exchange, Json, eventually, play, receive, until
from tui.market.interval import MINUTE, SECOND, Interval
from tui.simulator.faults import Answer, BadPage, Gap, Revise, Shutdown, Withhold
from tui.simulator.server import Simulator

_SECONDS = Interval.parse("1s")
_MINUTES = Interval.parse("1m")
_VALUES = ("open", "high", "low", "close", "volume")


async def _send(client: ClientConnection, **message: object) -> None:
    await client.send(json.dumps(message))


async def _subscribe(client: ClientConnection, symbol: str, **more: str) -> None:
    await _send(client, type="subscribe", symbol=symbol, channel="candles", **more)
    await _send(client, type="ping")  # subscriptions are not acknowledged
    assert await receive(client) == {"type": "pong"}


async def _get(exchange: Exchange, path: str, **query: str | int) -> tuple[int, Any]:
    async with (
        ClientSession(exchange.simulator.rest_url) as http,
        http.get(path, params=query) as response,
    ):
        return response.status, await response.json()


async def _seconds(exchange: Exchange, client: ClientConnection, count: int) -> list[Json]:
    """What is heard of 1s candles in so many more seconds of the clock, up to each one's close."""
    heard: list[Json] = []
    for _ in range(count):
        _second(exchange)
        heard += await until(client, partial(_closes, exchange.clock.now))
    return heard


def _second(exchange: Exchange) -> None:
    """To the middle of the next second, when the last one's candle has closed."""
    exchange.clock.now += SECOND + (SECOND // 2 - exchange.clock.now) % SECOND


def _closes(now: int, frame: Json) -> bool:
    return bool(frame["isClosed"] and frame["timestamp"] == now // SECOND * SECOND - SECOND)


async def _kept(exchange: Exchange, symbol: str, count: int) -> None:
    await eventually(lambda: len(exchange.simulator.ledger.candles(symbol, _SECONDS)) >= count)


@pytest.mark.parametrize("path", ["/", "/ws"])
def test_candles_come_as_the_guide_has_them(path: str) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial(path)
        await _subscribe(client, "EURUSD")
        exchange.clock.now += 30 * SECOND
        frame = await receive(client)
        assert frame.items() >= {"type": "candle", "symbol": "EURUSD", "interval": "1m"}.items()
        assert (frame["timestamp"], frame["isClosed"]) == (NOON, False)
        assert all(isinstance(frame[name], float) for name in _VALUES)

    play(scenario, dialect="json")


def test_a_close_comes_late_and_equals_ledger_and_history() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await _subscribe(client, "EURUSD")
        await _subscribe(client, "EURUSD", interval="1s")
        exchange.clock.now += MINUTE + 49
        await _kept(exchange, "EURUSD", 59)
        assert exchange.simulator.ledger.candles("EURUSD", _MINUTES) == []
        exchange.clock.now += 400
        (*_, close) = await until(client, lambda f: f["isClosed"] and f["interval"] == "1m")
        (kept,) = exchange.simulator.ledger.candles("EURUSD", _MINUTES)
        _, rows = await _get(exchange, "/ohlcv", symbol="EURUSD", timeframe="1m", start=NOON)
        assert rows[0] == [close["timestamp"], *(close[name] for name in _VALUES)]
        assert rows[0] == [kept.open_time, *(getattr(kept, name) for name in _VALUES)]
        assert [row[0] for row in rows] == [NOON, NOON + MINUTE]

    play(scenario, dialect="json")


def test_who_unsubscribes_hears_no_more() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        for symbol in ("BTCUSDT", "ETHUSDT"):
            await _subscribe(client, symbol, interval="1s")
        await _send(client, type="unsubscribe", symbol="BTCUSDT", interval="1s")
        await _send(client, type="ping", id=8)
        assert (await receive(client)) == {"type": "pong", "id": 8}
        heard = await _seconds(exchange, client, 3)
        assert {frame["symbol"] for frame in heard} == {"ETHUSDT"}

    play(scenario, dialect="json")


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"type": "subscribe", "symbol": "NOPE"}, {"symbol": "NOPE", "message": "Unknown symbol"}),
        ({"type": "subscribe", "symbol": "EURUSD", "channel": "book"}, {"symbol": "EURUSD"}),
        ({"type": "subscribe", "symbol": "EURUSD", "interval": "7m"}, {"symbol": "EURUSD"}),
        ({"type": "hello"}, {"message": "Unknown message type"}),
        ([], {"message": "The message is not a JSON object"}),
    ],
)
def test_what_cannot_be_is_answered_with_an_error(message: Any, error: Json) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await client.send(json.dumps(message))
        assert (await receive(client)).items() >= {"type": "error", **error}.items()

    play(scenario, dialect="json")


def test_a_token_opens_the_feed() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await _send(client, type="auth", token="open sesame")
        assert await receive(client) == {"type": "authenticated"}
        await _subscribe(client, "BTCUSDT", interval="1s")
        assert await _seconds(exchange, client, 1)

    play(scenario, dialect="json", token="open sesame")


@pytest.mark.parametrize(
    "message",
    [
        {"type": "auth", "token": "guess"},
        {"type": "auth"},
        {"type": "subscribe", "symbol": "BTCUSDT", "channel": "candles"},
    ],
)
def test_without_the_token_the_feed_is_closed_with_4001(message: Json) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await _send(client, **message)
        refusal = await receive(client)
        assert refusal.items() >= {"type": "error", "code": "auth"}.items()
        with pytest.raises(ConnectionClosed) as end:
            await receive(client)
        assert end.value.rcvd and end.value.rcvd.code == 4001

    play(scenario, dialect="json", token="open sesame")


def test_history_is_the_newest_rows_or_those_from_a_start_on() -> None:
    async def scenario(exchange: Exchange) -> None:
        _, newest = await _get(exchange, "/ohlcv", symbol="GBPUSD", timeframe="5m", limit=3)
        assert [row[0] for row in newest] == [NOON - 10 * MINUTE, NOON - 5 * MINUTE, NOON]
        query: dict[str, str | int] = {"symbol": "GBPUSD", "timeframe": "5m", "limit": 2}
        _, first = await _get(exchange, "/ohlcv", **query, start=NOON - 10 * MINUTE)
        assert first == newest[:2]
        assert await _get(exchange, "/ohlcv", **query, start=NOON + 1) == (200, [])

    play(scenario, dialect="json")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"symbol": "NOPE"}, 404),
        ({}, 404),
        ({"symbol": "EURUSD", "timeframe": "7m"}, 400),
        ({"symbol": "EURUSD", "limit": "0"}, 400),
        ({"symbol": "EURUSD", "start": "9" * 30}, 400),
    ],
)
def test_a_question_that_cannot_be_answered_has_a_status_and_an_error(
    query: dict[str, str], status: int
) -> None:
    async def scenario(exchange: Exchange) -> None:
        found, body = await _get(exchange, "/ohlcv", **query)
        assert (found, body.keys()) == (status, {"error"})

    play(scenario, dialect="json")


def test_started_again_it_continues_the_ledger_without_a_hole(tmp_path: Path) -> None:
    clock = Clock()

    async def run(seconds: int) -> None:
        async with (
            Simulator(dialect="json", seed=7, clock=clock, ledger=tmp_path / "ledger") as simulator,
            ClientSession() as http,
            http.ws_connect(simulator.ws_url) as socket,
        ):
            await socket.send_json({"type": "subscribe", "symbol": "EURUSD", "interval": "1s"})
            await socket.send_json({"type": "ping"})
            await socket.receive()
            clock.now += seconds * SECOND
            await eventually(lambda: _last(simulator) == clock.now - 2 * SECOND)

    def _last(simulator: Simulator) -> int:
        candle = simulator.ledger.last("EURUSD", _SECONDS)
        return candle.open_time if candle else 0

    asyncio.run(run(5))
    clock.now += 20 * SECOND
    asyncio.run(run(5))
    lines = [json.loads(line) for line in (tmp_path / "ledger").read_text().splitlines()]
    assert {(line["exchange"], line["symbol"]) for line in lines} == {("json", "EURUSD")}
    times = [line["open_time"] for line in lines]
    assert times == list(range(NOON, NOON + 29 * SECOND, SECOND))


def test_a_gap_takes_a_whole_candle_of_one_symbol() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await _subscribe(client, "BTCUSDT", interval="1s")
        exchange.simulator.inject(Gap(symbol="BTCUSDT"))
        _second(exchange)
        await _kept(exchange, "BTCUSDT", 1)
        heard = await _seconds(exchange, client, 2)
        assert {frame["timestamp"] for frame in heard if frame["isClosed"]} == {
            NOON + SECOND,
            NOON + 2 * SECOND,
        }
        assert all(frame["timestamp"] > NOON for frame in heard)

    play(scenario, dialect="json")


def test_a_close_may_be_withheld_or_revised() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await _subscribe(client, "BTCUSDT", interval="1s")
        exchange.simulator.inject(Withhold(1))
        _second(exchange)
        await _kept(exchange, "BTCUSDT", 1)
        exchange.simulator.inject(Revise(1, after=0.1))
        _second(exchange)
        (*_, wrong) = await until(client, lambda frame: frame["isClosed"])
        (*_, right) = await until(client, lambda frame: frame["isClosed"])
        kept = exchange.simulator.ledger.candles("BTCUSDT", _SECONDS)[-1]
        assert wrong["timestamp"] == right["timestamp"] == kept.open_time == NOON + SECOND
        assert wrong["high"] > right["high"] == kept.high
        assert wrong["volume"] > right["volume"] == kept.volume

    play(scenario, dialect="json")


def test_the_end_is_not_announced_but_comes() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        exchange.simulator.inject(Shutdown(0.05))
        with pytest.raises(ConnectionClosed) as end:
            await client.recv()
        assert end.value.rcvd and end.value.rcvd.code == 1001

    play(scenario, dialect="json")


def test_refusals_and_bad_pages_are_the_feeds_own() -> None:
    async def scenario(exchange: Exchange) -> None:
        query: dict[str, str | int] = {"symbol": "EURUSD", "limit": 4}
        _, true = await _get(exchange, "/ohlcv", **query)
        exchange.simulator.inject(BadPage("overlap", 60))
        _, early = await _get(exchange, "/ohlcv", **query)
        assert [row[0] for row in early] == [row[0] - 2 * MINUTE for row in true]
        exchange.simulator.lift()
        exchange.simulator.inject(BadPage("empty", 60))
        assert await _get(exchange, "/ohlcv", **query) == (200, [])
        assert (await _get(exchange, "/ohlcv", symbol="NOPE"))[0] == 404
        exchange.simulator.inject(Answer(429, 60))
        assert await _get(exchange, "/ohlcv", **query) == (429, {"error": "Too many requests"})

    play(scenario, dialect="json")
