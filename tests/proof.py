"""Worlds in which everything goes wrong, and what must be true of their candles afterwards.

A world is an exchange, a network and an engine, all real, on loopback. Its script of faults
follows from its seed alone; many worlds run side by side, so that a minute has many faults
although no connection may dial more than eleven times in it. A connection that parks, as after
three violations of the protocol within ten minutes, is told to dial anew, as a person would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from random import Random
from typing import Literal

from tests.dialling import port_of
from tests.fault_proxy import MOMENTS, WAYS, FaultProxy
from tests.feeds import MANY_DIALS, QUICK, engine_on, eventually, is_live, subscription
from tests.loop_thread import LoopThread
from tui.feed.engine import Engine
from tui.feed.outlet import Outlet
from tui.feed.status import CandleChanged, ConnectionState
from tui.market.candle import Candle
from tui.market.symbol import Subscription
from tui.simulator.faults import (
    Answer,
    At,
    BadPage,
    Burst,
    Close,
    Drop,
    Duplicate,
    Fault,
    Forget,
    Gap,
    Garbage,
    Refuse,
    Reorder,
    Revise,
    Shutdown,
    Slow,
    Stall,
    Withhold,
)
from tui.simulator.server import Simulator

SETTINGS = replace(QUICK, heartbeat_interval=1.0, pong_timeout=1.0)
SYMBOLS = 5
# Candles after the last fault that must be right, too.
_WELL_FOR = 3
_SETTLED_WITHIN = 60.0
# Busy, usual and thin markets: some have no trade for minutes.
_POOL = ("SOLUSDT", "XLMUSDT", "ETCUSDT", "LTCBTC", "ZILUSDT", "ONEUSDT", "DOTBTC", "SOLEUR")
_CODES = (1000, 1001, 1002, 1003, 1008, 1009, 1011, 1012, 1013, 3000, 4001, 4999)
_FORMS: tuple[Literal["seconds", "date", "epoch"], ...] = ("seconds", "date", "epoch")


def _lasts(random: Random) -> float:
    """Seconds; long enough that each stream loses a close, not only a correction of one.

    A correction that is lost alone leaves no trace that any client could see.
    """
    return random.uniform(1.6, 4.0)


def _answer(random: Random, at: At) -> Answer:
    return Answer(random.choice((200, 500, 502, 503)), _lasts(random), at)


def _paced(random: Random) -> Answer:
    wait, form = random.uniform(0.5, 2.0), random.choice(_FORMS)
    return Answer(429, _lasts(random), retry_after=wait, form=form)


# What the exchange does wrong. A fault of REST or of the door comes with a lost connection, as
# it would meet nobody otherwise. Left out is what parks a feed for minutes whatever happens:
# 403, 418, 451 and certificates.
_EXCHANGE: Mapping[str, Callable[[Random], tuple[Fault, ...]]] = {
    "drop": lambda _: (Drop(),),
    "close": lambda random: (Close(random.choice(_CODES), "so it goes"),),
    "shutdown": lambda random: (Shutdown(random.uniform(0.5, 4.0)),),
    "refuse": lambda random: (Refuse(_lasts(random)),),
    "429": lambda random: (_paced(random), Drop()),
    "bad door": lambda random: (_answer(random, At.UPGRADE), Drop()),
    "bad REST": lambda random: (_answer(random, At.REST), Drop()),
    "slow": lambda random: (Slow(random.uniform(0.2, 1.2), _lasts(random)), Drop()),
    "empty page": lambda random: (BadPage("empty", 2 * _lasts(random)), Drop()),
    "overlap page": lambda random: (BadPage("overlap", 2 * _lasts(random)), Drop()),
    "garbage page": lambda random: (BadPage("garbage", _lasts(random)), Drop()),
    "cut page": lambda random: (BadPage("cut", _lasts(random)), Drop()),
    "stall": lambda random: (Stall(_lasts(random)),),
    "forget": lambda random: (Forget(random.randint(1, 6), _lasts(random), seed=_seed(random)),),
    "forget next": lambda random: (
        Forget(random.randint(1, 6), next_dial=True, seed=_seed(random)),
        Drop(),
    ),
    "duplicate": lambda random: (Duplicate(_lasts(random)),),
    "reorder": lambda random: (Reorder(_lasts(random), random.uniform(0.1, 1.5)),),
    "garbage": lambda random: (Garbage(_lasts(random), random.randint(1, 3)),),
    "burst": lambda random: (Burst(300.0, _lasts(random)),),
    "gap": lambda random: (Gap(random.randint(1, 4)),),
    "withhold": lambda random: (Withhold(random.randint(1, 4)),),
    "revise": lambda random: (Revise(random.randint(1, 4)),),
}
KINDS = (*_EXCHANGE, *MOMENTS, *WAYS)


def _seed(random: Random) -> int:
    return random.randrange(2**16)


@dataclass(frozen=True, slots=True)
class Blow:
    """One cycle: the kinds of fault struck at once, and for how many candles it is left at that.

    `faults` are the exchange's, `network` names those of the proxy.
    """

    kinds: tuple[str, ...]
    faults: tuple[Fault, ...]
    network: tuple[str, ...]
    candles: int


def script(seed: int) -> Iterator[Blow]:
    """The blows of a world, without end: every kind in its turn, a third of them two at once."""
    random = Random(seed)
    deck = _shuffled(random)
    while True:
        kinds = tuple(islice(deck, 2 if random.random() < 1 / 3 else 1))
        faults = [fault for kind in kinds if kind in _EXCHANGE for fault in _EXCHANGE[kind](random)]
        network = tuple(kind for kind in kinds if kind not in _EXCHANGE)
        yield Blow(kinds, tuple(faults), network, random.randint(1, 3))


def _shuffled(random: Random) -> Iterator[str]:
    while True:
        yield from random.sample(KINDS, len(KINDS))


class Told:
    """What an engine told of closed candles: each once, and again only when it was revised."""

    def __init__(self, engine: Engine) -> None:
        self.values: dict[Subscription, dict[int, tuple[float, ...]]] = {}
        self.wrong: list[str] = []
        self._outlet: Outlet = engine.listen(candles=True)

    def hear(self) -> None:
        """Take in what was told since the last time."""
        for event in self._outlet.take():
            if isinstance(event, CandleChanged):
                self._note(event)

    def _note(self, event: CandleChanged) -> None:
        candles = self.values.setdefault(event.subscription, {})
        time, before = event.candle.open_time, candles.get(event.candle.open_time)
        if not event.candle.closed:
            if before:
                self.wrong.append(f"{event.subscription} {time} opened again")
            return
        if before and not event.revised:
            self.wrong.append(f"{event.subscription} {time} was told twice")
        if before == event.candle.values:
            self.wrong.append(f"{event.subscription} {time} was revised to what it was")
        candles[time] = event.candle.values


class World:
    """One seed's exchange, network and engine; `struck` are the blows so far."""

    def __init__(
        self, seed: int, thread: LoopThread, simulator: Simulator, proxy: FaultProxy, engine: Engine
    ) -> None:  # fmt: skip
        self.seed = seed
        self.struck: list[Blow] = []
        self._thread = thread
        self._simulator = simulator
        self._proxy = proxy
        self._engine = engine
        self._random = Random(seed)
        self._script = script(seed)
        self._rest_until = 0
        self._told = Told(engine)
        self._record: dict[Subscription, list[Candle]] = {}
        self.wanted = [subscription(name) for name in self._random.sample(_POOL, SYMBOLS)]
        for each in self.wanted:
            engine.acquire(each)

    def strike(self) -> None:
        """The next blow of the script."""
        blow = next(self._script)
        self.struck.append(blow)
        for fault in blow.faults:
            self._thread.call(partial(self._simulator.inject, fault))
        for name in blow.network:
            self._proxy.inflict(name, self._random)
        self._rest_until = self._closed() + blow.candles

    @property
    def ready(self) -> bool:
        """Whether it is time for the next blow, and there is something that it can meet."""
        self._press_retry()
        return self.rested and any(is_live(self._engine, each) for each in self.wanted)

    def _closed(self) -> int:
        """How many candles the exchange closed."""
        return len(self._truth(self.wanted[0]))

    def _truth(self, subscription: Subscription) -> list[Candle]:
        return self._simulator.ledger.candles(subscription.symbol.name, subscription.interval)

    def _press_retry(self) -> None:
        """As a person would who sees that a connection has given up."""
        for each in self.wanted:
            if self._engine.status(each).state is ConnectionState.PARKED:
                self._engine.reconnect(each)

    def lift(self) -> None:
        """Let all be well again from now on."""
        self._thread.call(self._simulator.lift)
        self._proxy.shape()
        self._rest_until = self._closed() + _WELL_FOR

    @property
    def rested(self) -> bool:
        """Whether the candles of this cycle are closed."""
        return self._closed() > self._rest_until

    def judge(self) -> None:
        """What the exchange has recorded by now is what `differences` compares with."""
        self._record = {each: self._truth(each) for each in self.wanted}

    def differences(self) -> list[str]:
        """How the engine's candles differ from the exchange's record."""
        self._press_retry()
        self._told.hear()
        return self._told.wrong + [d for each in self.wanted for d in self._differences(each)]

    def _differences(self, subscription: Subscription) -> list[str]:
        truth = {candle.open_time: candle.values for candle in self._record[subscription]}
        view = self._engine.view(subscription, 1_000)
        kept = {candle.open_time: candle.values for candle in view.candles if candle.closed}
        told = self._told.values.get(subscription, {})
        found = [f"hole {hole}" for hole in view.holes]
        if view.uncertain_from is not None:
            found.append(f"not certain from {view.uncertain_from}")
        if view.status.state is not ConnectionState.LIVE:
            found.append(f"{view.status.state} {view.status.reason}")
        found += [f"{t} is {kept.get(t)}, not {v}" for t, v in truth.items() if kept.get(t) != v]
        found += [f"{t} was told as {told.get(t)}" for t, v in truth.items() if told.get(t) != v]
        return [f"{subscription} {each}" for each in found]


