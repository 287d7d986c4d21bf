"""Faults mean the same on every exchange: each dialect's clients meet them in its own words."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.simulated import TALKATIVE, Exchange, Json, eventually, play, receive, until
from tui.errors import UsageError
from tui.market.interval import SECOND
from tui.simulator.faults import (
    Answer,
    At,
    BadPage,
    Burst,
    Close,
    Drop,
    Duplicate,
    Forget,
    Garbage,
    Refuse,
    Reorder,
    Shutdown,
    Slow,
    Stall,
)
from tui.simulator.server import Simulator


@dataclass(frozen=True, slots=True)
class Speaker:
    """A client's words: how it asks for two busy symbols, what an answer is and what data are."""

    dialect: str
    path: str
    history: str
    ask: tuple[Json, ...]
    answers: Callable[[Json], bool]
    symbol: Callable[[Json], object]

    def __str__(self) -> str:
        return self.dialect


SPEAKERS = [
    Speaker(
        "binance",
        "/ws",
        "/api/v3/klines?symbol=BTCUSDT&interval=1m",
        ({"method": "SUBSCRIBE", "params": ["btcusdt@kline_1s", "ethusdt@kline_1s"], "id": 1},),
        lambda frame: "id" in frame,
        lambda frame: frame.get("s"),
    ),
    Speaker(
        "coinbase",
        "/",
        "/products/BTC-USD/candles?granularity=60",
        (
            {
                "type": "subscribe",
                "product_ids": ["BTC-USD", "ETH-USD"],
                "channels": ["matches"],
            },
        ),
        lambda frame: frame.get("type") == "subscriptions",
        lambda frame: frame.get("type") == "match" and frame["product_id"],
    ),
    Speaker(
        "json",
        "/ws",
        "/ohlcv?symbol=BTCUSDT",
        (
            *(
                {"type": "subscribe", "symbol": name, "channel": "candles", "interval": "1s"}
                for name in ("BTCUSDT", "ETHUSDT")
            ),
            {"type": "ping"},
        ),
        lambda frame: frame.get("type") == "pong",
        lambda frame: frame.get("type") == "candle" and frame["symbol"],
    ),
    Speaker(
        "kraken",
        "/v2",
        "/0/public/OHLC?pair=XBTUSD",
        (
            {
                "method": "subscribe",
                "params": {"channel": "trade", "symbol": ["BTC/USD", "ETH/USD"], "snapshot": False},
            },
            {"method": "ping"},
        ),
        lambda frame: frame.get("method") == "pong",
        lambda frame: frame.get("channel") == "trade" and frame["data"][0]["symbol"],
    ),
]
each = pytest.mark.parametrize("speaker", SPEAKERS, ids=str)


async def _dialled(exchange: Exchange, speaker: Speaker) -> ClientConnection:
    client = await exchange.dial(speaker.path)
    await _answered(client, speaker)
    return client


async def _answered(client: ClientConnection, speaker: Speaker) -> list[Json]:
    """Ask, and return what came up to the answer."""
    for message in speaker.ask:
        await client.send(json.dumps(message))
    return await until(client, speaker.answers)


async def _seconds(
    exchange: Exchange, client: ClientConnection, speaker: Speaker, count: int
) -> list[Json]:
    """All data of so many seconds of the clock, with whatever a fault makes of them."""
    start = exchange.clock.now
    for _ in range(count):
        exchange.clock.now += SECOND
        await _moved(exchange)
    assert exchange.clock.now == start + count * SECOND
    return [frame for frame in await _answered(client, speaker) if speaker.symbol(frame)]


async def _moved(exchange: Exchange) -> None:
    """Until all has been sent that is due."""
    await eventually(lambda: exchange.simulator._broadcast._now >= exchange.clock.now)


async def _status(exchange: Exchange, path: str) -> tuple[int, str]:
    async with ClientSession(exchange.simulator.rest_url) as http, http.get(path) as response:
        return response.status, await response.text()


def _play(speaker: Speaker, scenario: Any) -> None:
    play(scenario, TALKATIVE, dialect=speaker.dialect)


def test_an_unknown_dialect_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"Unknown dialect 'binanse'\. Did you mean binance"):
        Simulator(dialect="binanse")


@each
@pytest.mark.parametrize(("fault", "code"), [(Drop(), None), (Close(1012), 1012)])
def test_connections_end(speaker: Speaker, fault: Drop | Close, code: int | None) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.simulator.inject(fault)
        with pytest.raises(ConnectionClosed) as end:
            while True:
                await client.recv()
        assert (end.value.rcvd and end.value.rcvd.code) == code

    _play(speaker, scenario)


