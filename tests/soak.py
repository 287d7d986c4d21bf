"""A day of a busy program in minutes: what it uses while its connections are lost again and again.

The engine, its sockets and the simulated exchange, which is a process of its own, are real; only
their clocks run many times too fast, so that all timers and budgets of a day are passed through.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass, replace
from random import Random
from statistics import linear_regression
from unittest.mock import patch

from tests.fast_time import FastLoop, fast_clock
from tests.feeds import is_live, subscription
from tests.resources import MIB, descriptors, memory_in_use
from tests.simulated import TRADING
from tests.simulator_process import SimulatorProcess
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.simulator.faults import Close, Drop
from tui.simulator.limits import Limits

CONNECTIONS = 40
_WATCHED = [subscription(name, i) for i in ("1m", "3m", "5m", "15m") for name in TRADING[:50]]
# Series and lists of repairs are soon as long as they get: memory has no reason to grow then.
_HISTORY = 5
_LOSSES = (Drop(), Close(1001), Close(1012), Close(1000))
_NO_LIMITS = Limits(10**6, 1024, 10**6, 10**9, queued_frames=10**6)
# What a computer takes to answer does not get shorter with the clock.
_LONG = 3_000.0
_SETTINGS = ConnectionSettings(
    connect_timeout=_LONG, heartbeat_interval=600.0, pong_timeout=_LONG, stale_after=_LONG,
    symbols_per_connection=len(_WATCHED) // CONNECTIONS,
)  # fmt: skip
_PATCHED = {
    "tui.feed.rest.TOTAL_TIMEOUT": _LONG,
    "tui.feed.commands.ACK_TIMEOUT": _LONG,
    "tui.feed.record.CLOSE_GRACE": 1000 * _LONG,
    "tui.feed.engine._LEAST_CAPACITY": 2 * _HISTORY,
    "tui.feed.gaps._REPAIRS_SHOWN": 1,
}
# Seconds of real time.
_SETTLING = 2.0
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What must not pile up."""

    tasks: int
    threads: int
    descriptors: int


@dataclass(frozen=True, slots=True)
class Report:
    """`memory` is bytes at the hours of the run, `hours` and `reconnects` are all of it."""

    hours: tuple[float, ...]
    memory: tuple[int, ...]
    reconnects: int
    before: Counts
    after: Counts

    @property
    def growth(self) -> float:
        """MiB by which memory rises over the run: the slope of all but the first quarter."""
        warm = len(self.hours) // 4
        hours, memory = self.hours[warm:], self.memory[warm:]
        return linear_regression(hours, memory).slope * self.hours[-1] / MIB

    def __str__(self) -> str:
        first, last = (self.memory[i] / MIB for i in (0, -1))
        return (
            f"{self.hours[-1]:.1f} h, {self.reconnects} reconnects, {first:.1f} to {last:.1f} MiB, "
            f"slope {self.growth:.2f} MiB; before {self.before}, after {self.after}"
        )


def soak(speed: int, hours: float, rounds: int) -> Report:
    """Follow 200 feeds on 40 connections for so many fast hours; lose all in each of the rounds.

    A first loss comes before the run: it does for the first time what is then done again.
    """
    with _running(speed) as soaked:
        soaked.lose(1, 0.0)
        soaked.began, before = soaked.clock(), soaked.settled()
        for number in range(1, rounds + 1):
            soaked.lose(number + 1, number * hours / rounds)
            soaked.sample()
        after = soaked.settled()
        soaked.wait(soaked.is_whole)
        reconnects = soaked.reconnects - CONNECTIONS
        return Report(tuple(soaked.hours), tuple(soaked.memory), reconnects, before, after)


@contextmanager
def _running(speed: int) -> Iterator[_Soaked]:
    clock = fast_clock(speed)
    with SimulatorProcess(None, _NO_LIMITS, speed) as exchange, ExitStack() as stack:
        # The pool of requests ends what is idle by a clock of its own.
        for name, value in {**_PATCHED, "aiohttp.connector.monotonic": clock}.items():
            stack.enter_context(patch(name, value))
        urls = replace(exchange.urls, options={"live_trades": False})
        engine = _engine(urls, speed)
        for each in _WATCHED:
            engine.acquire(each)
        engine.start()
        try:
            yield _Soaked(engine, exchange, clock)
        finally:
            engine.stop()


def _engine(urls: ExchangeSettings, speed: int) -> Engine:
    exchanges = {"binance": load_exchange("binance", urls)}
    with patch("asyncio.new_event_loop", lambda: FastLoop(speed)):
        return Engine(exchanges, _SETTINGS, _HISTORY, Random(1), fast_clock(speed))


class _Soaked:
    """The running engine, its exchange, and what it used at which hours since it began."""

    def __init__(
        self, engine: Engine, exchange: SimulatorProcess, clock: Callable[[], float]
    ) -> None:
        self.clock = clock
        self.began = clock()
        self.hours: list[float] = []
        self.memory: list[int] = []
        self._engine = engine
        self._exchange = exchange
        self.wait(self.is_live)

    @property
    def hour(self) -> float:
        return (self.clock() - self.began) / 3600

    @property
    def reconnects(self) -> int:
        return sum(connection.reconnects for connection in self._engine.connections())

    def is_live(self) -> bool:
        return is_live(self._engine, *_WATCHED)

    def is_whole(self) -> bool:
        return not any(self._engine.view(each, 2 * _HISTORY).holes for each in _WATCHED)

    def lose(self, number: int, hour: float) -> None:
        """Lose every connection for the so manieth time; go on when all are back and at `hour`."""
        self._exchange.inject(_LOSSES[number % len(_LOSSES)])
        self.wait(lambda: self.reconnects >= number * CONNECTIONS)
        self.wait(self.is_live)
        self.wait(lambda: self.hour >= hour)

    def sample(self) -> None:
        self.hours.append(self.hour)
        self.memory.append(memory_in_use())

    def settled(self) -> Counts:
        """The least of each, once none has become less for a while.

        So much is there when no repair or check is under way, and no request is kept open.
        """
        least, ends = self._counts(), time.monotonic() + _SETTLING
        while time.monotonic() < ends:
            lower = Counts(*map(min, astuple(least), astuple(self._counts())))
            if lower != least:
                least, ends = lower, time.monotonic() + _SETTLING
            self._look()
        return least

    def _counts(self) -> Counts:
        tasks = len(asyncio.all_tasks(self._engine._loop))
        return Counts(tasks, threading.active_count(), descriptors())

    def wait(self, holds: Callable[[], object]) -> None:
        """Look on until it holds."""
        ends = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < ends, "it did not come to be"
            self._look()

    def _look(self) -> None:
        """What changed, as a screen does ten times a second."""
        for each in self._engine.drain().dirty:
            self._engine.view(each, 2 * _HISTORY)
        time.sleep(0.1)  # between two looks, as a screen does
