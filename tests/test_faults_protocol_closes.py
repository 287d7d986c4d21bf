"""How a server may end a WebSocket, and that each of its ways leads to another dial."""

from __future__ import annotations

from random import Random

import pytest

from tests.dialling import BTC, dialling, failed, port_of
from tests.feeds import Events, eventually, is_live, running, simulated
from tests.raw_server import RawServer, forward, upgrade
from tests.websocket_frames import CLOSE, close, frame
from tui.feed import backoff
from tui.feed.faults import of_close
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, StateChanged
from tui.simulator.faults import Close, Drop

GARBAGE = ("\x1b]52;c;aGk=\x07\x1b[31mgone\u202e\u200b [@click=app.quit]" + "é" * 60).encode()
FEW_SECONDS = 2.0


@pytest.mark.parametrize("code", [1000, 1001])
def test_p1_a_goodbye_that_nobody_asked_for_is_followed_by_a_new_dial(code: int) -> None:
    with running() as (_, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        events = Events(engine)
        exchange.inject(Close(code, "bye"))
        down = events.next(StateChanged)
        assert (down.state, down.attempt) == (ConnectionState.BACKOFF, 1)
        assert (
            down.reason == f"The server closed the connection (close {code}: bye); it dials again."
        )
        assert down.delay is not None and down.delay > 0
        events.next(StateChanged, lambda e: e.state is ConnectionState.LIVE)


@pytest.mark.parametrize("code", [1011, 1012, 1013, 1006])
def test_p4_a_server_that_has_trouble_is_dialled_again(code: int) -> None:
    with running() as (_, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        events = Events(engine)
        exchange.inject(Drop() if code == 1006 else Close(code))
        down = events.next(StateChanged)
        assert (down.state, down.attempt) == (ConnectionState.BACKOFF, 1)
        events.next(StateChanged, lambda e: e.state is ConnectionState.LIVE)


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


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (close(4321, GARBAGE[:123]), "The server closed the connection (close 4321: gone"),
        (close(4999, b""), "The server closed the connection (close 4999);"),
        (close(3999, b"\xff\xfe\x1b[2J"), "(close 1007)"),
        (frame(CLOSE, b"\x03"), "(close 1002)"),
        (close(999), "(close 1002)"),
        (close(1005), "(close 1002)"),
        (frame(CLOSE, b""), "The server closed the connection"),
    ],
    ids=["garbage", "no reason", "no UTF-8", "one byte", "low code", "reserved code", "nothing"],
)
def test_p5_a_close_of_any_kind_is_survived_and_its_reason_is_clean(
    ending: bytes, words: str
) -> None:
    with simulated() as (_, exchange):
        scripts = upgrade(ending), forward(port_of(exchange.ws_url))
        with (
            RawServer(*scripts) as server,
            dialling(server.ws_url, rest_url=exchange.rest_url) as engine,
        ):
            reason = failed(engine).reason
            assert words in reason
            assert reason.isprintable() and not set("\x1b\u202e\u200b") & set(reason)
            eventually(lambda: is_live(engine, BTC))
            last = engine.connections()[0].close_reason
            assert last.isprintable() and len(last) <= 160
