"""A simulated Kraken on a clock that the test moves, and what to say to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession
from websockets.asyncio.client import ClientConnection

from tests.simulated import Exchange, Json, play
from tui.simulator.kraken.numbers import iso

_PINGS = 0.06  # seconds between two: more than 20 a second would be refused


class Kraken:
    """The running simulator; `watch` is a v2 connection that tells how far it is."""

    def __init__(self, exchange: Exchange, watch: ClientConnection) -> None:
        self.exchange = exchange
        self._watch = watch

    async def dial(self, path: str) -> ClientConnection:
        """Connect and read the greeting."""
        client = await self.exchange.dial(path)
        await client.recv()
        return client

    async def move(self, ms: int) -> None:
        """Set the clock forward and wait until all that is due then has been sent."""
        self.exchange.clock.now += ms
        reached = ""
        while reached < iso(self.exchange.clock.now * 1000):
            await asyncio.sleep(_PINGS)
            await self._watch.send('{"method":"ping"}')
            reached = json.loads(await self._watch.recv())["time_in"]

    async def get(self, name: str, **params: str | int) -> Json:
        async with (
            ClientSession(self.exchange.simulator.rest_url) as http,
            http.get(f"/0/public/{name}", params=params) as response,
        ):
            assert response.status == 200
            answer: Json = json.loads(await response.text(), parse_float=Decimal)
            return answer

    async def result(self, name: str, **params: str | int) -> Any:
        answer = await self.get(name, **params)
        assert answer["error"] == []
        return answer["result"]

    async def rows(self, name: str, **params: str | int) -> list[Any]:
        """The one member of the result that is not `last`."""
        result = await self.result(name, **params)
        (rows,) = (value for key, value in result.items() if key != "last")
        return list(rows)

    async def pages(self, since: int, **params: str) -> AsyncIterator[list[Any]]:
        """The pages of trades later than a time in ms, as long as there are rows."""
        last = str(since * 1_000_000)
        while True:
            result = await self.result("Trades", since=last, **params)
            last = result.pop("last")
            (rows,) = result.values()
            if not rows:
                return
            assert int(last) == rows[-1][2] * 10**9
            yield rows


def play_kraken(scenario: Callable[[Kraken], Awaitable[None]], **options: Any) -> None:
    async def with_watch(exchange: Exchange) -> None:
        watch = await exchange.dial("/v2")
        await watch.recv()
        await scenario(Kraken(exchange, watch))

    play(with_watch, dialect="kraken", **options)


async def heard(client: ClientConnection) -> list[Any]:
    """All that was sent to a v2 or v1 connection so far: its pong comes after it."""
    await client.send('{"method":"ping","event":"ping","req_id":4711,"reqid":4711}')
    messages: list[Any] = []
    while not (messages and _is_pong(messages[-1])):
        messages.append(json.loads(await client.recv(), parse_float=Decimal))
    return messages[:-1]


async def subscribe(client: ClientConnection, channel: str, *symbols: str, **params: Any) -> None:
    """On v2; `req_id` is a parameter like the others here."""
    await _command(client, "subscribe", channel, *symbols, **params)


async def unsubscribe(client: ClientConnection, channel: str, *symbols: str, **params: Any) -> None:
    await _command(client, "unsubscribe", channel, *symbols, **params)


async def subscribe_v1(client: ClientConnection, *pairs: str, reqid: int = 1, **what: Any) -> None:
    await _event(client, "subscribe", *pairs, reqid=reqid, **what)


async def unsubscribe_v1(client: ClientConnection, *pairs: str, **what: Any) -> None:
    await _event(client, "unsubscribe", *pairs, **what)


def of(messages: list[Any], channel: str, kind: str | None = None) -> list[Json]:
    """The v2 messages of a channel."""
    return [
        message
        for message in messages
        if message.get("channel") == channel and kind in (None, message.get("type"))
    ]


async def _command(
    client: ClientConnection, method: str, channel: str, *symbols: str, **params: Any
) -> None:
    id_ = {"req_id": params.pop("req_id")} if "req_id" in params else {}
    body = {"channel": channel, "symbol": list(symbols), **params}
    await client.send(json.dumps({"method": method, "params": body, **id_}))


async def _event(client: ClientConnection, event: str, *pairs: str, **what: Any) -> None:
    id_ = {"reqid": what.pop("reqid")} if "reqid" in what else {}
    body = {"event": event, "pair": list(pairs), "subscription": what, **id_}
    await client.send(json.dumps(body))


def _is_pong(message: Any) -> bool:
    return isinstance(message, dict) and 4711 in (message.get("req_id"), message.get("reqid"))
