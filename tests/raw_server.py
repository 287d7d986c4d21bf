"""A TCP server that says exactly what a test wants: the nth connection gets the nth script."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.loopback_server import LoopbackServer
from tests.websocket_frames import CLOSE, Frame, read_frame, text

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3


class RawServer(LoopbackServer):
    """Listens on 127.0.0.1 while its block runs; the last script serves all further connections.

    `arrivals` are the monotonic times of all connections whose TLS handshake, if any, succeeded.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.arrivals: list[float] = []
        self._scripts = scripts
        self._tls = tls
        self._conversations: set[asyncio.Task[None]] = set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = self._scripts[min(len(self.arrivals), len(self._scripts) - 1)]
        self.arrivals.append(time.monotonic())
        task = asyncio.create_task(_converse(script, reader, writer))
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _stop(self) -> None:
        self._server.close()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)


async def _converse(
    script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await script(reader, writer)
            await writer.drain()
    finally:
        writer.close()


def answer(status: str, *headers: str, body: bytes = b"") -> Script:
    """Answers each request of the connection with this, such as `answer("404 Not Found")`."""
    length = f"Content-Length: {len(body)}"
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, length, "", ""])

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head.encode() + body)

    return script


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Never answers."""
    await reader.read(-1)


async def hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Hears the request and ends the connection."""
    await reader.readuntil(b"\r\n\r\n")


def greet(words: bytes) -> Script:
    """Says something that nobody asked for; then nothing more."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await reader.read(-1)

    return script


async def refuse_version(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers a TLS ClientHello with the fatal alert protocol_version (RFC 5246 section 7.2)."""
    await reader.read(1)
    writer.write(b"\x15\x03\x01\x00\x02\x02\x46")


def trickle(seconds: float) -> Script:
    """Answers an upgrade with one byte each so many seconds."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in _upgrade(await reader.readuntil(b"\r\n\r\n")):
            writer.write(bytes([byte]))
            await asyncio.sleep(seconds)

    return script


def upgrade(*sent: str | bytes, heard: list[Frame] | None = None) -> Script:
    """Accepts the WebSocket and sends texts and raw frames with the same write.

    Then it only listens, adds what it hears to `heard`, and ends when the client closes.
    """
    kept = [] if heard is None else heard

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        kept.append(await read_frame(reader))
        while kept[-1].opcode != CLOSE:
            kept.append(await read_frame(reader))

    frames = b"".join(each if isinstance(each, bytes) else text(each) for each in sent)
    return upgrade_with(frames, listen)


def upgrade_with(data: bytes, then: Script = silence, header: str = "") -> Script:
    """Accepts the WebSocket with one more `header`, if any, sends `data` and goes on as `then`."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = _upgrade(await reader.readuntil(b"\r\n\r\n"))
        extra = f"{header}\r\n".encode() if header else b""
        writer.write(accepted[:-2] + extra + b"\r\n" + data)
        await then(reader, writer)

    return script


def forward(port: int) -> Script:
    """Passes everything on to another port of this machine."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_pour(reader, to_server), _pour(from_server, writer))
        finally:
            to_server.close()

    return script


def tunnel(port: int) -> Script:
    """An HTTP proxy: whatever host CONNECT asks for, it leads to this port (RFC 9110 9.3.6)."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"CONNECT ")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await forward(port)(reader, writer)

    return script


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def _upgrade(request: bytes) -> bytes:
    found = re.search(rb"(?i)^sec-websocket-key: *(\S+)", request, re.MULTILINE)
    assert found, "not a WebSocket upgrade"
    digest = hashlib.sha1(found[1] + _GUID).digest()
    accept = base64.b64encode(digest).decode()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n"
    ).encode()