@each
def test_a_shutdown_ends_with_1001_whether_it_is_announced_or_not(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.simulator.inject(Shutdown(0.05))
        with pytest.raises(ConnectionClosed) as end:
            while True:
                await client.recv()
        assert end.value.rcvd and end.value.rcvd.code == 1001

    _play(speaker, scenario)


@each
def test_who_is_refused_meets_it_at_both_doors(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.simulator.inject(Refuse(60.0))
        with pytest.raises(ConnectionClosed):
            while True:
                await client.recv()
        with pytest.raises(InvalidStatus, match="503"):
            await exchange.dial(speaker.path)
        assert (await _status(exchange, speaker.history))[0] == 503
        exchange.simulator.lift()
        await _dialled(exchange, speaker)

    _play(speaker, scenario)


@each
def test_answers_and_delays_are_for_upgrades_or_for_history(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(Answer(502, 60, At.UPGRADE))
        with pytest.raises(InvalidStatus, match="502"):
            await exchange.dial(speaker.path)
        assert (await _status(exchange, speaker.history))[0] == 200
        exchange.simulator.lift()
        exchange.simulator.inject(Slow(0.3, 60, At.REST))
        begun = time.monotonic()
        await _dialled(exchange, speaker)
        await _status(exchange, speaker.history)
        assert time.monotonic() - begun >= 0.3

    _play(speaker, scenario)


@each
def test_history_may_be_empty_cut_or_garbage(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        _, true = await _status(exchange, speaker.history)
        exchange.simulator.inject(BadPage("empty", 60))
        status, text = await _status(exchange, speaker.history)
        assert status == 200 and len(text) < len(true) / 2
        exchange.simulator.lift()
        exchange.simulator.inject(BadPage("garbage", 60))
        assert (await _status_of_bytes(exchange, speaker.history)) != true.encode()
        exchange.simulator.lift()
        assert (await _status(exchange, speaker.history)) == (200, true)

    _play(speaker, scenario)


async def _status_of_bytes(exchange: Exchange, path: str) -> bytes:
    async with ClientSession(exchange.simulator.rest_url) as http, http.get(path) as response:
        return await response.read()


@each
def test_a_stall_loses_data_and_answers_commands(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.simulator.inject(Stall(60.0))
        assert await _seconds(exchange, client, speaker, 3) == []
        exchange.simulator.lift()
        assert await _seconds(exchange, client, speaker, 3)

    _play(speaker, scenario)


@each
def test_one_stream_of_two_may_be_forgotten(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.simulator.inject(Forget(1))
        assert len({speaker.symbol(f) for f in await _seconds(exchange, client, speaker, 4)}) == 1
        exchange.simulator.lift()
        assert len({speaker.symbol(f) for f in await _seconds(exchange, client, speaker, 4)}) == 2

    _play(speaker, scenario)


@each
def test_every_frame_may_come_twice(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.simulator.inject(Duplicate(60.0))
        frames = await _seconds(exchange, client, speaker, 3)
        assert frames and frames[::2] == frames[1::2]

    _play(speaker, scenario)


@each
def test_frames_may_overtake_each_other(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        assert _in_order(await _seconds(exchange, client, speaker, 4))
        exchange.simulator.inject(Reorder(60.0, window=0.2))
        exchange.clock.now += 4 * SECOND
        frames: list[Json] = []
        while _in_order(frames):
            frames += [frame for frame in [await receive(client)] if speaker.symbol(frame)]

    def _in_order(frames: list[Json]) -> bool:
        return all(
            _moment(a) <= _moment(b)
            for name in {speaker.symbol(frame) for frame in frames}
            for a, b in pairwise(f for f in frames if speaker.symbol(f) == name)
        )

    def _moment(frame: Json) -> Any:
        frame = frame["data"][0] if "data" in frame else frame
        return frame["k"]["t"] if "k" in frame else frame.get("trade_id") or frame["timestamp"]

    _play(speaker, scenario)


@each
def test_garbage_comes_between_true_frames(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.simulator.inject(Garbage(60.0))
        exchange.clock.now += 3 * SECOND
        messages = [await client.recv() for _ in range(8)]
        good = [m for m in messages if isinstance(m, str) and speaker.symbol(_read(m))]
        assert 0 < len(good) < len(messages)

    _play(speaker, scenario)


def _read(text: str) -> Json:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    return message if isinstance(message, dict) else {}


@each
def test_a_burst_repeats_what_was_last_said(speaker: Speaker) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await _dialled(exchange, speaker)
        exchange.clock.now += 3 * SECOND // 2  # a candle is forming: closes are not repeated
        await until(client, lambda frame: bool(speaker.symbol(frame)))
        exchange.simulator.inject(Burst(2000.0, 60.0))
        for _ in range(1000):
            assert speaker.symbol(await receive(client))

    _play(speaker, scenario)
