"""A server in front of another that changes what is said: for an exchange that does wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

from tests.websocket_frames import CLOSE, TEXT, Frame, read_frame, text

Json = dict[str, Any]


class Meddler:
    """A script for RawServer: one WebSocket that leads to the server at `port`.

    `commands` gets each command of the client: a command that it gives goes on to the server, a
    frame goes back to the client instead, None goes nowhere. `frames` gets each text of the
    server and gives the frames for the client. `last_words` gives those that follow when the
    client closes. `subscribed` are the streams of every SUBSCRIBE of the client, in order.
    """

    def __init__(self, port: int) -> None:
        self.commands: Callable[[Json], Json | bytes | None] = lambda command: command
        self.frames: Callable[[str], Iterable[bytes]] = lambda said: [text(said)]
        self.last_words: Callable[[], Iterable[bytes]] = lambda: []
        self.subscribed: list[list[str]] = []
        self._port = port

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        to_server.write(await reader.readuntil(b"\r\n\r\n"))
        writer.write(await from_server.readuntil(b"\r\n\r\n"))
        ways = self._up(reader, to_server, writer), self._down(from_server, writer)
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            to_server.close()

    async def _up(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        while True:
            received = await read_frame(reader)
            if received.opcode == TEXT:
                self._pass_on(json.loads(received.payload), server, client)
                continue
            if received.opcode == CLOSE:
                client.write(b"".join(self.last_words()))
            server.write(received.raw)

    def _pass_on(
        self, command: Json, server: asyncio.StreamWriter, client: asyncio.StreamWriter
    ) -> None:
        if command["method"] == "SUBSCRIBE":
            self.subscribed.append(command["params"])
        result = self.commands(command)
        if isinstance(result, bytes):
            client.write(result)
        elif result is not None:
            server.write(text(json.dumps(result), masked=True))

    async def _down(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while True:
            received = await read_frame(reader)
            frames = self._replaced(received)
            client.write(b"".join(frames))
            await client.drain()

    def _replaced(self, received: Frame) -> Iterable[bytes]:
        return self.frames(received.payload.decode()) if received.opcode == TEXT else [received.raw]
