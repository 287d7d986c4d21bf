"""Many subscriptions on one socket: within the exchange's limits, each with its own fate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.feeds import QUICK, equals_ledger, eventually, is_live, running
from tests.simulated import TRADING
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.background import BackgroundSimulator
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


@contextmanager
def engine_on(dialect: str) -> Iterator[Engine]:
    """A started engine on a simulated exchange of another kind, with shared sockets."""
    with BackgroundSimulator(Simulator(dialect=dialect, seed=7)) as simulator:
        settings = ExchangeSettings(simulator.ws_url, simulator.rest_url)
        engine = Engine({dialect: load_exchange(dialect, settings)}, SHARED, history=20)
        engine.start()
        try:
            yield engine
        finally:
            engine.stop()


def each_of(exchange: str, names: str, intervals: str) -> list[Subscription]:
    return [
        Subscription(Symbol(exchange, name), Interval.parse(interval))
        for name in names.split()
        for interval in intervals.split()
    ]


def test_each_interval_of_a_symbol_on_kraken_has_a_socket_of_its_own_by_itself() -> None:
    wanted = each_of("kraken", "BTC/USD ETH/USD", "1m 5m 1w")
    with engine_on("kraken") as engine:
        for each in wanted:
            engine.acquire(each)
        eventually(lambda: is_live(engine, *wanted))
        held = [set(connection.subscriptions) for connection in engine.connections()]
        assert sorted(map(len, held)) == [2, 2, 2]
        assert all(len({each.symbol for each in group}) == 2 for group in held)


def test_an_interval_takes_the_place_of_another_one_without_a_refusal() -> None:
    minute, hour = each_of("kraken", "BTC/USD", "1m 1h")
    with engine_on("kraken") as engine:
        lease = engine.acquire(minute)
        eventually(lambda: is_live(engine, minute))
        lease.release()
        engine.acquire(hour)
        eventually(lambda: is_live(engine, hour))
        heard = engine.view(hour, 1).price_time
        eventually(lambda: (engine.view(hour, 1).price_time or 0) > (heard or 0))


def test_all_intervals_of_a_product_on_coinbase_share_a_socket_even_those_of_no_row() -> None:
    wanted = each_of("coinbase", "BTC-USD", "1m 5m 15m 30m 1h 4h 6h 1d")
    with engine_on("coinbase") as engine:
        for each in wanted:
            engine.acquire(each)
        eventually(lambda: is_live(engine, *wanted))
        assert len(engine.connections()) == 1
        eventually(lambda: all(len(engine.view(each, 50).candles) >= 20 for each in wanted))
        assert not any(engine.view(each, 50).holes for each in wanted)
