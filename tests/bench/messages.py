"""CPU per message, from the socket to the series.

Measured: the whole process while a fixed number of frames of 100 symbols comes over one loopback
socket from another process. `other` is a bare loop over the websockets library's
`recv(decode=False)` with the connection options of `tui.feed.transport`; `ours` is the running
engine: transport, parsing, hub, series, meter, and its timers. Both take turns within one run,
each on a connection of its own, and the medians count.

The bound is on 5 000 messages a second, each written on its own: more than a connection of 100
busy symbols brings, and a rate that both sides keep up with, so that how fast the sender is plays
no part. The notes have the same for a flood, with more frames always waiting in the socket: there
the bare loop pays for a system call only once in hundreds of frames.

Not measured: the handshake, subscribing, the history (the window begins when all is live), and
whoever reads the series. Nothing is subtracted.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from statistics import median

from tests.bench.figure import Figure
from tests.bench.market import names
from tests.bench.processes import ExchangeProcess
from tui.exchange import load_exchange
from tui.feed import transport
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

CPU_PER_MESSAGE = "cpu_per_message"
_SYMBOLS = 100
_MOST = 2.0
# Of each symbol, so that market time passes as real time does.
_SYMBOL_RATE = 50
_RATE = float(_SYMBOLS * _SYMBOL_RATE)
_LONGEST = 60.0
_MICRO = 1e6
# The first second of every symbol's frames: caches are warm, every series has data.
_WARM_UP = _SYMBOLS * _SYMBOL_RATE


def subscriptions(count: int) -> list[Subscription]:
    """One-minute candles of the market's first `count` symbols."""
    minute = Interval.parse("1m")
    return [Subscription(Symbol("binance", name), minute) for name in names(count)]


def cpu_per_message(frames: int = 20_000, rounds: int = 5) -> Figure:
    """CPU microseconds of the engine and of a bare loop: medians of `rounds` rounds of `frames`."""
    with ExchangeProcess(_SYMBOLS, _SYMBOL_RATE) as exchange:
        paced = _compare(exchange, frames, rounds, _RATE)
        flood = _compare(exchange, frames, rounds, None)
    ours, bare = (_MICRO * median(side) for side in paced)
    flood_ours, flood_bare = (_MICRO * median(side) for side in flood)
    ratios = [mine / other for mine, other in zip(*paced, strict=True)]
    notes = {
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
        "flood_ours": flood_ours,
        "flood_other": flood_bare,
        "flood_ratio": flood_ours / flood_bare,
    }
    bound = f"ours <= {_MOST:.0f} x other"
    return Figure(CPU_PER_MESSAGE, "us", ours, bare, bound, _MOST * bare, notes)


def _compare(
    exchange: ExchangeProcess, frames: int, rounds: int, rate: float | None
) -> tuple[list[float], list[float]]:
    """Seconds of CPU per message of the engine and of the bare loop, round by round."""
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(asyncio.run(_bare(exchange, frames, rate)))
        ours.append(_engine(exchange, frames, rate))
    return ours, bare


async def _bare(exchange: ExchangeProcess, frames: int, rate: float | None) -> float:
    """Seconds of CPU per message of a loop that receives and does nothing else."""
    url = f"{exchange.urls.ws_url}/stream"
    connection = await transport._open(url)
    streams = [f"{name.lower()}@kline_1m" for name in names(_SYMBOLS)]
    await connection.send(json.dumps({"method": "SUBSCRIBE", "params": streams, "id": 1}))
    await connection.recv()
    for count, pace in ((_WARM_UP, None), (frames, rate)):
        started = time.process_time()
        exchange.start(count, pace)
        for _ in range(count):
            await connection.recv(decode=False)
        spent = time.process_time() - started
        exchange.finish()
    await connection.close()
    return spent / frames


def _engine(exchange: ExchangeProcess, frames: int, rate: float | None) -> float:
    """Seconds of CPU per message of the engine."""
    wanted = subscriptions(_SYMBOLS)
    settings = ConnectionSettings(symbols_per_connection=_SYMBOLS)
    engine = Engine({"binance": load_exchange("binance", exchange.urls)}, settings)
    for subscription in wanted:
        engine.acquire(subscription)
    engine.start()
    try:
        _warm_up(exchange, engine, wanted)
        started = time.process_time()
        _pass(exchange, engine, wanted[-1], frames, rate)
        return (time.process_time() - started) / frames
    finally:
        engine.stop()


def _warm_up(exchange: ExchangeProcess, engine: Engine, wanted: Sequence[Subscription]) -> None:
    """A subscription is live once its history is there and it had data."""

    def live() -> bool:
        exchange.send(_WARM_UP)
        states = [engine.status(subscription).state for subscription in wanted]
        return all(state is ConnectionState.LIVE for state in states)

    _wait(live)
    _pass(exchange, engine, wanted[-1], _WARM_UP)


def _pass(
    exchange: ExchangeProcess,
    engine: Engine,
    last: Subscription,
    frames: int,
    rate: float | None = None,
) -> None:
    """Send frames through the engine; the last one is of the `last` subscription."""
    newest = exchange.send(frames, rate)
    _wait(lambda: engine.view(last, 1).price_time == newest)


def _wait(condition: Callable[[], bool]) -> None:
    """Look seldom: looking is part of what is measured."""
    deadline = time.monotonic() + _LONGEST
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the engine did not get there")
        time.sleep(0.05)  # between two looks
