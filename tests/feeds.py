"""A real engine on a real simulator, and waiting for what they shall do.

A fault that meets a connection meets all that it carries. So the tests of such faults (the
network, closes, answers, frames, silence, dials, repairs) take a `crowd`: one subscription with a
connection of its own, and four that share one, each of which must come through by itself in its
states, its gaps and its candles. Of a fault with many forms the first meets both (`forms`); what
takes long meets four in the long run only (`long_crowds`). Not so what is about sharing already
(commands and their acks), logins, whose sockets have room for fifty, what is about no
subscription (threads, secrets), and what has its own clock: virtual time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest

from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import (
    CandleChanged,
    ConnectionState,
    FeedEvent,
    GapOpened,
    GapRepaired,
    StateChanged,
)
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.background import BackgroundSimulator
from tui.simulator.faults import Fault
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator

E = TypeVar("E", bound=FeedEvent)
Own = TypeVar("Own", StateChanged, GapOpened, GapRepaired, CandleChanged)
Crowd = tuple[Subscription, ...]
PATIENCE = 20.0
QUICK = ConnectionSettings(
    reconnect_interval=0.1, max_reconnect_interval=0.5, connect_timeout=1.0, stale_after=2.0
)
MANY_DIALS = Limits(connections_per_5_minutes=10_000)


def subscription(name: str, interval: str = "1s") -> Subscription:
    return Subscription(Symbol("binance", name), Interval.parse(interval))


TOGETHER: Crowd = tuple(map(subscription, ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")))
ALONE: Crowd = TOGETHER[:1]
crowds = pytest.mark.parametrize("crowd", [ALONE, TOGETHER], ids=["capacity 1", "capacity 4"])
long_crowds = pytest.mark.parametrize(
    "crowd",
    [ALONE, pytest.param(TOGETHER, marks=pytest.mark.long)],
    ids=["capacity 1", "capacity 4"],
)


def forms(name: str, values: Iterable[object]) -> pytest.MarkDecorator:
    """Every form of one fault is met by one subscription, the first by four together, too."""
    each = list(values)
    pairs = [(each[0], TOGETHER), *((value, ALONE) for value in each)]
    ids = [f"{value}-capacity {len(crowd)}" for value, crowd in pairs]
    return pytest.mark.parametrize((name, "crowd"), pairs, ids=ids)


def eventually(holds: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fail when it does not within PATIENCE seconds."""
    ends = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends, "it did not come to be"
        time.sleep(0.01)  # between two looks


class Events:
    """What an engine tells from now on, taken one by one."""

    def __init__(self, engine: Engine, *, candles: bool = False) -> None:
        self._outlet = engine.listen(candles=candles)
        self._waiting: deque[FeedEvent] = deque()

    def next(self, kind: type[E], matches: Callable[[E], bool] = lambda _: True) -> E:
        """The next event of a kind that matches; those before it are passed over."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            while self._waiting:
                event = self._waiting.popleft()
                if isinstance(event, kind) and matches(event):
                    return event
            self._waiting.extend(self._outlet.take(0.05))
        raise AssertionError(f"no such {kind.__name__} came")

    def of_each(
        self, crowd: Crowd, kind: type[Own], matches: Callable[[Own], bool] = lambda _: True
    ) -> list[Own]:
        """The next of a kind that matches of each subscription, as they come."""
        awaited, found = set(crowd), list[Own]()
        while awaited:
            found.append(self.next(kind, lambda e: e.subscription in awaited and matches(e)))
            awaited.remove(found[-1].subscription)
        return found

    def waiting(self, kind: type[E]) -> list[E]:
        """Those of a kind that have come and were not taken."""
        self._waiting.extend(self._outlet.take())
        return [event for event in self._waiting if isinstance(event, kind)]


@contextmanager
def simulated(
    seed: int = 7, limits: Limits = MANY_DIALS
) -> Iterator[tuple[Simulator, BackgroundSimulator]]:
    """A simulator on a thread of its own: the server, and its faults to be made from here."""
    simulator = Simulator(seed=seed, limits=limits)
    with BackgroundSimulator(simulator) as background:
        yield simulator, background


@contextmanager
def engine_on(
    ws_url: str, rest_url: str, settings: ConnectionSettings = QUICK, history: int = 20
) -> Iterator[Engine]:
    """A started engine whose Binance is at these urls."""
    binance = load_exchange("binance", ExchangeSettings(ws_url, rest_url))
    engine = Engine({"binance": binance}, settings, history, Random(5))
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


@contextmanager
def engine_with(
    crowd: Crowd, ws_url: str, rest_url: str, settings: ConnectionSettings = QUICK,
    history: int = 20,
) -> Iterator[Engine]:  # fmt: skip
    """The same that wants a crowd, all of it on one connection."""
    shared = replace(settings, symbols_per_connection=len(crowd))
    with engine_on(ws_url, rest_url, shared, history) as engine:
        for each in crowd:
            engine.acquire(each)
        eventually(lambda: [set(c.subscriptions) for c in engine.connections()] == [set(crowd)])
        yield engine


def is_live(engine: Engine, *subscriptions: Subscription) -> bool:
    return all(engine.status(s).state is ConnectionState.LIVE for s in subscriptions)


@contextmanager
def running(
    settings: ConnectionSettings = QUICK, history: int = 20, limits: Limits = MANY_DIALS
) -> Iterator[tuple[Simulator, BackgroundSimulator, Engine]]:
    """A simulator and an engine on it."""
    with (
        simulated(limits=limits) as (simulator, exchange),
        engine_on(exchange.ws_url, exchange.rest_url, settings, history) as engine,
    ):
        yield simulator, exchange, engine


@contextmanager
def carrying(
    crowd: Crowd, settings: ConnectionSettings = QUICK, history: int = 20,
    fault: Fault | None = None,
) -> Iterator[tuple[Simulator, BackgroundSimulator, Engine]]:  # fmt: skip
    """A simulator, with a fault from the start, and an engine that wants a crowd of it."""
    with simulated() as (simulator, exchange):
        if fault:
            exchange.inject(fault)
        with engine_with(crowd, exchange.ws_url, exchange.rest_url, settings, history) as engine:
            yield simulator, exchange, engine


def recorded(simulator: Simulator, subscription: Subscription) -> list[Candle]:
    """The exchange's own record, oldest first."""
    return simulator.ledger.candles(subscription.symbol.name, subscription.interval)


def more_recorded(simulator: Simulator, crowd: Crowd, candles: int) -> None:
    """Wait until the exchange has recorded so many more candles of each."""
    goals = {each: len(recorded(simulator, each)) + candles for each in crowd}
    eventually(lambda: all(len(recorded(simulator, s)) >= goal for s, goal in goals.items()))


def equals_ledger(engine: Engine, simulator: Simulator, *subscriptions: Subscription) -> bool:
    """Whether every candle of the ledger is in the series with its values, and none is missing."""
    return all(has(engine, each, recorded(simulator, each)[:-1]) for each in subscriptions)


def has(engine: Engine, subscription: Subscription, truth: list[Candle]) -> bool:
    """Whether the series has no hole and all these candles with their values."""
    view = engine.view(subscription, 1_000)
    closed = {candle.open_time: candle.values for candle in view.candles if candle.closed}
    return not view.holes and all(closed.get(c.open_time) == c.values for c in truth)
