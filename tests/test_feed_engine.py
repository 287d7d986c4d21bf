"""The engine on real sockets: what it does when all is well, and when it is not."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.feeds import (
    MANY_DIALS,
    QUICK,
    Events,
    engine_on,
    equals_ledger,
    eventually,
    is_live,
    running,
    simulated,
    subscription,
)
from tui.feed.status import (
    CandleChanged,
    ConnectionState,
    GapOpened,
    GapRepaired,
    Rejected,
    StateChanged,
)
from tui.simulator.background import BackgroundSimulator
from tui.simulator.faults import Stall
from tui.simulator.server import Simulator

BTC, ETH, SOL, XRP, KSM = (
    subscription(name) for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "KSMUSDT")
)
capacities = pytest.mark.parametrize("capacity", [1, 4])


@capacities
def test_five_symbols_become_live_with_their_history(capacity: int) -> None:
    symbols = [BTC, ETH, SOL, XRP, KSM]
    settings = replace(QUICK, symbols_per_connection=capacity)
    with running(settings) as (_, _, engine):
        for each in symbols:
            engine.acquire(each)
        eventually(lambda: is_live(engine, *symbols))
        assert len(engine.connections()) == {1: 5, 4: 2}[capacity]
        for each in symbols:
            view = engine.view(each, 100)
            assert len(view.candles) >= 20
            assert view.price


@capacities
@pytest.mark.parametrize("fault", ["drop", "refuse", "close"])
def test_an_outage_is_repaired_to_the_last_digit(fault: str, capacity: int) -> None:
    settings = replace(QUICK, symbols_per_connection=capacity)
    with running(settings) as (simulator, exchange, engine):
        events = Events(engine)
        for each in (BTC, ETH):
            engine.acquire(each)
        eventually(lambda: is_live(engine, BTC, ETH))
        eventually(lambda: len(simulator.ledger.candles("BTCUSDT", BTC.interval)) >= 2)
        match fault:
            case "drop":
                exchange.drop()
            case "refuse":
                exchange.refuse(2.5)
            case "close":
                exchange.close(1000, "bye")
        events.next(GapOpened)
        down = events.next(StateChanged)
        assert down.state is ConnectionState.BACKOFF
        assert down.reason
        events.next(GapRepaired)
        eventually(lambda: is_live(engine, BTC, ETH))
        eventually(lambda: equals_ledger(engine, simulator, BTC))
        eventually(lambda: equals_ledger(engine, simulator, ETH))
        rows = engine.connections()
        assert all(row.reconnects >= 1 for row in rows)
        assert all(row.gaps_found == row.gaps_repaired > 0 for row in rows)


def test_a_price_grows_old_while_nothing_comes() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        exchange.refuse(30.0)
        eventually(lambda: engine.status(BTC).state is ConnectionState.BACKOFF)
        first = engine.status(BTC).data_age or 0.0
        eventually(lambda: (engine.status(BTC).data_age or 0.0) > first + 0.2)
        assert engine.view(BTC, 10).price, "the last price stays on the screen, with its age"
        assert engine.view(BTC, 10).uncertain_from is not None


def test_the_age_of_a_connection_s_data_does_not_start_anew_with_its_socket() -> None:
    with running(replace(QUICK, stale_after=20.0)) as (_, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        exchange.inject(Stall(30.0))
        exchange.refuse(1.0)
        eventually(lambda: engine.connections()[0].reconnects)
        (row,) = engine.connections()
        assert row.uptime is not None and row.data_age is not None
        assert row.data_age > row.uptime + 0.5


def test_an_unknown_symbol_is_rejected_with_the_nearest_and_the_others_live_on() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        events = Events(engine)
        unknown = subscription("BTCUSDX")
        engine.acquire(unknown)
        engine.acquire(BTC)
        event = events.next(Rejected)
        assert event.subscription == unknown
        assert "BTCUSDT" in event.nearest
        assert "BTCUSDX" in engine.status(unknown).rejected
        eventually(lambda: is_live(engine, BTC))


def test_a_symbol_that_is_not_traded_says_so() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        events = Events(engine)
        engine.acquire(subscription("XMRUSDT"))
        assert "not traded" in events.next(Rejected).reason


def test_two_leases_share_one_series_and_the_last_one_ends_it() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        first, second = engine.acquire(BTC), engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        assert len(engine.connections()) == 1
        first.release()
        first.release()
        assert engine.view(BTC, 1).candles
        second.release()
        with pytest.raises(KeyError):
            engine.view(BTC, 1)
        eventually(lambda: not engine.connections()[0].subscriptions)
        eventually(lambda: engine.connections() == ())


def test_a_symbol_added_after_another_was_removed_takes_over_its_socket() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        lease = engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        lease.release()
        engine.acquire(ETH)
        eventually(lambda: is_live(engine, ETH))
        rows = engine.connections()
        assert [(row.subscriptions, row.reconnects) for row in rows] == [((ETH,), 0)]


def test_two_intervals_of_one_symbol_have_a_series_each() -> None:
    minute = subscription("BTCUSDT", "1m")
    settings = replace(QUICK, symbols_per_connection=4)
    with running(settings) as (_, _, engine):
        engine.acquire(BTC)
        lease = engine.acquire(minute)
        eventually(lambda: is_live(engine, BTC, minute))
        assert engine.view(minute, 2).candles[-1].open_time % 60_000 == 0
        lease.release()
        events = Events(engine, candles=True)
        for _ in range(3):
            events.next(CandleChanged, lambda e: e.candle.closed)


def test_a_long_history_comes_in_pages_without_a_hole() -> None:
    minute = subscription("BTCUSDT", "1m")
    with running(history=2_500) as (_, _, engine):
        engine.acquire(minute)
        eventually(lambda: is_live(engine, minute))
        view = engine.view(minute, 5_000)
        assert len(view.candles) >= 2_500
        assert view.holes == ()


def test_nobody_listening_is_said_in_words_and_tried_again_until_someone_does() -> None:
    port = _free_port()
    ws_url, rest_url = f"ws://127.0.0.1:{port}", f"http://127.0.0.1:{port}"
    with engine_on(ws_url, rest_url) as engine:
        events = Events(engine)
        engine.acquire(BTC)
        event = events.next(StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
        assert event.reason.startswith(f"127.0.0.1:{port} refused the connection;")
        assert event.attempt == 1
        with BackgroundSimulator(Simulator(port=port, limits=MANY_DIALS)):
            eventually(lambda: is_live(engine, BTC))


def test_too_many_dials_are_refused_by_the_exchange_and_the_wait_it_asks_for_is_kept() -> None:
    limits = replace(MANY_DIALS, connections_per_5_minutes=1)
    with running(limits=limits) as (_, _, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        engine.acquire(ETH)
        eventually(lambda: engine.status(ETH).state is ConnectionState.BACKOFF)
        status = engine.status(ETH)
        assert status.retry_in and status.retry_in > 60
        engine.reconnect(ETH)
        eventually(lambda: (engine.status(ETH).retry_in or 0) > 60)
        assert is_live(engine, BTC)


def test_a_handshake_that_is_never_answered_ends_in_time() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    with _serving(silent) as port:
        settings = replace(QUICK, connect_timeout=0.3)
        with engine_on(f"ws://127.0.0.1:{port}", "http://127.0.0.1:1", settings) as engine:
            engine.acquire(BTC)
            eventually(
                lambda: engine.status(BTC).reason.startswith(f"127.0.0.1:{port} did not answer")
            )


def test_a_login_page_is_not_taken_for_the_exchange() -> None:
    async def portal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        page = b"<html>Please log in</html>"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        await writer.drain()
        writer.close()

    with _serving(portal) as port:
        urls = (f"ws://127.0.0.1:{port}", f"http://127.0.0.1:{port}")
        with engine_on(*urls) as engine:
            engine.acquire(BTC)
            eventually(lambda: "login page" in engine.status(BTC).reason)


def test_stopping_closes_every_socket_within_a_second() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        for each in (BTC, ETH, SOL):
            engine.acquire(each)
        eventually(lambda: is_live(engine, BTC, ETH, SOL))
        began = time.monotonic()
        engine.stop()
        assert time.monotonic() - began < 1.0
        assert not any(thread.name == "engine" for thread in threading.enumerate())


def test_the_symbol_directory_is_loaded_on_demand() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        eventually(lambda: "BTCUSDT" in engine.symbols("binance").symbols)


Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextmanager
def _serving(conversation: Conversation) -> Iterator[int]:
    """A raw TCP server on a thread of its own; yields its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(conversation, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
