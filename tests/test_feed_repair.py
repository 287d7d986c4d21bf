"""What the exchange gets wrong, and how the series come out right all the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from tests.feeds import QUICK, Events, equals_ledger, eventually, is_live, running, subscription
from tests.proof import Told
from tests.simulated import TRADING
from tui.feed.engine import Engine
from tui.feed.status import CandleChanged, ConnectionState, GapOpened, GapRepaired, Rejected
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

BTC, ETH = subscription("BTCUSDT"), subscription("ETHUSDT")
PATIENT = replace(QUICK, stale_after=30.0)


def settled(engine: Engine, subscription: Subscription) -> bool:
    """Live, and all candles but the newest confirmed by the exchange."""
    candles = engine.view(subscription, 1_000).candles
    return is_live(engine, subscription) and all(candle.closed for candle in candles[:-1])


def test_markets_that_nothing_happens_to_have_no_gap() -> None:
    """A close may come later than the first trade after it, when a second had none."""
    calm = [subscription(f"{name}USDT") for name in ("ETH", "BNB", "XRP", "DOGE")]
    with running(PATIENT) as (simulator, _, engine):
        for each in calm:
            engine.acquire(each)
        eventually(lambda: len(simulator.ledger.candles("BNBUSDT", BTC.interval)) >= 12)
        assert [connection.gaps_found for connection in engine.connections()] == [0] * 4


def test_p25_a_close_that_is_withheld_is_fetched_over_rest() -> None:
    with running(PATIENT) as (simulator, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: settled(engine, BTC))
        events = Events(engine, candles=True)
        exchange.inject(Withhold(2))
        fetched = events.next(CandleChanged, lambda e: e.candle.closed and e.origin == "backfill")
        assert not fetched.revised
        eventually(lambda: equals_ledger(engine, simulator, BTC))


def test_p22_p24_frames_that_come_twice_and_late_are_told_once() -> None:
    with running(PATIENT) as (simulator, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: settled(engine, BTC))
        told = Told(engine)
        exchange.inject(Reorder(5.0, window=1.2))
        exchange.inject(Duplicate(5.0))

        def heard() -> bool:
            told.hear()
            return len(told.values.get(BTC, ())) >= 4

        eventually(heard)
        assert told.wrong == []
        eventually(lambda: equals_ledger(engine, simulator, BTC))


def test_p23_a_closed_candle_that_the_exchange_changes_is_told_as_revised_once() -> None:
    with running(PATIENT) as (simulator, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: settled(engine, BTC))
        events = Events(engine, candles=True)
        exchange.inject(Revise(1))
        first = events.next(CandleChanged, lambda e: e.candle.closed)
        revised = events.next(CandleChanged, lambda e: e.revised)
        assert revised.candle.open_time == first.candle.open_time
        assert revised.candle.values != first.candle.values
        eventually(lambda: equals_ledger(engine, simulator, BTC))


def test_p34_frames_left_out_of_a_healthy_stream_are_repaired_without_a_new_connection() -> None:
    with running(PATIENT) as (simulator, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: settled(engine, BTC))
        events = Events(engine)
        exchange.inject(Gap(3))
        events.next(GapOpened)
        events.next(GapRepaired)
        eventually(lambda: equals_ledger(engine, simulator, BTC))
        assert engine.connections()[0].reconnects == 0


def test_p30_a_subscription_that_a_shared_socket_forgot_is_noticed_and_comes_back() -> None:
    settings = replace(QUICK, symbols_per_connection=4, stale_after=1.0)
    with running(settings) as (simulator, exchange, engine):
        for each in (BTC, ETH):
            engine.acquire(each)
        eventually(lambda: settled(engine, BTC) and settled(engine, ETH))
        exchange.inject(Forget(3, seconds=6.0, seed=_forgets("ethusdt")))
        eventually(lambda: engine.status(ETH).state is ConnectionState.STALE)
        assert engine.status(BTC).state is ConnectionState.LIVE
        eventually(lambda: is_live(engine, BTC, ETH) and (engine.status(ETH).data_age or 9) < 1)
        eventually(lambda: equals_ledger(engine, simulator, ETH))


def _forgets(symbol: str) -> int:
    """A seed with which all three streams of this symbol are forgotten, of two symbols' six."""
    kinds = ("kline_1s", "miniTicker", "aggTrade")
    names = [f"{name}@{kind}" for name in ("btcusdt", "ethusdt") for kind in kinds]
    wanted = {name for name in names if name.startswith(symbol)}
    return next(s for s in range(10_000) if set(Forget(3, seed=s).forgotten(names)) == wanted)


def test_p37_history_that_does_not_come_is_said_and_asked_for_until_it_does() -> None:
    with running(PATIENT) as (_, exchange, engine):
        exchange.inject(Answer(500, 4.0, at=At.REST))
        engine.acquire(BTC)
        eventually(lambda: engine.status(BTC).reason.startswith("No history: The exchange has"))
        assert engine.status(BTC).state is ConnectionState.SYNCING
        eventually(lambda: engine.view(BTC, 10).price)  # not held back for the history
        eventually(lambda: is_live(engine, BTC))
        assert engine.status(BTC).reason == ""


def test_p37_an_empty_first_page_is_not_taken_for_the_history() -> None:
    with running(PATIENT) as (_, exchange, engine):
        exchange.inject(BadPage("empty", 1.0))
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC) and len(engine.view(BTC, 100).candles) >= 20)


def test_p37_pages_that_overlap_end_the_load_all_the_same() -> None:
    with running(PATIENT, history=1_500) as (simulator, exchange, engine):
        exchange.inject(BadPage("overlap", 5.0))
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        eventually(lambda: equals_ledger(engine, simulator, BTC))


def test_n24_a_server_that_announces_its_end_is_succeeded_before_it_goes() -> None:
    with running(PATIENT) as (simulator, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: settled(engine, BTC))
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
        assert is_live(engine, BTC)
        assert events.waiting(GapOpened) == []
        eventually(lambda: equals_ledger(engine, simulator, BTC))


def test_a_manual_reconnect_of_a_healthy_feed_breaks_nothing() -> None:
    with running(PATIENT) as (_, _, engine):
        engine.acquire(BTC)
        eventually(lambda: settled(engine, BTC))
        events = Events(engine)
        old = engine.connections()[0].id
        engine.reconnect(BTC)
        eventually(lambda: engine.connections()[0].id != old)
        assert is_live(engine, BTC)
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