@contextmanager
def worlds(seeds: Sequence[int]) -> Iterator[list[World]]:
    """A world for each seed; those of even seeds have a connection for each symbol."""
    with LoopThread() as thread, ExitStack() as stack:
        yield [stack.enter_context(_world(seed, thread)) for seed in seeds]


@contextmanager
def _world(seed: int, thread: LoopThread) -> Iterator[World]:
    simulator = Simulator(seed=seed, limits=MANY_DIALS)
    thread.run(simulator.start())
    settings = replace(SETTINGS, symbols_per_connection=4 if seed % 2 else 1)
    try:
        with (
            FaultProxy(port_of(simulator.ws_url), seed) as proxy,
            engine_on(proxy.ws_url, proxy.rest_url, settings) as engine,
        ):
            yield World(seed, thread, simulator, proxy, engine)
    finally:
        thread.run(simulator.stop())


def torment(worlds: Sequence[World], cycles: int) -> None:
    """Strike every world so many times, each as soon as it is ready for the next."""
    while busy := [world for world in worlds if len(world.struck) < cycles]:
        for world in busy:
            if world.ready:
                world.strike()
        time.sleep(0.05)  # between two looks


def settle(worlds: Sequence[World]) -> list[tuple[World, list[str]]]:
    """The worlds in which something is still different after all has been well for a while."""
    for world in worlds:
        world.lift()
    eventually(lambda: all(world.rested for world in worlds))
    for world in worlds:
        world.judge()
    ends = time.monotonic() + _SETTLED_WITHIN
    unsettled = list(worlds)
    while unsettled and time.monotonic() < ends:
        unsettled = [world for world in unsettled if world.differences()]
        time.sleep(0.1)  # between two looks
    return [(world, world.differences()) for world in unsettled]
