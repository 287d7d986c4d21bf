"""How a server may end a WebSocket, and that each of its ways leads to another dial."""

from __future__ import annotations

from random import Random

import pytest

from tests.dialling import dialling, failed, port_of
from tests.feeds import (
    Crowd,
    Events,
    carrying,
    eventually,
    forms,
    is_live,
    simulated,
)
from tests.raw_server import RawServer, forward, upgrade
from tests.websocket_frames import CLOSE, close, frame
from tui.feed import backoff
from tui.feed.faults import of_close
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, StateChanged
from tui.simulator.faults import Close, Drop

GARBAGE = ("\x1b]52;c;aGk=\x07\x1b[31mgone\u202e\u200b [@click=app.quit]" + "é" * 60).encode()
FEW_SECONDS = 2.0
# What the server sends as its last, and what it is called.
ENDINGS = {
    "garbage": (close(4321, GARBAGE[:123]), "The server closed the connection (close 4321: gone"),
    "no reason": (close(4999, b""), "The server closed the connection (close 4999);"),
    "no UTF-8": (close(3999, b"\xff\xfe\x1b[2J"), "(close 1007)"),
    "one byte": (frame(CLOSE, b"\x03"), "(close 1002)"),
    "low code": (close(999), "(close 1002)"),
    "reserved code": (close(1005), "(close 1002)"),
    "nothing": (frame(CLOSE, b""), "The server closed the connection"),
}


@forms("code", [1000, 1001])
def test_p1_a_goodbye_that_nobody_asked_for_is_followed_by_a_new_dial(
    code: int, crowd: Crowd
) -> None:
    with carrying(crowd) as (_, exchange, engine):
        eventually(lambda: is_live(engine, *crowd))
        events = Events(engine)
        exchange.inject(Close(code, "bye"))
        why = f"The server closed the connection (close {code}: bye); it dials again."
        for down in events.of_each(crowd, StateChanged):
            assert (down.state, down.attempt) == (ConnectionState.BACKOFF, 1)
            assert down.reason == why
            assert down.delay is not None and down.delay > 0
        events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.LIVE)


@forms("code", [1011, 1012, 1013, 1006])
def test_p4_a_server_that_has_trouble_is_dialled_again(code: int, crowd: Crowd) -> None:
    with carrying(crowd) as (_, exchange, engine):
        eventually(lambda: is_live(engine, *crowd))
        events = Events(engine)
        exchange.inject(Drop() if code == 1006 else Close(code))
        for down in events.of_each(crowd, StateChanged):
            assert (down.state, down.attempt) == (ConnectionState.BACKOFF, 1)
        events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.LIVE)


@pytest.mark.parametrize("stable", [True, False])
@pytest.mark.parametrize("code", [1012, 1013])
def test_p4_a_server_that_restarts_is_given_a_few_seconds_from_the_first_try(
    code: int, stable: bool
) -> None:
    waits = sorted(_wait(code, stable, seed) for seed in range(500))
    assert waits[0] >= FEW_SECONDS and waits[-1] <= 10.0
    assert waits[450] - waits[50] >= 2.0  # everybody else waits as well


@pytest.mark.parametrize("code", [1011, 1006])
def test_p4_a_server_that_merely_failed_is_not(code: int) -> None:
    assert max(_wait(code, True, seed) for seed in range(500)) <= 0.5


def _wait(code: int, stable: bool, seed: int) -> float:
    return backoff.after(of_close(code, ""), 1, stable, ConnectionSettings(), Random(seed))


@forms("ending", ENDINGS)
def test_p5_a_close_of_any_kind_is_survived_and_its_reason_is_clean(
    ending: str, crowd: Crowd
) -> None:
    sent, words = ENDINGS[ending]
    with simulated() as (_, exchange):
        scripts = upgrade(sent), forward(port_of(exchange.ws_url))
        with (
            RawServer(*scripts) as server,
            dialling(server.ws_url, rest_url=exchange.rest_url, crowd=crowd) as engine,
        ):
            reason = failed(engine, crowd).reason
            assert words in reason
            assert reason.isprintable() and not set("\x1b\u202e\u200b") & set(reason)
            eventually(lambda: is_live(engine, *crowd))
            last = engine.connections()[0].close_reason
            assert last.isprintable() and len(last) <= 160
