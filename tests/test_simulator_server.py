"""The simulated exchange's streams over real WebSockets, on a clock that the tests move."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tui.errors import TradexError
from tui.market.interval import MINUTE, SECOND, Interval
from tui.simulator.background import BackgroundSimulator
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator

_NOON = 1_795_435_200_000
_SECONDS = Interval.parse("1s")
Frame = dict[str, Any]


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


class Clock:
    """The exchange's time in ms: stands still until it is moved."""

    def __init__(self, now: int = _NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def play(scenario: Callable[[Exchange], Awaitable[None]], limits: Limits = Limits()) -> None:  # noqa: B008
    async def run() -> None:
        clock = Clock()
        async with (
            asyncio.timeout(10),
            Simulator(seed=7, clock=clock, limits=limits) as simulator,
            AsyncExitStack() as stack,
        ):
            await scenario(Exchange(simulator, clock, stack))

    asyncio.run(run())


async def receive(client: ClientConnection) -> Frame:
    frame: Frame = json.loads(await client.recv())
    return frame


async def ask(client: ClientConnection, method: str, *params: object, id_: object = 1) -> Frame:
    await client.send(json.dumps({"method": method, "params": list(params), "id": id_}))
    return await receive(client)


async def until(client: ClientConnection, wanted: Callable[[Frame], bool]) -> list[Frame]:
    """All frames up to the wanted one."""
    frames = [await receive(client)]
    while not wanted(frames[-1]):
        frames.append(await receive(client))
    return frames


async def closed_candles(client: ClientConnection, count: int) -> list[Frame]:
    found: list[Frame] = []
    while len(found) < count:
        kline = (await receive(client))["k"]
        if kline["x"]:
            found.append(kline)
    return found


def closes_last_second(exchange: Exchange, frame: Frame) -> bool:
    kline = frame.get("data", frame)["k"]
    last = exchange.clock.now // SECOND * SECOND - SECOND
    return bool(kline["i"] == "1s" and kline["t"] == last and kline["x"])


async def eventually(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - the condition is in the server, which has no event for it
        await asyncio.sleep(0.01)


def test_commands_are_answered_without_wrapping() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/stream")
        name = "btcusdt@kline_1m"
        assert await ask(client, "SUBSCRIBE", name, id_=7) == {"result": None, "id": 7}
        assert await ask(client, "LIST_SUBSCRIPTIONS", id_="a") == {"result": [name], "id": "a"}
        assert await ask(client, "UNSUBSCRIBE", name) == {"result": None, "id": 1}
        assert await ask(client, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    play(scenario)


@pytest.mark.parametrize(
    ("text", "code", "id_"),
    [
        ("{", 3, None),
        ("[]", 2, None),
        ('{"id":3}', 2, 3),
        ('{"method":"DANCE","id":3}', 2, 3),
        ('{"method":"SUBSCRIBE","id":3}', 2, 3),
        ('{"method":"SUBSCRIBE","params":[1],"id":3}', 2, 3),
        ('{"method":"SUBSCRIBE","params":[],"id":1.5}', 2, None),
        ('{"method":"SET_PROPERTY","params":["colour",true],"id":3}', 0, 3),
        ('{"method":"SET_PROPERTY","params":["combined",1],"id":3}', 1, 3),
        ('{"method":"SUBSCRIBE","params":["a","b","c"],"id":3}', 4, 3),
    ],
)
def test_bad_commands_are_answered_with_a_nested_error(text: str, code: int, id_: object) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await client.send(text)
        answer = await receive(client)
        assert answer["error"]["code"] == code
        assert answer.get("id") == id_

    play(scenario, Limits(streams_per_connection=2))


def test_a_command_is_cut_at_4096_bytes() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        answer = await ask(client, "SUBSCRIBE", *["btcusdt@kline_1m"] * 300)
        text = "Invalid JSON: EOF while parsing a string at line 1 column 4096"
        assert answer == {"error": {"code": 3, "msg": text}}
        assert await ask(client, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    play(scenario)


def test_unknown_streams_are_acknowledged_and_never_send() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/stream")
        strange = ["nosuch@kline_1s", "BTCUSDT@kline_1s", "btcusdt@kline_7s", "btcusdt", "x@y@z"]
        assert await ask(client, "SUBSCRIBE", *strange) == {"result": None, "id": 1}
        await ask(client, "SUBSCRIBE", "xmrusdt@kline_1s", "xmrusdt@aggTrade", "btcusdt@kline_1s")
        exchange.clock.now += 5 * SECOND + 500
        frames = await until(client, lambda frame: frame["data"]["k"]["t"] == _NOON + 4 * SECOND)
        assert {frame["stream"] for frame in frames} == {"btcusdt@kline_1s"}

    play(scenario)


def test_raw_urls_give_bare_events_and_combined_urls_wrapped_ones() -> None:
    async def scenario(exchange: Exchange) -> None:
        raw = await exchange.dial("/ws/btcusdt@kline_1s/ethusdt@kline_1s")
        combined = await exchange.dial("/stream?streams=btcusdt@kline_1s/ethusdt@kline_1s")
        exchange.clock.now += 2 * SECOND
        bare, wrapped = await receive(raw), await receive(combined)
        assert bare["e"] == "kline"
        assert wrapped.keys() == {"stream", "data"}
        assert wrapped["stream"] == f"{wrapped['data']['s'].lower()}@kline_1s"
        await raw.send('{"method":"SET_PROPERTY","params":["combined",true],"id":1}')
        await until(raw, lambda frame: "result" in frame)
        exchange.clock.now += SECOND
        assert "stream" in await receive(raw)

    play(scenario)


def test_closed_frames_rest_rows_and_the_ledger_are_one() -> None:
    async def scenario(exchange: Exchange) -> None:
        names = ("BTCUSDT", "KSMUSDT", "XMRBTC")
        for name in names:
            client = await exchange.dial(f"/ws/{name.lower()}@kline_1s")
            exchange.clock.now += 40 * SECOND
            frames = await closed_candles(client, 39)
            rows = await exchange.klines(
                symbol=name, interval="1s", startTime=frames[0]["t"], limit=len(frames)
            )
            keys = ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")
            assert [[frame[key] for key in keys] for frame in frames] == rows
            ledger = {c.open_time: c for c in exchange.simulator.ledger.candles(name, _SECONDS)}
            for frame in frames:
                written = tuple(float(frame[key]) for key in ("o", "h", "l", "c", "v"))
                assert ledger[frame["t"]].values == written

    play(scenario)


def test_candles_close_late_once_each_and_without_trades_too() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/dotbtc@kline_1m")
        exchange.clock.now += 12 * MINUTE + 40
        seen: list[Frame] = []
        while len(seen) < 11:
            frame = await receive(client)
            if frame["k"]["x"]:
                seen.append(frame["k"])
        assert [kline["t"] for kline in seen] == [_NOON + i * MINUTE for i in range(11)]
        exchange.clock.now += 400
        frame = (await until(client, lambda frame: frame["k"]["x"]))[-1]
        assert 50 <= frame["E"] - frame["k"]["T"] - 1 <= 440
        quiet = [kline for kline in seen if not kline["n"]]
        assert quiet
        for kline in quiet:
            assert (kline["f"], kline["L"], float(kline["v"])) == (-1, -1, 0.0)
            assert kline["o"] == kline["h"] == kline["l"] == kline["c"]

    play(scenario)


def test_a_forming_candle_is_sent_at_most_every_two_seconds_and_only_when_it_changed() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/stream?streams=btcusdt@kline_1h/btcusdt@kline_1s")
        updates: list[Frame] = []
        for _ in range(40):
            exchange.clock.now += 500
            closes = exchange.clock.now % SECOND >= 500
            if closes and exchange.clock.now > _NOON + 2 * SECOND:
                frames = await until(client, lambda frame: closes_last_second(exchange, frame))
                updates += [f["data"] for f in frames if f["stream"] == "btcusdt@kline_1h"]
        assert 8 <= len(updates) <= 10
        assert all(b["E"] - a["E"] >= 2000 for a, b in pairwise(updates))
        counts = [frame["k"]["n"] for frame in updates]
        assert counts == sorted(set(counts))

    play(scenario)


def test_agg_trades_come_in_order_without_a_jump() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@aggTrade")
        trades: list[Frame] = []
        for _ in range(4):
            exchange.clock.now += 9_700
            trades += await until(client, lambda frame: frame["T"] > exchange.clock.now - 2_000)
        assert len(trades) > 60
        for before, after in pairwise(trades):
            assert after["a"] == before["a"] + 1
            assert after["f"] == before["l"] + 1
            assert before["T"] <= after["T"] <= after["E"]

    play(scenario)


def test_mini_tickers_are_the_last_24_hours() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@miniTicker")
        exchange.clock.now += 1000
        ticker = await receive(client)
        hours = (await exchange.klines(symbol="BTCUSDT", interval="1h", limit=25))[:24]
        assert ticker["e"] == "24hrMiniTicker"
        assert float(ticker["h"]) == max(float(row[2]) for row in hours)
        assert float(ticker["v"]) == pytest.approx(sum(float(row[5]) for row in hours), rel=1e-3)

    play(scenario)


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
        await eventually(lambda: len(ledger.candles("BTCUSDT", _SECONDS)) >= 11)
        exchange.clock.now += 2 * SECOND
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), 0.15)
        await asyncio.sleep(0.4)
        exchange.clock.now += 5 * SECOND
        assert (await closed_candles(client, 1))[0]["t"] > _NOON + 11 * SECOND

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
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(_UPGRADE.format(names="btcusdt@aggTrade/ethusdt@aggTrade").encode())
        await reader.readuntil(b"\r\n\r\n")
        quick = await exchange.dial("/ws/btcusdt@kline_1s")
        while exchange.simulator.clients > 1:
            exchange.clock.now += 50 * SECOND + 500
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
