"""Faults of an open link on real sockets: the engine, a network that fails, the simulator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from random import Random

import pytest

from tests.dialling import port_of
from tests.fault_proxy import CLEAR, HOLE, FaultProxy, Way
from tests.feeds import QUICK, Events, engine_on, eventually, is_live, simulated, subscription
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, GapOpened, GapRepaired, StateChanged
from tui.market.candle import Candle
from tui.simulator.server import Simulator

BTC = subscription("BTCUSDT")
HEARTBEAT = replace(QUICK, heartbeat_interval=0.5, pong_timeout=0.5, stale_after=30.0)
# What `strike` chooses with these is each of its faults once.
SEEDS_OF_EVERY_FAULT = [0, 1, 2, 3, 5, 7, 9, 13, 14, 17]


@contextmanager
def proxied(
    settings: ConnectionSettings = QUICK,
) -> Iterator[tuple[Simulator, FaultProxy, Engine]]:
    """An engine whose WebSocket goes through a proxy; REST has a way of its own."""
    with (
        simulated() as (simulator, exchange),
        FaultProxy(port_of(exchange.ws_url)) as proxy,
        engine_on(proxy.ws_url, exchange.rest_url, settings) as engine,
    ):
        engine.acquire(BTC)
        yield simulator, proxy, engine


def whole(engine: Engine, simulator: Simulator) -> bool:
    """Whether the series has no hole and each closed candle is the one in the ledger."""
    return holds(engine, simulator.ledger.candles("BTCUSDT", BTC.interval)[:-1])


def holds(engine: Engine, truth: list[Candle]) -> bool:
    """Whether the series has no hole and all these candles."""
    view = engine.view(BTC, 1_000)
    closed = {candle.open_time: candle.values for candle in view.candles if candle.closed}
    return not view.holes and all(closed.get(c.open_time) == c.values for c in truth)


def live_and_recorded(engine: Engine, simulator: Simulator) -> bool:
    return is_live(engine, BTC) and len(simulator.ledger.candles("BTCUSDT", BTC.interval)) >= 2


@pytest.mark.parametrize("strike", [FaultProxy.reset, FaultProxy.finish], ids=["n1 RST", "n2 FIN"])
def test_n1_n2_a_connection_that_breaks_off_is_dialled_again_and_the_gap_is_filled(
    strike: Callable[[FaultProxy], None],
) -> None:
    with proxied() as (simulator, proxy, engine):
        eventually(lambda: live_and_recorded(engine, simulator))
        events = Events(engine)
        strike(proxy)
        events.next(GapOpened)
        down = events.next(StateChanged)
        assert (down.state, down.attempt) == (ConnectionState.BACKOFF, 1)
        assert down.reason == "The connection broke off; it dials again."
        assert down.delay is not None and down.delay <= 0.5
        assert engine.view(BTC, 1).price and engine.status(BTC).data_age is not None
        events.next(GapRepaired)
        eventually(lambda: is_live(engine, BTC) and whole(engine, simulator))


def test_n3_p41_a_black_hole_both_ways_is_found_by_the_ping_and_left_without_a_goodbye() -> None:
    with proxied(HEARTBEAT) as (simulator, proxy, engine):
        eventually(lambda: live_and_recorded(engine, simulator))
        events = Events(engine)
        proxy.shape(HOLE, HOLE)
        began = time.monotonic()
        down = events.next(StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
        assert time.monotonic() - began <= 1.5
        assert down.reason.startswith("The exchange did not answer our ping")
        events.next(StateChanged, lambda e: e.state is ConnectionState.DIALING)
        assert time.monotonic() - began <= 2.0
        proxy.shape()
        eventually(lambda: is_live(engine, BTC) and whole(engine, simulator))


def test_n4_data_does_not_hide_that_nobody_hears_us() -> None:
    with proxied(HEARTBEAT) as (simulator, proxy, engine):
        eventually(lambda: live_and_recorded(engine, simulator))
        events = Events(engine)
        proxy.shape(HOLE, CLEAR)
        down = events.next(StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
        assert down.reason.startswith("The exchange did not answer our ping")
        age = engine.status(BTC).data_age
        assert age is not None and age < 1.0
        proxy.shape()
        eventually(lambda: is_live(engine, BTC) and whole(engine, simulator))


def test_n21_a_slow_and_unsteady_line_is_not_taken_for_a_dead_one() -> None:
    settings = replace(QUICK, connect_timeout=10.0, heartbeat_interval=1.0, stale_after=10.0)
    slow = Way(latency=0.8, jitter=0.4, rate=8_000)
    with proxied(settings) as (simulator, proxy, engine):
        proxy.shape(slow, slow)
        engine.reconnect(BTC)
        eventually(lambda: is_live(engine, BTC))
        eventually(lambda: (engine.connections()[0].round_trip or 0) >= 1.6)
        reconnects = engine.connections()[0].reconnects
        count = len(simulator.ledger.candles("BTCUSDT", BTC.interval))
        ledger = simulator.ledger
        eventually(lambda: len(ledger.candles("BTCUSDT", BTC.interval)) >= count + 4)
        assert engine.connections()[0].reconnects == reconnects
        truth = ledger.candles("BTCUSDT", BTC.interval)  # a full line is seconds behind it
        eventually(lambda: holds(engine, truth))


def test_n22_one_byte_a_segment_gives_the_same_candles() -> None:
    sliced = Way(slices=1)
    with proxied() as (simulator, proxy, engine):
        proxy.shape(sliced, sliced)
        engine.reconnect(BTC)
        eventually(lambda: is_live(engine, BTC))
        ledger = simulator.ledger
        count = len(ledger.candles("BTCUSDT", BTC.interval))
        reconnects = engine.connections()[0].reconnects
        eventually(lambda: len(ledger.candles("BTCUSDT", BTC.interval)) >= count + 3)
        eventually(lambda: whole(engine, simulator))
        assert engine.connections()[0].reconnects == reconnects


def test_a_connection_cut_in_the_middle_of_a_frame_loses_no_candle() -> None:
    with proxied() as (simulator, proxy, engine):
        events = Events(engine)
        for frames in (1, 5):
            eventually(lambda: live_and_recorded(engine, simulator))
            proxy.cut(frames)
            events.next(GapOpened)
        eventually(lambda: is_live(engine, BTC) and whole(engine, simulator))


def test_any_fault_of_the_network_leaves_every_candle_as_the_exchange_published_it() -> None:
    settings = replace(HEARTBEAT, stale_after=2.0)
    with simulated() as (simulator, exchange), ExitStack() as stack:
        engines = []
        for seed in SEEDS_OF_EVERY_FAULT:
            proxy = stack.enter_context(FaultProxy(port_of(exchange.ws_url), seed))
            engine = stack.enter_context(engine_on(proxy.ws_url, exchange.rest_url, settings))
            engine.acquire(BTC)
            eventually(partial(is_live, engine, BTC))
            print(f"seed {seed}: {proxy.strike(Random(seed))}")
            engines.append(engine)
        count = len(simulator.ledger.candles("BTCUSDT", BTC.interval))
        eventually(lambda: len(simulator.ledger.candles("BTCUSDT", BTC.interval)) >= count + 4)
        eventually(lambda: all(is_live(e, BTC) and whole(e, simulator) for e in engines))
        assert sum(bool(e.connections()[0].gaps_found) for e in engines) >= len(engines) // 2
