"""One WebSocket client of the simulated exchange."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from math import inf

from aiohttp import WSMsgType, web

from tui.simulator.dialect import Conversation, Goodbye
from tui.simulator.faults import Forget
from tui.simulator.frame import Frame
from tui.simulator.limits import Limits, SlidingWindow

_POLICY_VIOLATION = 1008
_LAGGING = 2**20  # a client with more bytes than this to read is not given more than the market
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
        conversation: Conversation,
        limits: Limits,
    ) -> None:
        self.conversation = conversation
        self.forgets: tuple[Forget, ...] = ()
        self._connection = connection
        self._transport = transport
        self._limits = limits
        self._waiting: asyncio.Queue[str | bytes | Goodbye] = asyncio.Queue(limits.queued_frames)
        self._incoming = SlidingWindow(limits.messages_per_second, 1.0)
        self._ping = b""
        self._unanswered_since: float | None = None

    async def run(self, hear: Callable[[Session, str], None]) -> None:
        """Serve until the connection ends; `hear` gets every message, "" for a binary one."""
        work = self._write(), self._watch(), self._wait_for_a_wish()
        tasks = [asyncio.create_task(task) for task in work]
        try:
            with suppress(ConnectionError):
                await self._read(hear)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, hear: Callable[[Session, str], None]) -> None:
        async for message in self._connection:
            if self._incoming.wait(asyncio.get_running_loop().time()):
                await self.close(_POLICY_VIOLATION, "Too many requests")
                return
            match message.type:
                case WSMsgType.PING:
                    await self._connection.pong(message.data)
                case WSMsgType.PONG if message.data == self._ping:
                    self._unanswered_since = None
                case WSMsgType.TEXT:
                    hear(self, message.data)
                case WSMsgType.BINARY:
                    hear(self, "")

    def hears(self, stream: str, forgets: Iterable[Forget]) -> bool:
        """Whether it asked for a stream that neither these nor its own faults forget."""
        asked = self.conversation.streams
        return stream in asked and not any(
            stream in forget.forgotten(asked) for forget in (*forgets, *self.forgets)
        )

    def publish(self, frame: Frame) -> None:
        """Send one frame in its turn."""
        message = self.conversation.message(frame)
        if message is not None:
            self.say(message)

    def repeat(self, frames: Sequence[Frame], count: int) -> None:
        """Send `count` messages now, round and round; none to a client that lags behind."""
        behind = self._transport.get_write_buffer_size() > _LAGGING
        lags = behind or not self._waiting.empty()
        if lags or self._connection.closed or self._transport.is_closing():
            return
        messages = filter(None, map(self.conversation.message, frames))
        packets = [_packet(str(message).encode()) for message in messages]
        if packets:
            rounds, rest = divmod(count, len(packets))
            self._transport.write(b"".join(packets) * rounds + b"".join(packets[:rest]))

    def say(self, message: str | bytes | Goodbye) -> None:
        """Send one message, or end the connection, after all that waits to be sent."""
        try:
            self._waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.drop()

    def drop(self) -> None:
        """End the connection as a broken network does: a TCP reset, no close frame."""
        raw = self._transport.get_extra_info("socket")
        with suppress(OSError):  # already gone
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    async def close(self, code: int, reason: str) -> None:
        """End the connection with a close frame."""
        await self._connection.close(code=code, message=reason.encode())

    async def _write(self) -> None:
        with suppress(ConnectionError):  # the reader sees the end, too
            while True:
                match await self._waiting.get():
                    case str(text):
                        await self._connection.send_str(text)
                    case bytes(noise):
                        await self._connection.send_bytes(noise)
                    case Goodbye(code, reason):
                        await self.close(code, reason)

    async def _wait_for_a_wish(self) -> None:
        """End the connection of one that asks for nothing."""
        if self._limits.patience == inf:
            return
        await asyncio.sleep(self._limits.patience)
        if not self.conversation.streams:
            with suppress(ConnectionError):
                await self.close(_POLICY_VIOLATION, "No subscription")

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


def _packet(text: bytes) -> bytes:
    """A text message of up to 64 KiB in one frame, not masked (RFC 6455, 5.2)."""
    size = len(text)
    head = struct.pack("!BB", 0x81, size) if size < 126 else struct.pack("!BBH", 0x81, 126, size)
    return head + text
