"""Many subscriptions on one socket: within the exchange's limits, each with its own fate."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.feeds import QUICK, equals_ledger, eventually, is_live, running
from tests.simulated import TRADING
from tui.exchange import load_exchange
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator

SECOND = Interval.parse("1s")
MANY = [Subscription(Symbol("binance", name), SECOND) for name in sorted(TRADING)[:200]]
SHARED = replace(QUICK, symbols_per_connection=200, stale_after=30.0, connect_timeout=5.0)


def ledger(simulator: Simulator, each: Subscription) -> list[Candle]:
    return simulator.ledger.candles(each.symbol.name, each.interval)


def test_two_hundred_symbols_stream_over_one_socket_within_the_exchanges_pace() -> None:
    with running(SHARED, history=3, limits=Limits()) as (simulator, _, engine):
        for each in MANY:
            engine.acquire(each)
        eventually(lambda: is_live(engine, *MANY))
        (connection,) = engine.connections()
        assert len(connection.subscriptions) == 200
        assert connection.reconnects == 0
        eventually(lambda: all(len(ledger(simulator, each)) > 3 for each in MANY))
        eventually(lambda: all(equals_ledger(engine, simulator, each) for each in MANY))


def test_subscribing_to_two_hundred_symbols_takes_few_frames_that_are_short_enough() -> None:
    commands = load_exchange("binance").subscribe(MANY, (), 1)
    assert len(commands) <= 6
    assert all(len(command.text.encode()) <= 4_096 for command in commands)
    names = [name for command in commands for name in json.loads(command.text)["params"]]
    assert len(set(names)) == len(names) == 600


def test_one_unknown_symbol_among_many_fails_alone() -> None:
    wrong = Subscription(Symbol("binance", "NOSUCHCOIN"), SECOND)
    with running(SHARED, history=3) as (_, _, engine):
        for each in (*MANY[:20], wrong):
            engine.acquire(each)
        eventually(lambda: bool(engine.status(wrong).rejected))
        eventually(lambda: is_live(engine, *MANY[:20]))
        assert len(engine.connections()) == 1
