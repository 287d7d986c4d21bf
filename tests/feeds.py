"""A real engine on a real simulator, and waiting for what they shall do."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TypeVar

from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, FeedEvent
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.background import BackgroundSimulator
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator

E = TypeVar("E", bound=FeedEvent)
PATIENCE = 20.0
QUICK = ConnectionSettings(
    reconnect_interval=0.1, max_reconnect_interval=0.5, connect_timeout=1.0, stale_after=2.0
)
MANY_DIALS = Limits(connections_per_5_minutes=10_000)


def subscription(name: str, interval: str = "1s") -> Subscription:
    return Subscription(Symbol("binance", name), Interval.parse(interval))


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


def equals_ledger(engine: Engine, simulator: Simulator, subscription: Subscription) -> bool:
    """Whether every candle of the ledger is in the series with its values, and none is missing."""
    view = engine.view(subscription, 1_000)
    closed = {candle.open_time: candle.values for candle in view.candles if candle.closed}
    truth = simulator.ledger.candles(subscription.symbol.name, subscription.interval)
    return not view.holes and all(
        closed.get(candle.open_time) == candle.values for candle in truth[:-1]
    )
