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
from tests.feeds import (
    QUICK,
    Crowd,
    Events,
    crowds,
    engine_with,
    equals_ledger,
    eventually,
    has,
    is_live,
    long_crowds,
    more_recorded,
    recorded,
    simulated,
)
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, GapOpened, GapRepaired, StateChanged
from tui.simulator.server import Simulator

HEARTBEAT = replace(QUICK, heartbeat_interval=0.5, pong_timeout=0.5, stale_after=30.0)
# What `strike` chooses with these is each of its faults once.
SEEDS_OF_EVERY_FAULT = [0, 1, 2, 3, 5, 7, 9, 13, 14, 17]


@contextmanager
def proxied(
    crowd: Crowd, settings: ConnectionSettings = QUICK
) -> Iterator[tuple[Simulator, FaultProxy, Engine]]:
    """An engine whose WebSocket goes through a proxy; REST has a way of its own."""
    with (
        simulated() as (simulator, exchange),
        FaultProxy(port_of(exchange.ws_url)) as proxy,
        engine_with(crowd, proxy.ws_url, exchange.rest_url, settings) as engine,
    ):
        yield simulator, proxy, engine


def live_and_recorded(engine: Engine, simulator: Simulator, crowd: Crowd) -> bool:
    return is_live(engine, *crowd) and all(len(recorded(simulator, each)) >= 2 for each in crowd)


def live_and_whole(engine: Engine, simulator: Simulator, crowd: Crowd) -> bool:
    return is_live(engine, *crowd) and equals_ledger(engine, simulator, *crowd)


@crowds
@pytest.mark.parametrize("strike", [FaultProxy.reset, FaultProxy.finish], ids=["n1 RST", "n2 FIN"])
def test_n1_n2_a_connection_that_breaks_off_is_dialled_again_and_the_gap_is_filled(
    strike: Callable[[FaultProxy], None], crowd: Crowd
) -> None:
    with proxied(crowd) as (simulator, proxy, engine):
        eventually(lambda: live_and_recorded(engine, simulator, crowd))
        events = Events(engine)
        strike(proxy)
        events.of_each(crowd, GapOpened)
        for down in events.of_each(crowd, StateChanged):
            assert (down.state, down.attempt) == (ConnectionState.BACKOFF, 1)
            assert down.reason == "The connection broke off; it dials again."
            assert down.delay is not None and down.delay <= 0.5
        for each in crowd:
            assert engine.view(each, 1).price and engine.status(each).data_age is not None
        events.of_each(crowd, GapRepaired)
        eventually(lambda: live_and_whole(engine, simulator, crowd))


@crowds
def test_n3_p41_a_black_hole_both_ways_is_found_by_the_ping_and_left_without_a_goodbye(
    crowd: Crowd,
) -> None:
    with proxied(crowd, HEARTBEAT) as (simulator, proxy, engine):
        eventually(lambda: live_and_recorded(engine, simulator, crowd))
        events = Events(engine)
        proxy.shape(HOLE, HOLE)
        began = time.monotonic()
        lost = events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
        assert time.monotonic() - began <= 1.5
        assert all(e.reason.startswith("The exchange did not answer our ping") for e in lost)
        events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.DIALING)
        assert time.monotonic() - began <= 2.0
        proxy.shape()
        eventually(lambda: live_and_whole(engine, simulator, crowd))


@crowds
def test_n4_data_does_not_hide_that_nobody_hears_us(crowd: Crowd) -> None:
    with proxied(crowd, HEARTBEAT) as (simulator, proxy, engine):
        eventually(lambda: live_and_recorded(engine, simulator, crowd))
        events = Events(engine)
        proxy.shape(HOLE, CLEAR)
        lost = events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
        assert all(e.reason.startswith("The exchange did not answer our ping") for e in lost)
        age = engine.connections()[0].data_age
        assert age is not None and age < 1.0
        proxy.shape()
        eventually(lambda: live_and_whole(engine, simulator, crowd))


@long_crowds
def test_n21_a_slow_and_unsteady_line_is_not_taken_for_a_dead_one(crowd: Crowd) -> None:
    settings = replace(QUICK, connect_timeout=10.0, heartbeat_interval=1.0, stale_after=10.0)
    slow = Way(latency=0.8, jitter=0.4, rate=8_000)
    with proxied(crowd, settings) as (simulator, proxy, engine):
        proxy.shape(slow, slow)
        engine.reconnect()
        eventually(lambda: is_live(engine, *crowd))
        eventually(lambda: (engine.connections()[0].round_trip or 0) >= 1.6)
        reconnects = engine.connections()[0].reconnects
        more_recorded(simulator, crowd, 4)
        assert engine.connections()[0].reconnects == reconnects
        truth = {each: recorded(simulator, each) for each in crowd}  # a full line is behind it
        eventually(lambda: all(has(engine, each, candles) for each, candles in truth.items()))


@long_crowds
def test_n22_one_byte_a_segment_gives_the_same_candles(crowd: Crowd) -> None:
    sliced = Way(slices=1)
    with proxied(crowd) as (simulator, proxy, engine):
        proxy.shape(sliced, sliced)
        engine.reconnect()
        eventually(lambda: is_live(engine, *crowd))
        reconnects = engine.connections()[0].reconnects
        more_recorded(simulator, crowd, 3)
        eventually(lambda: equals_ledger(engine, simulator, *crowd))
        assert engine.connections()[0].reconnects == reconnects


@crowds
def test_a_connection_cut_in_the_middle_of_a_frame_loses_no_candle(crowd: Crowd) -> None:
    with proxied(crowd) as (simulator, proxy, engine):
        events = Events(engine)
        for frames in (1, 5):
            eventually(lambda: live_and_recorded(engine, simulator, crowd))
            proxy.cut(frames)
            events.of_each(crowd, GapOpened)
        eventually(lambda: live_and_whole(engine, simulator, crowd))


@crowds
def test_any_fault_of_the_network_leaves_every_candle_as_the_exchange_published_it(
    crowd: Crowd,
) -> None:
    settings = replace(HEARTBEAT, stale_after=2.0)
    with simulated() as (simulator, exchange), ExitStack() as stack:
        engines = []
        for seed in SEEDS_OF_EVERY_FAULT:
            proxy = stack.enter_context(FaultProxy(port_of(exchange.ws_url), seed))
            engine = stack.enter_context(
                engine_with(crowd, proxy.ws_url, exchange.rest_url, settings)
            )
            eventually(partial(is_live, engine, *crowd))
            print(f"seed {seed}: {proxy.strike(Random(seed))}")
            engines.append(engine)
        more_recorded(simulator, crowd, 4)
        eventually(lambda: all(live_and_whole(e, simulator, crowd) for e in engines))
        assert sum(bool(e.connections()[0].gaps_found) for e in engines) >= len(engines) // 2
