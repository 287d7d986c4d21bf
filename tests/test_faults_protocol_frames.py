"""What no WebSocket may send, and what this exchange does not: bytes by hand on real sockets."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.dialling import dialling, failed, port_of
from tests.feeds import ALONE, Crowd, Events, equals_ledger, eventually, forms, is_live, simulated
from tests.meddling import Meddler
from tests.raw_server import RawServer, forward, upgrade
from tests.websocket_frames import BINARY, CLOSE, CONTINUATION, PING, TEXT, Frame, frame, text
from tui.feed.engine import Engine
from tui.feed.status import CandleChanged
from tui.simulator.server import Simulator

FORGED = 1.0
VIOLATIONS = {
    "first reserved bit": frame(TEXT, b"{}", reserved=0b100),
    "second reserved bit": frame(TEXT, b"{}", reserved=0b010),
    "third reserved bit": frame(BINARY, b"{}", reserved=0b001),
    "masked": frame(TEXT, b"{}", masked=True),
    "opcode 3": frame(3, b"{}"),
    "opcode 11": frame(11, b"{}"),
    "control frame of 126 bytes": frame(PING, b"x" * 126),
    "control frame in parts": frame(PING, b"x", fin=False),
    "continuation of nothing": frame(CONTINUATION, b"{}"),
    "text within a text": frame(TEXT, b"{", fin=False) + frame(TEXT, b"{}"),
}
NO_UTF_8 = {
    "byte": frame(TEXT, b'{"id":1,"result":"\xff"}'),
    "torn by a fragment": frame(TEXT, b'{"e":"\xc3', fin=False) + frame(CONTINUATION, b'"}'),
    "surrogate": frame(TEXT, b"\xed\xa0\x80"),
}


def closed_by_us(heard: list[Frame]) -> int | None:
    """The code with which the client closed, once it has."""
    eventually(lambda: heard and heard[-1].opcode == CLOSE)
    return heard[-1].close_code


@contextmanager
def after(
    first: bytes, heard: list[Frame], crowd: Crowd = ALONE
) -> Iterator[tuple[Simulator, RawServer, Engine]]:
    """A server that sends `first` as soon as the WebSocket is open, and next time is in order."""
    with simulated() as (simulator, exchange):
        scripts = upgrade(first, heard=heard), forward(port_of(exchange.ws_url))
        with (
            RawServer(*scripts) as server,
            dialling(server.ws_url, rest_url=exchange.rest_url, crowd=crowd) as engine,
        ):
            yield simulator, server, engine


@forms("name", VIOLATIONS)
def test_p14_what_no_websocket_may_send_is_answered_with_1002_and_a_new_dial(
    name: str, crowd: Crowd
) -> None:
    heard: list[Frame] = []
    with after(VIOLATIONS[name], heard, crowd) as (_, server, engine):
        assert "what no WebSocket may send (close 1002)" in failed(engine, crowd).reason
        assert closed_by_us(heard) == 1002
        eventually(lambda: is_live(engine, *crowd))
        assert len(server.arrivals) == 2


@forms("sent", NO_UTF_8)
def test_p11_a_text_that_is_no_utf_8_is_answered_with_1007_and_a_new_dial(
    sent: str, crowd: Crowd
) -> None:
    heard: list[Frame] = []
    with after(NO_UTF_8[sent], heard, crowd) as (simulator, server, engine):
        assert "(close 1007)" in failed(engine, crowd).reason
        assert closed_by_us(heard) == 1007
        eventually(lambda: is_live(engine, *crowd) and equals_ledger(engine, simulator, *crowd))
        assert len(server.arrivals) == 2


def test_a_text_torn_within_a_character_by_fragments_is_one_text() -> None:
    """The other side of P11: valid as a whole, though no fragment is by itself."""
    euro = "€".encode()
    said = [frame(TEXT, b'{"x":"' + euro[:1], fin=False), frame(CONTINUATION, euro[1:] + b'"}')]
    heard: list[Frame] = []
    with after(b"".join(said) + frame(PING, b"still there?"), heard) as (_, server, _engine):
        eventually(lambda: any(f.payload == b"still there?" for f in heard))
        assert len(server.arrivals) == 1 and not any(f.opcode == CLOSE for f in heard)


def _forged(said: str) -> bytes:
    """The same message, a little later, with FORGED for each price of a candle."""
    message = json.loads(said)
    kline = message.get("data", {}).get("k")
    if kline:
        message["data"]["E"] += 1
        kline.update(dict.fromkeys("ohlc", FORGED))
    return json.dumps(message).encode()


def _is_forged(event: CandleChanged) -> bool:
    return event.candle.close == FORGED


def _closed(event: CandleChanged) -> bool:
    return event.candle.closed and event.origin == "live"


# What comes in a binary frame after each text, made of it.
PAYLOADS: dict[str, Callable[[str], bytes]] = {
    "JSON": _forged,
    "gzip": lambda said: gzip.compress(_forged(said)),
    "noise": lambda _: bytes(range(256)),
}


@forms("payload", PAYLOADS)
def test_p12_a_binary_frame_is_counted_and_dropped_and_the_connection_stays(
    payload: str, crowd: Crowd, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "tui.feed")
    with simulated() as (simulator, exchange):
        meddler = Meddler(port_of(exchange.ws_url))
        meddler.frames = lambda said: [text(said), frame(BINARY, PAYLOADS[payload](said))]
        with (
            RawServer(meddler) as server,
            dialling(server.ws_url, rest_url=exchange.rest_url, crowd=crowd) as engine,
        ):
            events = Events(engine, candles=True)
            eventually(lambda: is_live(engine, *crowd))
            told = [
                event
                for _ in range(2)
                for event in events.of_each(
                    crowd, CandleChanged, lambda e: _closed(e) or _is_forged(e)
                )
            ]
            eventually(lambda: equals_ledger(engine, simulator, *crowd))
            assert not any(map(_is_forged, told))
            assert len(server.arrivals) == 1
        assert sum("bad frame" in line for line in caplog.messages) == 1
