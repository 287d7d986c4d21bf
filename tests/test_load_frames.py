"""Frames that shall exhaust the client, on real sockets: bombs, splinters, floods of pings."""

from __future__ import annotations

import asyncio
import time
import zlib
from dataclasses import replace

import pytest

from tests.dialling import BTC, dialling
from tests.feeds import QUICK, eventually
from tests.raw_server import RawServer, Script, upgrade_with
from tests.resources import MIB, peak
from tests.websocket_frames import CONTINUATION, PING, PONG, TEXT, frame, text
from tui.feed.engine import Engine
from tui.feed.transport import MAX_FRAME

KLINE = (
    '{"stream":"btcusdt@kline_1s","data":{"e":"kline","E":1800000000500,"s":"BTCUSDT","k":'
    '{"t":1800000000000,"T":1800000000999,"i":"1s","o":"1","c":"2","h":"3","l":"1","v":"4",'
    '"n":5,"x":false}}}'
)
# A socket that broke the rules is left when it does not answer our next ping.
IMPATIENT = replace(QUICK, heartbeat_interval=0.3, pong_timeout=5.0)
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"


def says(engine: Engine, words: str) -> bool:
    """Whether that is why a connection ended last."""
    return any(words in connection.close_reason for connection in engine.connections())


def bomb() -> bytes:
    """A MiB that becomes a GiB: raw deflate without its last four bytes (RFC 7692, 7.2.1)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    mebibyte = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return (mebibyte * 1024)[:-4]


@pytest.mark.parametrize(
    ("header", "reason"),
    [("", "what no WebSocket may send (close 1002)"), (DEFLATE, "did not speak the expected")],
    ids=["without a word", "announced"],
)
def test_p9_a_compressed_bomb_is_refused_and_never_inflated(header: str, reason: str) -> None:
    bombed = upgrade_with(frame(TEXT, bomb(), reserved=0b100), header=header)
    with RawServer(bombed) as server, peak() as rise, dialling(server.ws_url, IMPATIENT) as engine:
        eventually(lambda: says(engine, reason))
        assert rise() < 8 * MIB


def test_p10_compression_is_not_offered() -> None:
    heads: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))

    with RawServer(listen) as server, dialling(server.ws_url):
        eventually(lambda: heads)
    assert b"sec-websocket-key" in heads[0].lower()
    assert b"sec-websocket-extensions" not in heads[0].lower()


def splinters(payload: bytes, size: int, pings_each: int) -> bytes:
    """One text message in fragments of `size` bytes, a ping after each `pings_each` of them."""
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    sent = bytearray()
    for number, piece in enumerate(pieces):
        opcode = CONTINUATION if number else TEXT
        sent += frame(opcode, piece, fin=number == len(pieces) - 1)
        sent += frame(PING, b"") if number % pings_each == 0 else b""
    return bytes(sent)


def test_p13_thousands_of_fragments_and_pings_between_them_are_one_message() -> None:
    pongs: list[bytes] = []

    async def count_pongs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        while True:
            opcode, size = await reader.readexactly(2)
            size = (
                int.from_bytes(await reader.readexactly(2), "big") if size == 0xFE else size - 128
            )
            body = await reader.readexactly(4 + size)
            pongs.extend([body] * (opcode == 0x80 | PONG))

    data = splinters(KLINE.ljust(4_000).encode(), 1, 100)
    with RawServer(upgrade_with(data, count_pongs)) as server, dialling(server.ws_url) as engine:
        eventually(lambda: engine.view(BTC, 1).candles)
        assert engine.view(BTC, 1).candles[0].values == (1.0, 3.0, 1.0, 2.0, 4.0)
        eventually(lambda: len(pongs) == 40)


@pytest.mark.parametrize(
    "fragments",
    [
        splinters(bytes(MAX_FRAME + 1), MAX_FRAME // 64, 1),
        splinters(KLINE.ljust(10_000).encode(), 1, 100),
        frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * MIB,
    ],
    ids=["too long together", "ten thousand", "empty and without end"],
)
def test_p13_a_message_of_too_much_or_too_many_fragments_is_refused(fragments: bytes) -> None:
    """The socket library takes up to 4,096 fragments, more than an exchange ever sends."""
    with (
        RawServer(upgrade_with(fragments)) as server,
        peak() as rise,
        dialling(server.ws_url, IMPATIENT) as engine,
    ):
        eventually(lambda: says(engine, "a message larger than allowed (close 1009)"))
        assert rise() < 6 * MAX_FRAME


def flood(reads: bool) -> Script:
    """Confirms the first command, then 50,000 pings a second, each as long as one may be."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(text('{"result":null,"id":1}'))
        await asyncio.gather(ping_without_end(writer), *([swallow(reader)] if reads else []))

    return script


async def swallow(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass


async def ping_without_end(writer: asyncio.StreamWriter) -> None:
    ping, began, sent = frame(PING, b"x" * 125), time.monotonic(), 0
    while not writer.is_closing():
        due = int(50_000 * (time.monotonic() - began))
        writer.write(ping * (due - sent))
        sent = due
        await writer.drain()
        await asyncio.sleep(0.01)


def test_p15_a_flood_of_pings_does_not_hide_that_no_data_comes() -> None:
    spent = time.process_time()
    with (
        RawServer(upgrade_with(b"", flood(reads=True))) as server,
        peak() as rise,
        dialling(server.ws_url) as engine,
    ):
        began = time.monotonic()
        eventually(lambda: says(engine, "no data came"))
        took, cpu = time.monotonic() - began, time.process_time() - spent
        print(f"{took:.1f} s, {cpu / took:.2f} of a core, {rise() / MIB:.1f} MiB")
        assert rise() < 8 * MIB


def test_p15_pongs_that_are_never_read_do_not_pile_up() -> None:
    with (
        RawServer(upgrade_with(b"", flood(reads=False))) as server,
        peak() as rise,
        dialling(server.ws_url) as engine,
    ):
        eventually(lambda: says(engine, "broke off"))
        assert rise() < 8 * MIB
