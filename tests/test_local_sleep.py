"""A machine that slept, and an event loop that stood still: the real engine on the simulator."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from random import Random

from tests.feeds import (
    MANY_DIALS,
    QUICK,
    Events,
    equals_ledger,
    eventually,
    is_live,
    simulated,
    subscription,
)
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.clock import ExchangeClock, running
from tui.feed.engine import Engine
from tui.feed.status import ConnectionState, GapOpened, StateChanged
from tui.simulator.background import BackgroundSimulator
from tui.simulator.server import Simulator, wall_ms

BTC = subscription("BTCUSDT")
NAP = 600.0


class SleepyClock:
    """A clock that runs on, as the real one does, while the event loop's stands still.

    So does the exchange's time.
    """

    def __init__(self) -> None:
        self.slept = 0.0

    def __call__(self) -> float:
        return running() + self.slept

    def exchange_ms(self) -> int:
        return wall_ms() + int(self.slept * 1000)


def test_l2_after_a_sleep_the_socket_is_left_at_once_and_the_price_says_its_true_age() -> None:
    clock = SleepyClock()
    simulator = Simulator(seed=7, limits=MANY_DIALS, clock=clock.exchange_ms)
    with BackgroundSimulator(simulator) as exchange:
        binance = load_exchange("binance", ExchangeSettings(exchange.ws_url, exchange.rest_url))
        settings = replace(QUICK, stale_after=30.0)
        engine = Engine({"binance": binance}, settings, 20, Random(5), clock)
        engine.start()
        try:
            engine.acquire(BTC)
            eventually(lambda: is_live(engine, BTC))
            events = Events(engine)
            exchange.stall(1.0)
            clock.slept = NAP
            assert (engine.status(BTC).data_age or 0) >= NAP
            down = events.next(StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
            assert (down.attempt, "slept" in down.reason) == (0, True)
            events.next(StateChanged, lambda e: e.state is ConnectionState.LIVE)
            eventually(lambda: (engine.status(BTC).data_age or NAP) < 5)
            eventually(lambda: equals_ledger(engine, simulator, BTC))
            assert len(engine.view(BTC, 1_000).candles) >= NAP
        finally:
            engine.stop()


def test_l2_the_machine_s_clock_counts_its_sleep() -> None:
    boot = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    assert abs(running() - time.clock_gettime(boot)) < 1.0


def test_l4_a_loop_that_stood_still_reads_first_and_closes_nothing() -> None:
    """Longer than ping, pong and silence together may take."""
    settings = replace(QUICK, heartbeat_interval=0.3, pong_timeout=0.3, stale_after=1.0)
    with simulated() as (simulator, exchange):
        binance = load_exchange("binance", ExchangeSettings(exchange.ws_url, exchange.rest_url))
        engine = Engine({"binance": binance}, settings, 20, Random(5))
        engine.start()
        try:
            engine.acquire(BTC)
            eventually(lambda: is_live(engine, BTC))
            events, awake = Events(engine), threading.Event()

            def oversleep() -> None:
                time.sleep(3.0)  # the fault itself: a loop that stands still
                awake.set()

            engine._call(oversleep)
            assert awake.wait(10)
            candles = len(simulator.ledger.candles("BTCUSDT", BTC.interval))
            eventually(lambda: len(simulator.ledger.candles("BTCUSDT", BTC.interval)) > candles + 1)
            eventually(lambda: equals_ledger(engine, simulator, BTC))
            assert engine.connections()[0].reconnects == 0
            assert events.waiting(GapOpened) == []
        finally:
            engine.stop()


def test_stamps_that_stay_ahead_are_believed_in_the_end() -> None:
    """After a pause that no clock of this machine counted, the exchange is right and we are not."""
    clock = ExchangeClock()
    clock.observe(1_000_000, 0.0)
    hour_ahead = 1_000_000 + 3_600_000
    assert clock.doubts(hour_ahead, 0.5)
    assert clock.doubts(hour_ahead + 3_000, 3.5)
    assert not clock.doubts(hour_ahead + 5_100, 5.6)
    clock.observe(hour_ahead + 5_100, 5.6)
    assert not clock.doubts(hour_ahead + 6_000, 6.5)


def test_one_stamp_among_others_that_is_ahead_is_never_believed() -> None:
    clock = ExchangeClock()
    clock.observe(1_000_000, 0.0)
    for second in range(1, 60):
        assert not clock.doubts(1_000_000 + second * 1000, float(second))
        assert clock.doubts(5_000_000, second + 0.5)
