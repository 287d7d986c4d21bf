"""For each exchange's own protocol: closed candles equal the ledger, whatever happens between."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.dialect_world import KINDS, PATIENT, FastExchange, Kind, fast_engine
from tests.exchange_follower import Follower, truth
from tests.feeds import is_live
from tui.market.interval import MINUTE
from tui.simulator.faults import Close, Drop, Duplicate, Fault, Forget, Gap, Garbage, Reorder, Stall

SPEED = 20
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def assert_told_as_it_was(follower: Follower, kind: Kind, ledger: Path) -> None:
    """No minute missing since the start, none told twice, each as the exchange wrote it down."""
    for each in kind.minutes:
        told, known = follower.live(each), truth(ledger, kind.dialect, each)
        times = sorted(told)
        assert times == list(range(times[0], times[-1] + 1, MINUTE)), f"{each} has holes"
        first = Counter(t for t, events in told.items() for event in events if not event.revised)
        assert max(first.values()) == 1
        final = {time: events[-1].candle.values for time, events in told.items() if time in known}
        assert len(final) >= len(times) - 2
        assert final == {time: known[time].values for time in final}


@every_kind
@pytest.mark.parametrize("capacity", [1, 4])
def test_every_closed_candle_equals_the_ledger_over_a_kill_and_restart(
    kind: Kind, capacity: int, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    exchange = FastExchange(kind.dialect, ledger, SPEED)
    exchange.start()
    connection = replace(PATIENT, symbols_per_connection=capacity)
    with fast_engine(kind.exchange, exchange.settings(kind), SPEED, 5, connection) as engine:
        follower = Follower(engine.listen(candles=True))
        for each in kind.minutes:
            engine.acquire(each)
        follower.wait(lambda: all(len(follower.live(s)) >= 2 for s in kind.minutes))
        exchange.stop()
        down_until = exchange.clock() + 90_000
        follower.wait(partial(_is_past, exchange, down_until))
        exchange.start()
        since = exchange.clock()
        follower.wait(lambda: all(max(follower.live(s)) > since + MINUTE for s in kind.minutes))
        follower.wait(lambda: not any(engine.view(s, 100).holes for s in kind.minutes))
    exchange.stop()
    assert_told_as_it_was(follower, kind, ledger)


def _is_past(exchange: FastExchange, time: int) -> bool:
    return exchange.clock() >= time


FAULTS: tuple[Fault, ...] = (
    Gap(1), Drop(), Stall(1.0), Duplicate(2.0), Reorder(2.0, window=0.05), Close(1001),
    Garbage(1.0), Forget(1, next_dial=True), Drop(),
)  # fmt: skip


@every_kind
def test_every_closed_candle_equals_the_ledger_over_faults_of_all_kinds(
    kind: Kind, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    exchange = FastExchange(kind.dialect, ledger, SPEED)
    exchange.start()
    connection = replace(PATIENT, symbols_per_connection=4)
    with fast_engine(kind.exchange, exchange.settings(kind), SPEED, 5, connection) as engine:
        follower = Follower(engine.listen(candles=True))
        for each in kind.minutes:
            engine.acquire(each)
        follower.wait(lambda: all(follower.live(s) for s in kind.minutes))
        for fault in Random(1).sample(FAULTS, len(FAULTS)):
            exchange.inject(fault)
            go_on = exchange.clock() + 45_000
            follower.wait(partial(_is_past, exchange, go_on))
        since = exchange.clock()
        follower.wait(lambda: all(max(follower.live(s)) > since + MINUTE for s in kind.minutes))
        follower.wait(lambda: not any(engine.view(s, 100).holes for s in kind.minutes))
    exchange.stop()
    assert_told_as_it_was(follower, kind, ledger)


@every_kind
@pytest.mark.parametrize("asked", [2, 7])
def test_a_reader_gets_as_much_history_as_it_asked_for(
    kind: Kind, asked: int, tmp_path: Path
) -> None:
    exchange = FastExchange(kind.dialect, tmp_path / "ledger.jsonl", 1)
    exchange.start()
    with fast_engine(kind.exchange, exchange.settings(kind), 1, asked) as engine:
        follower = Follower(engine.listen(candles=True))
        each = kind.minutes[0]
        engine.acquire(each)
        follower.wait(lambda: is_live(engine, each))
        closed = [candle for candle in engine.view(each, 1_000).candles if candle.closed]
    exchange.stop()
    # A minute may end meanwhile, and one that has just ended may not be settled yet.
    assert asked - 2 <= len(closed) <= asked + 1
