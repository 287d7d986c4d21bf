"""Limits that really refuse, and faults that can be called for."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.simulated import (
    NOON,
    SECONDS,
    Exchange,
    ask,
    closed_candles,
    closes_last_second,
    eventually,
    play,
    receive,
    until,
)
from tui.errors import TradexError
from tui.market.interval import SECOND
from tui.simulator.background import BackgroundSimulator
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator


def test_more_than_five_messages_a_second_end_the_connection() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        with pytest.raises(ConnectionClosed):
            for _ in range(6):
                await ask(client, "LIST_SUBSCRIPTIONS")
        assert client.close_code == 1008

    play(scenario)


def test_dials_are_limited() -> None:
    async def scenario(exchange: Exchange) -> None:
        await exchange.dial("/ws")
        await exchange.dial("/ws")
        with pytest.raises(InvalidStatus) as refused:
            await exchange.dial("/ws")
        assert refused.value.response.status_code == 429
        assert int(refused.value.response.headers["Retry-After"]) in range(290, 302)

    play(scenario, Limits(connections_per_5_minutes=2))


def test_pings_are_sent_and_pongs_keep_the_connection() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws", ping_interval=None)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), 0.3)
        assert await ask(client, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    # Every pong counts as a message, as documented.
    play(scenario, Limits(ping_every=0.02, pong_timeout=0.1, messages_per_second=1000))


def test_a_client_without_pongs_is_told_pong_timeout() -> None:
    async def scenario(exchange: Exchange) -> None:
        async with (
            ClientSession() as http,
            http.ws_connect(exchange.simulator.ws_url + "/ws", autoping=False) as client,
        ):
            messages = [message async for message in client]
            assert messages
            assert client.close_code == 1008

    play(scenario, Limits(ping_every=0.02, pong_timeout=0.1))


def test_pings_of_the_client_are_answered_even_in_a_stall() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@kline_1s")
        exchange.clock.now += 2 * SECOND
        await receive(client)
        exchange.simulator.stall(0.4)
        exchange.clock.now += 10 * SECOND
        await (await client.ping())
        ledger = exchange.simulator.ledger
        await eventually(lambda: len(ledger.candles("BTCUSDT", SECONDS)) >= 11)
        exchange.clock.now += 2 * SECOND
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), 0.15)
        await asyncio.sleep(0.4)
        exchange.clock.now += 5 * SECOND
        assert (await closed_candles(client, 1))[0]["t"] > NOON + 11 * SECOND

    play(scenario)


def test_a_drop_resets_and_leaves_the_door_open() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        exchange.simulator.drop()
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 1006
        again = await exchange.dial("/ws")
        assert await ask(again, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    play(scenario)


def test_refusing_drops_everyone_and_answers_503_until_it_is_over() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        exchange.simulator.refuse(0.5)
        with pytest.raises(ConnectionClosed):
            await client.recv()
        with pytest.raises(InvalidStatus) as refused:
            await exchange.dial("/ws")
        assert refused.value.response.status_code == 503
        url = exchange.simulator.rest_url + "/api/v3/ping"
        async with ClientSession() as http, http.get(url) as response:
            assert response.status == 503
        while True:
            try:
                await exchange.dial("/ws")
                break
            except InvalidStatus:
                await asyncio.sleep(0.05)

    play(scenario)


def test_a_close_has_its_code_and_reason() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        exchange.simulator.close(1012, "maintenance")
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert (client.close_code, client.close_reason) == (1012, "maintenance")

    play(scenario)


_UPGRADE = (
    "GET /ws/{names} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)


def test_a_client_that_does_not_read_is_dropped_and_holds_up_nobody() -> None:
    async def scenario(exchange: Exchange) -> None:
        host, port = exchange.simulator.ws_url.removeprefix("ws://").split(":")
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect((host, int(port)))
        reader, writer = await asyncio.open_connection(sock=narrow, limit=1024)
        writer.write(
            _UPGRADE.format(names="btcusdt@aggTrade/ethusdt@aggTrade/solusdt@aggTrade").encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        quick = await exchange.dial("/ws/btcusdt@kline_1s")
        exchange.clock.now += 500
        while exchange.simulator.clients > 1:
            exchange.clock.now += 50 * SECOND
            await until(quick, lambda frame: closes_last_second(exchange, frame))
        with pytest.raises(ConnectionError):
            while await reader.read(1_000_000):
                pass
        writer.close()

    play(scenario, Limits(queued_frames=1500))


def test_a_port_in_use_is_a_plain_sentence() -> None:
    async def scenario(exchange: Exchange) -> None:
        port = int(exchange.simulator.ws_url.rsplit(":", 1)[1])
        with pytest.raises(TradexError, match=f"Port {port} on 127.0.0.1 is in use"):
            await Simulator(port=port).start()

    play(scenario)


def test_a_background_simulator_takes_faults_from_any_thread() -> None:
    async def scenario(background: BackgroundSimulator) -> None:
        async with connect(background.ws_url + "/ws", proxy=None) as client:
            background.close(1001, "away")
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert client.close_code == 1001
        async with connect(background.ws_url + "/ws", proxy=None) as client:
            background.drop()
            with pytest.raises(ConnectionClosed):
                await client.recv()
        background.refuse(60)
        with pytest.raises(InvalidStatus):
            await connect(background.ws_url + "/ws", proxy=None)

    with BackgroundSimulator(Simulator(seed=7)) as background:
        asyncio.run(asyncio.wait_for(scenario(background), 10))
    with pytest.raises(OSError):
        asyncio.run(connect(background.ws_url + "/ws", proxy=None).__aenter__())
