"""Faults of our own, made wherever the feed waits or calls: none is lost, and none ends a feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.dialling import BTC
from tests.feeds import eventually, is_live, running
from tests.memory_exchange import MemoryExchange, MemoryRest, MemorySocket
from tests.virtual_clients import Client, clients
from tests.virtual_time import run_virtually, until
from tui.exchange.binance.exchange import Binance
from tui.feed.backfill import Backfill
from tui.feed.hub import Hub
from tui.feed.link import reason_of
from tui.feed.signals import Inquire
from tui.feed.status import ConnectionState, GapOpened, GapRepaired, StateChanged
from tui.feed.venue import Venue

_HEALING = 200.0


class Bug(Exception):  # noqa: N818 it is what is injected, not a mistake here
    """What no code expects."""


class Trap:
    """The `nth` call of one method from `armed` on raises; `sprung` says whether it came."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, method: str) -> None:
        self.armed = False
        self.sprung = 0
        true = getattr(owner, method)
        trap = self

        def call(*args: Any, **kwargs: Any) -> Any:
            trap.spring()
            return true(*args, **kwargs)

        async def wait(*args: Any, **kwargs: Any) -> Any:
            trap.spring()
            return await true(*args, **kwargs)

        patch.setattr(owner, method, wait if asyncio.iscoroutinefunction(true) else call)

    def spring(self) -> None:
        if self.armed:
            self.armed = False
            self.sprung += 1
            raise Bug


def _nothing(_: Client, __: MemoryExchange) -> None:
    """The call comes by itself."""


def _break_off(_: Client, exchange: MemoryExchange) -> None:
    exchange.break_off()


def _forget(_: Client, exchange: MemoryExchange) -> None:
    for socket in exchange.sockets:
        socket.forget()


# Where, and what makes the feed come there.
POINTS: list[tuple[type, str, Callable[[Client, MemoryExchange], None]]] = [
    (MemoryExchange, "dial", _break_off),
    (MemorySocket, "receive", _nothing),
    (MemorySocket, "send", _break_off),
    (MemorySocket, "ping", _nothing),
    (MemorySocket, "abort", _break_off),
    (MemoryRest, "get", _break_off),
    (Binance, "endpoint", _break_off),
    (Binance, "parse", _nothing),
    (Binance, "subscribe", _break_off),
    (Binance, "parse_history", _break_off),
    (Binance, "history_request", _break_off),
    (Hub, "apply", _nothing),
    (Hub, "merge", _break_off),
    (Hub, "lapse", _break_off),
    (Hub, "loaded", _break_off),
    (Hub, "publish", _break_off),
    (Backfill, "sync", _break_off),
    (Backfill, "missed", _forget),
]


@pytest.mark.parametrize(
    ("owner", "method", "provoke"), POINTS, ids=[f"{o.__name__}.{m}" for o, m, _ in POINTS]
)
def test_l18_a_fault_of_our_own_is_logged_and_the_feed_is_whole_again(
    owner: type,
    method: str,
    provoke: Callable[[Client, MemoryExchange], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    trap = Trap(monkeypatch, owner, method)

    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            trap.armed = True
            provoke(client, exchange)
            await until(lambda: trap.sprung, _HEALING)
            await until(lambda: client.live and exchange.sockets, _HEALING)
            await asyncio.sleep(_HEALING)
            assert client.live and len(exchange.sockets) == 1
            client.assert_whole(20)

    run_virtually(scenario())
    told = [record for record in caplog.records if record.exc_info]
    assert any(isinstance(record.exc_info[1], Bug) for record in told if record.exc_info)
    assert not any("never retrieved" in record.getMessage() for record in caplog.records)


def test_l18_a_connection_that_failed_says_so_and_what_it_missed_meanwhile_is_uncertain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap = Trap(monkeypatch, Binance, "inquiry")
    trap.armed = True

    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            client.connection.post(Inquire())
            await until(lambda: trap.sprung)
            await until(lambda: not exchange.sockets)
            assert "fault of this program" in reason_of(client.connection.link)
            (told,) = [e for e in client.diary.of(StateChanged)[-1:] if isinstance(e, StateChanged)]
            assert told.state is ConnectionState.BACKOFF and "fault" in told.reason
            assert len(client.diary.of(GapOpened)) == 1
            await until(lambda: client.live and exchange.sockets)
            await until(lambda: client.diary.of(GapRepaired))
            client.assert_whole(20)

    run_virtually(scenario())


def test_l18_the_list_of_symbols_comes_though_reading_it_failed_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trap = Trap(monkeypatch, Binance, "parse_directory")
    trap.armed = True

    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: trap.sprung)
            await until(lambda: client.venue.directory.symbols, _HEALING)

    run_virtually(scenario())
    assert any(record.exc_info for record in caplog.records)


def test_l18_the_engine_s_own_round_goes_on_after_a_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    trap = Trap(monkeypatch, Venue, "look_after")
    with running() as (_, _, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        trap.armed = True
        eventually(lambda: trap.sprung)
        eventually(lambda: engine.connections()[0].messages_rate > 0)
        assert is_live(engine, BTC)
    assert any(record.exc_info for record in caplog.records)
