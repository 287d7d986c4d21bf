"""What the exchange gets wrong, and how the series come out right all the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

from tests.feeds import (
    ALONE,
    QUICK,
    Crowd,
    Events,
    carrying,
    crowds,
    equals_ledger,
    eventually,
    is_live,
    long_crowds,
    more_recorded,
    recorded,
    running,
    subscription,
)
from tests.proof import Told
from tests.simulated import TRADING
from tui.feed.engine import Engine
from tui.feed.status import (
    CandleChanged,
    ConnectionState,
    FeedStatus,
    GapOpened,
    GapRepaired,
    Rejected,
)
from tui.market.symbol import Subscription
from tui.simulator.faults import (
    Answer,
    At,
    BadPage,
    Duplicate,
    Forget,
    Gap,
    Reorder,
    Revise,
    Shutdown,
    Slow,
    Withhold,
)

(BTC,), ETH = ALONE, subscription("ETHUSDT")
PATIENT = replace(QUICK, stale_after=30.0)


def settled(engine: Engine, crowd: Crowd) -> bool:
    """Live, and all candles of each but its newest confirmed by the exchange."""
    older = [c for each in crowd for c in engine.view(each, 1_000).candles[:-1]]
    return is_live(engine, *crowd) and all(candle.closed for candle in older)


def test_markets_that_nothing_happens_to_have_no_gap() -> None:
    """A close may come later than the first trade after it, when a second had none."""
    calm = [subscription(f"{name}USDT") for name in ("ETH", "BNB", "XRP", "DOGE")]
    with running(PATIENT) as (simulator, _, engine):
        for each in calm:
            engine.acquire(each)
        eventually(lambda: len(recorded(simulator, calm[1])) >= 12)
        assert [connection.gaps_found for connection in engine.connections()] == [0] * 4


@long_crowds
def test_p25_a_close_that_is_withheld_is_fetched_over_rest(crowd: Crowd) -> None:
    with carrying(crowd, PATIENT) as (simulator, exchange, engine):
        eventually(lambda: is_live(engine, *crowd))
        events = Events(engine, candles=True)
        exchange.inject(Withhold(2))
        forming = {each: engine.view(each, 1).candles[-1].open_time for each in crowd}

        def is_owed(event: CandleChanged) -> bool:
            is_new = event.candle.open_time >= forming[event.subscription]
            return is_new and event.candle.closed and event.origin == "backfill"

        fetched = events.of_each(crowd, CandleChanged, is_owed)
        assert not any(change.revised for change in fetched)
        eventually(lambda: equals_ledger(engine, simulator, *crowd))


@long_crowds
def test_p22_p24_frames_that_come_twice_and_late_are_told_once(crowd: Crowd) -> None:
    with carrying(crowd, PATIENT) as (simulator, exchange, engine):
        eventually(lambda: settled(engine, crowd))
        told = Told(engine)
        exchange.inject(Reorder(5.0, window=1.2))
        exchange.inject(Duplicate(5.0))

        def heard() -> bool:
            told.hear()
            return all(len(told.values.get(each, ())) >= 4 for each in crowd)

        eventually(heard)
        assert told.wrong == []
        eventually(lambda: equals_ledger(engine, simulator, *crowd))


@crowds
def test_p23_a_closed_candle_that_the_exchange_changes_is_told_as_revised_once(
    crowd: Crowd,
) -> None:
    with carrying(crowd, PATIENT) as (simulator, exchange, engine):
        eventually(lambda: is_live(engine, *crowd))
        events = Events(engine, candles=True)
        exchange.inject(Revise(1))
        told = defaultdict[tuple[Subscription, int], list[tuple[float, ...]]](list)

        def is_revision(event: CandleChanged) -> bool:
            if event.candle.closed:
                told[event.subscription, event.candle.open_time].append(event.candle.values)
            return event.revised

        for revised in events.of_each(crowd, CandleChanged, is_revision):
            wrong, right = told[revised.subscription, revised.candle.open_time]
            assert wrong != right == revised.candle.values
        eventually(lambda: equals_ledger(engine, simulator, *crowd))


@long_crowds
def test_p34_frames_left_out_of_a_healthy_stream_are_repaired_without_a_new_connection(
    crowd: Crowd,
) -> None:
    with carrying(crowd, PATIENT) as (simulator, exchange, engine):
        eventually(lambda: settled(engine, crowd))
        events = Events(engine)
        exchange.inject(Gap(3))
        events.of_each(crowd, GapOpened)
        events.of_each(crowd, GapRepaired)
        eventually(lambda: equals_ledger(engine, simulator, *crowd))
        assert engine.connections()[0].reconnects == 0


def test_p30_a_subscription_that_a_shared_socket_forgot_is_noticed_and_comes_back() -> None:
    settings = replace(QUICK, symbols_per_connection=4, stale_after=1.0)
    with running(settings) as (simulator, exchange, engine):
        for each in (BTC, ETH):
            engine.acquire(each)
        eventually(lambda: settled(engine, (BTC, ETH)))
        exchange.inject(Forget(3, seconds=6.0, seed=_forgets("ethusdt")))
        eventually(lambda: _states(engine) == [ConnectionState.LIVE, ConnectionState.STALE])
        eventually(lambda: is_live(engine, BTC, ETH) and (engine.status(ETH).data_age or 9) < 1)
        eventually(lambda: equals_ledger(engine, simulator, ETH))


def _states(engine: Engine) -> list[ConnectionState]:
    return [engine.status(each).state for each in (BTC, ETH)]


def _forgets(symbol: str) -> int:
    """A seed with which all three streams of this symbol are forgotten, of two symbols' six."""
    kinds = ("kline_1s", "miniTicker", "aggTrade")
    names = [f"{name}@{kind}" for name in ("btcusdt", "ethusdt") for kind in kinds]
    wanted = {name for name in names if name.startswith(symbol)}
    return next(s for s in range(10_000) if set(Forget(3, seed=s).forgotten(names)) == wanted)


