"""A simulated exchange on a clock that the test moves, and clients to talk to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from aiohttp import ClientSession
from websockets.asyncio.client import ClientConnection, connect

from tui.market.interval import SECOND, Interval
from tui.simulator.binance.dialect import Binance
from tui.simulator.dialect import World
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator, wall_ms

NOON = 1_795_435_200_000
SECONDS = Interval.parse("1s")
TRADING = [
    name
    for name, market in Binance(World(0, wall_ms, Limits())).markets.items()
    if market.listing.until is None
]
TALKATIVE = Limits(messages_per_second=1000)
Json = dict[str, Any]


class Clock:
    """The exchange's time in ms: stands still until it is moved."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Exchange:
    """A running simulator, its clock, and clients that end with it."""

    def __init__(self, simulator: Simulator, clock: Clock, stack: AsyncExitStack) -> None:
        self.simulator = simulator
        self.clock = clock
        self._stack = stack

    async def dial(self, path: str, **options: Any) -> ClientConnection:
        url = self.simulator.ws_url + path
        return await self._stack.enter_async_context(
            connect(url, proxy=None, max_queue=None, **options)
        )

    async def klines(self, **params: str | int) -> list[list[Any]]:
        async with (
            ClientSession(self.simulator.rest_url) as http,
            http.get("/api/v3/klines", params=params) as response,
        ):
            assert response.status == 200
            rows: list[list[Any]] = await response.json()
            return rows


def play(
    scenario: Callable[[Exchange], Awaitable[None]], limits: Limits | None = None, **options: Any
) -> None:
    """Run it on a simulator with these limits and other arguments."""

    async def run() -> None:
        clock = Clock()
        async with (
            asyncio.timeout(10),
            Simulator(seed=7, clock=clock, limits=limits, **options) as simulator,
            AsyncExitStack() as stack,
        ):
            await scenario(Exchange(simulator, clock, stack))

    asyncio.run(run())


async def receive(client: ClientConnection) -> Json:
    frame: Json = json.loads(await client.recv())
    return frame


async def ask(client: ClientConnection, method: str, *params: object, id_: object = 1) -> Json:
    await client.send(json.dumps({"method": method, "params": list(params), "id": id_}))
    return await receive(client)


async def until(client: ClientConnection, wanted: Callable[[Json], bool]) -> list[Json]:
    """All frames up to the wanted one."""
    frames = [await receive(client)]
    while not wanted(frames[-1]):
        frames.append(await receive(client))
    return frames


async def closed_candles(client: ClientConnection, count: int) -> list[Json]:
    found: list[Json] = []
    while len(found) < count:
        kline = (await receive(client))["k"]
        if kline["x"]:
            found.append(kline)
    return found


def closes_last_second(exchange: Exchange, frame: Json) -> bool:
    kline = frame.get("data", frame)["k"]
    last = exchange.clock.now // SECOND * SECOND - SECOND
    return bool(kline["i"] == "1s" and kline["t"] == last and kline["x"])


async def eventually(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - the condition is in the server, which has no event for it
        await asyncio.sleep(0.01)


async def second_by_second(
    exchange: Exchange, client: ClientConnection, seconds: int
) -> AsyncIterator[Json]:
    """Move the clock on by single seconds; the frames of each, once its candle is closed."""
    for _ in range(seconds):
        exchange.clock.now += SECOND
        await eventually(lambda: closed_until(exchange) >= exchange.clock.now // SECOND * SECOND)
        for frame in await waiting(client):
            yield frame


def closed_until(exchange: Exchange) -> int:
    """The end (ms UTC) of the last 1s candle of BTCUSDT that is closed."""
    candles = exchange.simulator.ledger.candles("BTCUSDT", SECONDS)
    return candles[-1].open_time + SECOND if candles else 0


async def waiting(client: ClientConnection) -> list[Json]:
    """All frames sent so far: the reply to a command comes after them."""
    await client.send('{"method":"LIST_SUBSCRIPTIONS","id":99}')
    return (await until(client, lambda frame: frame.get("id") == 99))[:-1]
