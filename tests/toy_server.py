"""The server of the toy exchange: real sockets, every word that it hears is kept in order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from aiohttp import WSMsgType, web

from tests.loopback_server import LoopbackServer
from tests.memory_exchange import truth
from tests.toy_exchange import SECOND, Json
from tui.feed.engine import Engine
from tui.market.symbol import Subscription

_PACE = 0.1
_SYMBOLS = ["BTC", *(f"COIN{n}" for n in range(20))]


class ToyServer(LoopbackServer):
    """It says `welcome` to those whose token is in `tokens` (None: to everybody, unasked), after
    `login_delay` seconds; all others hear `refuse`: an error, or a close with that code. In its
    `words` their token stands in the place of `{}`.
    `upgrades` are the requests for a WebSocket, with their headers; those while `answers` are left
    get them instead: a status and headers. `heard` are the messages of all WebSockets in order,
    each with the number of its socket. `pongs` gives the answers to a ping of the client.
    """

    def __init__(self, tokens: Iterable[str] | None = None) -> None:
        super().__init__()
        self.tokens = None if tokens is None else set(tokens)
        self.refuse: int | None = None
        self.words = "Token refused."
        self.login_delay = 0.0
        self.upgrades: list[str] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.heard: list[tuple[int, Json]] = []
        self.pongs: Callable[[Json], list[Json]] = lambda ping: [ping | {"type": "pong"}]
        self.on_subscribe: Json | None = None
        self._sockets: dict[int, web.WebSocketResponse] = {}

    def heard_of(self, kind: str) -> list[Json]:
        """The messages of one type."""
        return [message for _, message in list(self.heard) if message["type"] == kind]

    def say(self, *messages: Json) -> None:
        """Send these to every WebSocket, at once."""
        self._thread.run(self._say(messages))

    def close(self, code: int, reason: str = "") -> None:
        """End every WebSocket."""
        self._thread.run(self._close(code, reason))

    async def _start(self) -> int:
        app = web.Application()
        app.add_routes([
            web.get("/ws", self._serve),
            web.get("/candles", self._candles),
            web.get("/ohlcv", self._candles),
            web.get("/symbols", self._symbols),
        ])  # fmt: skip
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return site.port

    async def _stop(self) -> None:
        await self._runner.cleanup()

    async def _say(self, messages: Iterable[Json]) -> None:
        for socket in list(self._sockets.values()):
            for message in messages:
                await socket.send_json(message)

    async def _close(self, code: int, reason: str) -> None:
        for socket in list(self._sockets.values()):
            await socket.close(code=code, message=reason.encode())

    async def _symbols(self, _: web.Request) -> web.Response:
        return web.json_response(_SYMBOLS)

    async def _candles(self, request: web.Request) -> web.Response:
        at, limit = _now(), int(request.query["limit"])
        newest = SECOND.floor(at)
        start = int(request.query.get("start", newest - (limit - 1) * 1_000))
        times = range(start, newest + 1, 1_000)[:limit]
        return web.json_response([[t, *truth(SECOND, t, at).values] for t in times])

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.upgrades.append(f"{request.url} {dict(request.headers)}")
        if self.answers:
            status, headers = self.answers.pop(0)
            return web.Response(status=status, headers=headers)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        number = len(self.upgrades)
        self._sockets[number] = socket
        talk = _Talk(self, socket, number)
        publishing = asyncio.create_task(talk.publish())
        try:
            await talk.listen()
        finally:
            publishing.cancel()
            del self._sockets[number]
        return socket


class _Talk:
    """One WebSocket."""

    def __init__(self, server: ToyServer, socket: web.WebSocketResponse, number: int) -> None:
        self._server = server
        self._socket = socket
        self._number = number
        self._welcome = server.tokens is None
        self._followed: dict[str, int] = {}  # by symbol: the open time of the last candle

    async def listen(self) -> None:
        with suppress(ConnectionError):
            async for frame in self._socket:
                if frame.type is WSMsgType.TEXT:
                    message = json.loads(frame.data)
                    self._server.heard.append((self._number, message))
                    await self._answer(message)

    async def _answer(self, message: Json) -> None:
        match message["type"]:
            case "auth":
                await asyncio.sleep(self._server.login_delay)
                await self._log_in(message["token"])
            case "subscribe" if self._welcome:
                self._followed[message["symbol"]] = SECOND.floor(_now())
                await self._send({"type": "subscribed", "id": message.get("id")})
                if self._server.on_subscribe:
                    await self._send(self._server.on_subscribe)
            case "unsubscribe":
                self._followed.pop(message["symbol"], None)
                await self._send({"type": "unsubscribed", "id": message.get("id")})
            case "ping":
                for pong in self._server.pongs(message):
                    await self._send(pong)

    async def _log_in(self, token: str) -> None:
        self._welcome = token in (self._server.tokens or ())
        said = self._server.words.format(token)
        if self._welcome:
            await self._send({"type": "authenticated"})
        elif self._server.refuse:
            await self._socket.close(code=self._server.refuse, message=said.encode()[:123])
        else:
            await self._send({"type": "error", "code": "auth", "message": said})

    async def publish(self) -> None:
        """What closed since the last time, and what forms."""
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(_PACE)
                at = _now()
                for symbol, last in list(self._followed.items()):
                    for open_time in range(last, SECOND.floor(at) + 1, 1_000):
                        await self._send(_candle(symbol, open_time, at))
                    self._followed[symbol] = SECOND.floor(at)

    async def _send(self, message: Json) -> None:
        await self._socket.send_json(message)


def _now() -> int:
    """The exchange's time: ms UTC."""
    return int(time.time() * 1_000)


def _candle(symbol: str, open_time: int, at: int) -> Json:
    candle = truth(SECOND, open_time, at)
    values = zip(("open", "high", "low", "close", "volume"), candle.values, strict=True)
    return {"type": "candle", "symbol": symbol, "channel": "candles", "timestamp": open_time,
            "time": at, "isClosed": candle.closed, **dict(values)}  # fmt: skip


def is_whole(engine: Engine, subscription: Subscription) -> bool:
    """No hole, and every closed candle is the server's."""
    view = engine.view(subscription, 1_000)
    closed = [candle for candle in view.candles if candle.closed]
    return not view.holes and all(
        c.values == truth(SECOND, c.open_time, c.open_time + 1_000).values for c in closed
    )
