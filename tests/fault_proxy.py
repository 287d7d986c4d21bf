"""A network that can be made to fail, between a client and a server on loopback."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from random import Random

from tests.loopback_server import LoopbackServer
from tests.websocket_frames import ServerFrames

# Lasting faults of `strike` end after up to so many seconds.
_LONGEST_STRIKE = 3.0
_CHUNK = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Way:
    """How one direction carries bytes.

    They take `latency` and up to `jitter` seconds, in order; at most `rate` a second; in TCP
    segments of at most `slices` bytes. A way that is not `open` is a black hole: sockets stay,
    nothing passes, and what was sent meanwhile arrives if it is opened again.
    """

    latency: float = 0.0
    jitter: float = 0.0
    rate: float = inf
    slices: int = _CHUNK
    open: bool = True


CLEAR, HOLE = Way(), Way(open=False)
# What `strike` chooses from: faults of a moment, and ways (up, down) that last a while.
MOMENTS = ("reset", "finish", "flip", "cut")
WAYS = {
    "hole": (HOLE, HOLE),
    "deaf": (HOLE, CLEAR),
    "mute": (CLEAR, HOLE),
    "late": (Way(0.3, 0.3), Way(0.3, 0.3)),
    "narrow": (Way(rate=2_000), Way(rate=2_000)),
    "sliced": (Way(slices=1), Way(slices=1)),
}


class FaultProxy(LoopbackServer):
    """Forwards to a port of this machine, on a thread of its own, while its block runs.

    Up is towards the server, down towards the client. Methods take effect before they return.
    """

    def __init__(self, port: int, seed: int = 0) -> None:
        super().__init__()
        self.accepted = 0
        self._upstream = port
        self._random = Random(seed)
        self._up, self._down = _Direction(), _Direction()
        self._links: set[_Link] = set()

    def shape(self, up: Way = CLEAR, down: Way = CLEAR) -> None:
        """Carry bytes like this from now on, on every link, those to come too."""
        self._thread.call(lambda: self._shape(up, down))

    def reset(self) -> None:
        """TCP RST to both ends of every link."""
        self._each(_Link.reset)

    def finish(self) -> None:
        """TCP FIN to the client of every link, without a close frame."""
        self._each(_Link.finish)

    def flip(self) -> None:
        """Spoil the next bytes down every WebSocket.

        The highest bit of one byte is flipped: JSON in ASCII cannot hide it. A digit that turns
        into another one is what TCP's and TLS's checksums are for.
        """
        self._each(_Link.flip)

    def cut(self, frames: int) -> None:
        """Break every WebSocket one byte after so many more frames down (at least 1)."""
        self._each(lambda link: link.cut(frames))

    def strike(self, random: Random) -> str:
        """Any one of the faults, chosen by `random`; lasting ones end by themselves."""
        name = random.choice([*MOMENTS, *WAYS])
        self.inflict(name, random)
        return name

    def inflict(self, name: str, random: Random) -> None:
        """The fault of this name, one of MOMENTS or WAYS; its details are chosen by `random`."""
        match name:
            case "reset" | "finish" | "flip":
                getattr(self, name)()
            case "cut":
                self.cut(random.randint(1, 20))
            case _:
                lasts = random.uniform(0.1, _LONGEST_STRIKE)
                self._thread.call(lambda: self._shape(*WAYS[name], lasts))

    def _each(self, strike: Callable[[_Link], None]) -> None:
        def strike_all() -> None:
            for link in list(self._links):
                strike(link)

        self._thread.call(strike_all)

    def _shape(self, up: Way, down: Way, lasts: float = inf) -> None:
        self._up.use(up)
        self._down.use(down)
        if lasts < inf:
            asyncio.get_running_loop().call_later(lasts, self._shape, CLEAR, CLEAR)

    async def _accept(
        self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        self.accepted += 1
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            to_client.transport.abort()
            return
        up = _Pipe(from_client, to_server, self._up, self._random)
        down = _Pipe(from_server, to_client, self._down, self._random)
        link = _Link(up, down)
        self._links.add(link)
        await link.ended()
        self._links.discard(link)

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _stop(self) -> None:
        self._server.close()
        links = list(self._links)
        for link in links:
            link.reset()
        await asyncio.gather(*(link.ended() for link in links))


class _Direction:
    """The way that one direction is now."""

    def __init__(self) -> None:
        self.way = CLEAR
        self.opened = asyncio.Event()
        self.opened.set()

    def use(self, way: Way) -> None:
        self.way = way
        if way.open:
            self.opened.set()
        else:
            self.opened.clear()


class _Pipe:
    """One direction of one link: one task reads, one sends when it is time."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: _Direction,
        random: Random,
    ) -> None:  # fmt: skip
        self.frames = ServerFrames()
        self.flips = 0
        self.cut_after = 0
        self._reader = reader
        self._writer = writer
        self._direction = direction
        self._random = random
        self._travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        self._tasks = [asyncio.create_task(work) for work in (self._read(), self._send())]

    async def ended(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    def finish(self) -> None:
        self.stop()
        with suppress(OSError):
            self._writer.write_eof()

    def reset(self) -> None:
        self.stop()
        raw = self._writer.get_extra_info("socket")
        with suppress(OSError):  # already gone
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._writer.transport.abort()

    async def _read(self) -> None:
        clock = asyncio.get_running_loop().time
        data = b"begin"
        while data:
            try:
                data = await self._reader.read(_CHUNK)
            except ConnectionError:
                data = b""
            way = self._direction.way
            due = clock() + way.latency + self._random.uniform(0.0, way.jitter)
            await self._travelling.put((due, data))

    async def _send(self) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(ConnectionError):
            while True:
                due, data = await self._travelling.get()
                await asyncio.sleep(max(0.0, due - clock()))
                if not data:
                    break
                await self._pass(self._spoiled(data))
        await self._direction.opened.wait()
        self.finish()

    async def _pass(self, data: bytes) -> None:
        ends = self.frames.ends(data)
        cut = 0 < self.cut_after <= len(ends)
        if cut:
            data = data[: ends[self.cut_after - 1] + 1]
        self.cut_after -= len(ends)
        for piece in self._pieces(data):
            await self._direction.opened.wait()
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(len(piece) / self._direction.way.rate)
        if cut:
            self.reset()

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            way = self._direction.way
            size = max(1, int(min(way.slices, way.rate / 20)))
            yield data[:size]
            data = data[size:]

    def _spoiled(self, data: bytes) -> bytes:
        if not (self.flips and self.frames.upgraded):
            return data
        self.flips -= 1
        spoiled = bytearray(data)
        spoiled[self._random.randrange(len(data))] ^= 0x80
        return bytes(spoiled)


class _Link:
    """A client's connection and the one to the server."""

    def __init__(self, up: _Pipe, down: _Pipe) -> None:
        self._up = up
        self._down = down

    async def ended(self) -> None:
        await asyncio.gather(self._up.ended(), self._down.ended())

    def reset(self) -> None:
        self._up.reset()
        self._down.reset()

    def finish(self) -> None:
        self._down.finish()

    def flip(self) -> None:
        self._down.flips += 1

    def cut(self, frames: int) -> None:
        if self._down.frames.upgraded:
            self._down.cut_after = frames