@long_crowds
def test_p37_history_that_does_not_come_is_said_and_asked_for_until_it_does(crowd: Crowd) -> None:
    with carrying(crowd, PATIENT, fault=Answer(500, 4.0, at=At.REST)) as (_, _, engine):
        eventually(lambda: all(_says_no_history(engine.status(each)) for each in crowd))
        eventually(lambda: all(engine.view(each, 10).price for each in crowd))  # not held back
        eventually(lambda: is_live(engine, *crowd))
        assert [engine.status(each).reason for each in crowd] == [""] * len(crowd)


def _says_no_history(status: FeedStatus) -> bool:
    """Of a feed that is not live for that reason alone."""
    said = status.reason.startswith("No history: The exchange has")
    return said and status.state is ConnectionState.SYNCING


@crowds
def test_p37_an_empty_first_page_is_not_taken_for_the_history(crowd: Crowd) -> None:
    with carrying(crowd, PATIENT, fault=BadPage("empty", 1.0)) as (_, _, engine):
        eventually(lambda: is_live(engine, *crowd))
        eventually(lambda: all(len(engine.view(each, 100).candles) >= 20 for each in crowd))


@crowds
def test_p37_pages_that_overlap_end_the_load_all_the_same(crowd: Crowd) -> None:
    fault = BadPage("overlap", 5.0)
    with carrying(crowd, PATIENT, history=1_500, fault=fault) as (simulator, _, engine):
        eventually(lambda: is_live(engine, *crowd))
        eventually(lambda: equals_ledger(engine, simulator, *crowd))


@crowds
def test_n24_a_server_that_announces_its_end_is_succeeded_before_it_goes(crowd: Crowd) -> None:
    with carrying(crowd, PATIENT) as (simulator, exchange, engine):
        eventually(lambda: is_live(engine, *crowd))
        events = Events(engine)
        old = engine.connections()[0].id
        exchange.inject(Shutdown(after=6.0))
        most = 0

        def succeeded() -> bool:
            nonlocal most
            most = max(most, simulator.clients)
            return engine.connections()[0].id != old and simulator.clients == 1

        eventually(succeeded)
        assert most == 2
        assert is_live(engine, *crowd)
        more_recorded(simulator, crowd, 2)
        assert events.waiting(GapOpened) == []
        eventually(lambda: equals_ledger(engine, simulator, *crowd))


@crowds
def test_a_manual_reconnect_of_a_healthy_feed_breaks_nothing(crowd: Crowd) -> None:
    with carrying(crowd, PATIENT) as (_, _, engine):
        eventually(lambda: is_live(engine, *crowd))
        events = Events(engine)
        old = engine.connections()[0].id
        engine.reconnect(BTC)
        eventually(lambda: engine.connections()[0].id != old)
        assert is_live(engine, *crowd)
        assert set(engine.connections()[0].subscriptions) == set(crowd)
        assert events.waiting(GapOpened) == []


def test_the_nearest_names_come_even_when_the_list_of_symbols_comes_late() -> None:
    with running(PATIENT) as (_, exchange, engine):
        events = Events(engine)
        exchange.inject(Slow(0.7, 1.0, at=At.REST))
        engine.acquire(subscription("BTCUSDX"))
        assert "BTCUSDT" in events.next(Rejected).nearest
        eventually(lambda: engine.connections() == ())


def test_sixty_panes_at_once_wait_for_their_turns_without_a_lie() -> None:
    names = [s for s in TRADING if s not in ("BTCUSDT",)][:60]
    with running(PATIENT) as (_, _, engine):
        panes = [subscription(name, "1m") for name in names]
        for pane in panes:
            engine.acquire(pane)
        eventually(lambda: sum(is_live(engine, pane) for pane in panes) >= 40)
        waiting = [engine.status(pane) for pane in panes if not is_live(engine, pane)]
        waits = sorted(s.retry_in for s in waiting if s.retry_in is not None)
        assert len(waits) >= 10
        assert all(s.reason.startswith("Waiting for a turn to dial") for s in waiting if s.retry_in)
        assert all(b - a > 1.5 for a, b in pairwise(waits[:6]))
