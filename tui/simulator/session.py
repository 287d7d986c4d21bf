"""One WebSocket client of the simulated exchange."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSMessage, WSMsgType, web

from tui.simulator.binance import encode
from tui.simulator.commands import Subscriptions, reply
from tui.simulator.limits import Limits, SlidingWindow

_POLICY_VIOLATION = 1008
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Session:
    """Reads commands, sends frames in order, watches over pings.

    Frames wait in a bounded queue with a task of its own, so that a slow client holds up nobody;
    one that lets the queue fill is dropped.
    """

    def __init__(
        self,
        connection: web.WebSocketResponse,
        transport: asyncio.Transport,
        subscriptions: Subscriptions,
        limits: Limits,
    ) -> None:
        self.subscriptions = subscriptions
        self._connection = connection
        self._transport = transport
        self._limits = limits
        self._frames: asyncio.Queue[str] = asyncio.Queue(limits.queued_frames)
        self._incoming = SlidingWindow(limits.messages_per_second, 1.0)
        self._ping = b""
        self._unanswered_since: float | None = None

    async def run(self, on_change: Callable[[Session], None]) -> None:
        """Serve until the connection ends; `on_change` is called after every command."""
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._watch())]
        try:
            with suppress(ConnectionError):
                await self._read(on_change)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, on_change: Callable[[Session], None]) -> None:
        async for message in self._connection:
            if self._incoming.wait(asyncio.get_running_loop().time()):
                await self.close(_POLICY_VIOLATION, "Too many requests")
                return
            await self._answer(message)
            on_change(self)

    def publish(self, stream: str, payload: str) -> None:
        """Send one event, wrapped when the connection is a combined one."""
        if self.subscriptions.combined:
            payload = f'{{"stream":"{stream}","data":{payload}}}'
        self._send(payload)

    def drop(self) -> None:
        """End the connection as a broken network does: a TCP reset, no close frame."""
        raw = self._transport.get_extra_info("socket")
        with suppress(OSError):  # already gone
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    async def close(self, code: int, reason: str) -> None:
        """End the connection with a close frame."""
        await self._connection.close(code=code, message=reason.encode())

    def _send(self, frame: str) -> None:
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.drop()

    async def _write(self) -> None:
        with suppress(ConnectionError):  # the reader sees the end, too
            while True:
                await self._connection.send_str(await self._frames.get())

    async def _answer(self, message: WSMessage) -> None:
        if message.type is WSMsgType.PING:
            await self._connection.pong(message.data)
        elif message.type is WSMsgType.PONG:
            if message.data == self._ping:
                self._unanswered_since = None
        else:
            text = message.data if isinstance(message.data, str) else ""
            self._send(encode(reply(text, self.subscriptions, self._limits)))

    async def _watch(self) -> None:
        """Ping on time; end the connection when a pong is overdue."""
        clock = asyncio.get_running_loop().time
        with suppress(ConnectionError):
            while True:
                await asyncio.sleep(self._limits.ping_every)
                if self._unanswered_since is None:
                    self._unanswered_since = clock()
                elif clock() - self._unanswered_since >= self._limits.pong_timeout:
                    break
                self._ping = str(int(clock() * 1000)).encode()
                await self._connection.ping(self._ping)
            await self.close(_POLICY_VIOLATION, "Pong timeout")
