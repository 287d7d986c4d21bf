"""Recorded Binance frames, played by a server over real sockets through the whole engine."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from aiohttp import WSMsgType, web

from tests.captures import DIRECTORIES, MADE_UP, SOCKETS, Capture, Expected
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import (
    CandleChanged,
    ConnectionState,
    FeedEvent,
    Rejected,
    StateChanged,
)
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

LONGEST_WAIT = 20.0
MINUTE = Interval(1, "m")
Key = tuple[str, int]

WITH_KLINES = [path for path in SOCKETS if Capture.read(path).klines()]
every_capture = pytest.mark.parametrize("path", WITH_KLINES, ids=lambda path: path.stem)
every_capacity = pytest.mark.parametrize("capacity", [1, 4])


class Player:
    """An exchange that sends a capture once, verbatim, when all its symbols were asked for.

    A connection gets the frames of its own symbols, also those of streams that nobody asked for.
    After `end` each connection is closed, and no other is let in. Its clock says when the capture
    began.
    """

    def __init__(self, capture: Capture, directory: str, rows: dict[str, list[list[object]]]):
        self.asked: list[str] = []
        self.connections = 0
        self._capture = capture
        self._directory = directory
        self._rows = rows
        self._complete = asyncio.Event()
        self._over = asyncio.Event()
        app = web.Application()
        app.add_routes(
            [
                web.get("/stream", self._stream),
                web.get("/api/v3/klines", self._klines),
                web.get("/api/v3/exchangeInfo", self._exchange_info),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._complete.set()
        self._over.set()
        await self._runner.cleanup()

    @property
    def settings(self) -> ExchangeSettings:
        host, port = self._runner.addresses[0][:2]
        return ExchangeSettings(f"ws://{host}:{port}", f"http://{host}:{port}")

    def end(self) -> None:
        self._over.set()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self._over.is_set():
            return web.Response(status=503)
        self.connections += 1
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        symbols: set[str] = set()
        play = asyncio.create_task(self._play(socket, symbols))
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                command = json.loads(message.data)
                symbols |= {name.partition("@")[0] for name in command["params"]}
                await socket.send_str(json.dumps({"result": None, "id": command["id"]}))
                self._note(command["params"])
        await play
        return socket

    def _note(self, names: list[str]) -> None:
        self.asked += names
        if {f"{name.lower()}@kline_1m" for name in self._capture.symbols} <= set(self.asked):
            self._complete.set()

    async def _play(self, socket: web.WebSocketResponse, symbols: set[str]) -> None:
        await self._complete.wait()
        for frame in self._capture.frames:
            if json.loads(frame)["stream"].partition("@")[0] in symbols:
                await socket.send_str(frame)
        await self._over.wait()
        await socket.close(code=1001, message=b"the tape ends here")

    async def _klines(self, request: web.Request) -> web.Response:
        began = self._capture.klines()[0]["t"] / 1000 + 10
        rows = self._rows.get(request.query["symbol"], [])
        return web.json_response(rows, headers={"Date": formatdate(began, usegmt=True)})

    async def _exchange_info(self, _: web.Request) -> web.Response:
        return web.Response(text=self._directory, content_type="application/json")


@dataclass(slots=True)
class Session:
    """What the engine said of a capture, from the first lease until every connection ended."""

    events: list[FeedEvent]
    views: dict[str, tuple[Candle, ...]]
    player: Player

    def changes(self, name: str, origin: str = "live") -> list[CandleChanged]:
        changes = [event for event in self.events if isinstance(event, CandleChanged)]
        return [c for c in changes if c.subscription.symbol.name == name and c.origin == origin]

    def live(self) -> list[CandleChanged]:
        return [change for name in self.views for change in self.changes(name)]

    def last_states(self) -> dict[Key, Expected]:
        return {
            (change.subscription.symbol.name, change.candle.open_time): expected_of(change.candle)
            for change in self.live()
        }


def expected_of(candle: Candle) -> Expected:
    return Expected(candle.values, candle.closed, candle.trades)


def directory_for(path: Path, capture: Capture) -> str:
    """The list of symbols recorded with the capture; for our own a small one."""
    us = "_us_" in path.stem
    for recorded in DIRECTORIES if path not in MADE_UP else ():
        if ("_us_" in recorded.stem) is us:
            body: str = json.loads(recorded.read_text("utf-8"))["raw"]
            return body
    symbols = [
        {"symbol": name, "status": "TRADING", "baseAsset": name[:3], "quoteAsset": name[3:]}
        for name in capture.symbols
    ]
    return json.dumps({"symbols": symbols})


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    engine.start()
    try:
        yield engine
    finally:
        await asyncio.to_thread(engine.stop)


async def play(
    path: Path, capacity: int, rows: dict[str, list[list[object]]] | None = None
) -> Session:
    capture = Capture.read(path)
    wanted = {name: Subscription(Symbol("binance", name), MINUTE) for name in capture.symbols}
    events: list[FeedEvent] = []
    async with Player(capture, directory_for(path, capture), rows or {}) as player:
        exchange = load_exchange("binance", player.settings)
        settings = ConnectionSettings(symbols_per_connection=capacity)
        async with running(Engine({"binance": exchange}, settings)) as engine:
            outlet = engine.listen(candles=True)
            for subscription in wanted.values():
                engine.acquire(subscription)

            async def until(enough: Callable[[], bool]) -> None:
                async with asyncio.timeout(LONGEST_WAIT):
                    while not enough():
                        events.extend(await asyncio.to_thread(outlet.take, 0.2))

            session = Session(events, dict.fromkeys(wanted, ()), player)
            await until(lambda: session.last_states().keys() >= capture.candles().keys())
            if rows:
                await until(lambda: all(session.changes(name, "history") for name in rows))
            # The end of a socket is told after all that came through it.
            player.end()
            await until(lambda: ended(events) == set(wanted.values()))
            views = {name: engine.view(s, 100).candles for name, s in wanted.items()}
            return Session(events, views, player)


def ended(events: list[FeedEvent]) -> set[Subscription]:
    changes = [event for event in events if isinstance(event, StateChanged)]
    return {c.subscription for c in changes if c.state is ConnectionState.BACKOFF}


@every_capacity
@every_capture
def test_the_candles_are_those_in_the_frames(path: Path, capacity: int) -> None:
    session, capture = asyncio.run(play(path, capacity)), Capture.read(path)
    expected = capture.candles()
    assert session.last_states() == expected
    closings = Counter(
        (change.subscription.symbol.name, change.candle.open_time)
        for change in session.live()
        if change.candle.closed
    )
    assert closings == Counter(key for key, candle in expected.items() if candle.closed)
    assert not any(isinstance(event, Rejected) for event in session.events)
    assert session.player.connections == -(-len(capture.symbols) // capacity)
    assert len(session.player.asked) == len(set(session.player.asked)) == 3 * len(capture.symbols)


@every_capacity
@every_capture
def test_a_view_shows_the_candles_in_the_frames(path: Path, capacity: int) -> None:
    session, expected = asyncio.run(play(path, capacity)), Capture.read(path).candles()
    for name, candles in session.views.items():
        mine = {time: candle for (symbol, time), candle in expected.items() if symbol == name}
        assert [candle.open_time for candle in candles] == sorted(mine)
        for candle in candles[:-1]:
            assert expected_of(candle) == mine[candle.open_time]
        if candles:
            assert_follows(candles[-1], mine[candles[-1].open_time])


def assert_follows(shown: Candle, reported: Expected) -> None:
    """The forming candle may be ahead of its report by the trades that came after it."""
    first, high, low, _, volume = reported.values
    assert (shown.open, shown.volume, shown.closed) == (first, volume, reported.closed)
    assert shown.high >= high and shown.low <= low
    assert not shown.closed or expected_of(shown) == reported


def test_history_stands_before_the_frames_and_leaves_no_hole() -> None:
    (path,) = MADE_UP
    first = min(time for _, time in Capture.read(path).candles())
    rows = {"AAAUSDT": [row(first - 120_000, 1.0), row(first - 60_000, 2.0), row(first, 100.1)]}
    session = asyncio.run(play(path, 4, rows))
    history = session.changes("AAAUSDT", "history")
    assert [change.candle.open_time for change in history] == [first - 120_000, first - 60_000]
    assert all(change.candle.closed for change in history)
    times = [candle.open_time for candle in session.views["AAAUSDT"]]
    assert times == list(range(first - 120_000, first + 180_000, 60_000))


def row(open_time: int, price: float) -> list[object]:
    """A kline over REST at one price; it is settled, as it closed long ago."""
    return [open_time, *[str(price)] * 4, "1", open_time + 59_999, "1", 1, "0", "0", "0"]
