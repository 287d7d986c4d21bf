"""Answers over REST that shall exhaust the client: bombs, a body without end, one that dawdles."""

from __future__ import annotations

import asyncio
import time
import zlib
from math import inf

import pytest

from tests.raw_server import RawServer, Script
from tests.resources import MIB, peak
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed import rest
from tui.feed.limits import HostLimits, TokenBucket
from tui.feed.rest import MAX_BODY, Reply, RequestFailed, Rest

GIB = 1024 * MIB


def packed() -> tuple[bytes, bytes]:
    """The start of a gzip stream (RFC 1952), and what each further MiB of zeros adds to it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    start, more = (packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in "ab")
    return start, more


def body(*headers: str, piece: bytes, times: int, pause: float = 0.0, start: bytes = b"") -> Script:
    """Answers `start` and so many times `piece`, with a `pause` (s) after each."""
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "Connection: close", "", ""])

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + start)
        for _ in range(times):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return script


def ask(url: str) -> Reply:
    """The list of symbols, from the exchange at `url`."""

    async def asking() -> Reply:
        exchange = load_exchange("binance", ExchangeSettings(rest_url=url))
        limits = HostLimits(TokenBucket(inf, 1.0), TokenBucket(inf, 1.0))
        client = Rest(exchange, limits, time.monotonic)
        request = exchange.directory_request()
        assert request
        try:
            return await client.get(request)
        finally:
            await client.close()

    return asyncio.run(asking())


START, MORE = packed()


@pytest.mark.parametrize(
    "script",
    [
        body("Content-Encoding: gzip", start=START, piece=MORE, times=1023),
        body(f"Content-Length: {GIB}", piece=bytes(MIB), times=1024),
        body(piece=bytes(MIB), times=1024),
    ],
    ids=["gzip", "of a known length", "of an unknown length"],
)
def test_s8_a_body_of_a_gibibyte_is_left_after_eight_mebibytes(script: Script) -> None:
    ask_once()
    with (
        RawServer(script) as server,
        peak() as rise,
        pytest.raises(RequestFailed, match="expected protocol"),
    ):
        ask(server.rest_url)
    assert rise() < 4 * MAX_BODY


def ask_once() -> None:
    """What the first request loads is not part of what others take."""
    with RawServer(body(piece=b"{}", times=1)) as server:
        assert ask(server.rest_url).body == b"{}"


def test_s8_a_body_of_eight_mebibytes_is_read() -> None:
    with RawServer(body(f"Content-Length: {MAX_BODY}", piece=bytes(MAX_BODY), times=1)) as server:
        assert len(ask(server.rest_url).body) == MAX_BODY == 8 * MIB


def test_s8_a_body_that_dawdles_has_a_limit_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rest.TOTAL_TIMEOUT <= 15.0
    monkeypatch.setattr(rest, "TOTAL_TIMEOUT", 0.5)
    with (
        RawServer(body(piece=b" ", times=1_000, pause=0.05)) as server,
        pytest.raises(RequestFailed, match="did not answer in time"),
    ):
        ask(server.rest_url)
