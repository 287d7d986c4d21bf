"""An open connection that brings nothing, or only some of it, or what is long past."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.dialling import BTC, port_of
from tests.feeds import (
    QUICK,
    Crowd,
    Events,
    carrying,
    crowds,
    engine_on,
    engine_with,
    equals_ledger,
    eventually,
    is_live,
    long_crowds,
    simulated,
    subscription,
)
from tests.meddling import Meddler
from tests.raw_server import RawServer, forward
from tests.websocket_frames import text
from tui.feed import silence
from tui.feed.status import CandleChanged, ConnectionState, StateChanged
from tui.simulator.faults import Stall
from tui.simulator.server import Simulator

ETH, QUIET = subscription("ETHUSDT"), subscription("DOTBTC", "1m")
SHARED = replace(QUICK, symbols_per_connection=4, stale_after=1.0)
FORGED = 1.0


@crowds
def test_p32_a_connection_that_is_open_but_silent_becomes_stale_and_is_dialled_anew(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pings go out and are answered all the while."""
    monkeypatch.setattr(silence, "BUSY_GRACE", 0.5)
    settings = replace(QUICK, heartbeat_interval=0.5, stale_after=1.0)
    with carrying(crowd, settings) as (simulator, exchange, engine):
        events = Events(engine, candles=True)
        events.of_each(crowd, CandleChanged, lambda e: e.candle.closed and e.origin == "live")
        assert is_live(engine, *crowd)
        exchange.inject(Stall(60.0))
        events.of_each(crowd, StateChanged, _stale)
        for each in crowd:
            age = engine.status(each).data_age
            assert age is not None and age >= 1.0
        left = events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
        assert all(e.reason.startswith("Connected, but no data came") for e in left)
        assert engine.connections()[0].round_trip is not None
        exchange.lift()
        events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.LIVE)
        eventually(lambda: equals_ledger(engine, simulator, *crowd))


def test_p33_one_silent_symbol_alone_is_stale_and_gets_its_candles_over_rest() -> None:
    with simulated() as (simulator, exchange):
        meddler = Meddler(port_of(exchange.ws_url))
        with (
            RawServer(meddler) as server,
            engine_on(server.ws_url, exchange.rest_url, SHARED) as engine,
        ):
            for each in (BTC, ETH):
                engine.acquire(each)
            eventually(lambda: is_live(engine, BTC, ETH))
            events = Events(engine, candles=True)
            meddler.frames = lambda said: [] if "ethusdt" in said else [text(said)]
            events.next(StateChanged, lambda e: e.subscription == ETH and _stale(e))
            assert is_live(engine, BTC)
            polled = events.next(
                CandleChanged, lambda e: e.subscription == ETH and e.origin == "backfill"
            )
            assert polled.candle.values == _true(simulator, polled.candle.open_time)


def _true(simulator: Simulator, open_time: int) -> tuple[float, ...]:
    """The values of the candle of ETH in the exchange's ledger."""
    candles = simulator.ledger.candles("ETHUSDT", ETH.interval)
    return next(candle.values for candle in candles if candle.open_time == open_time)


def _stale(event: StateChanged) -> bool:
    return event.state is ConnectionState.STALE


def test_p33_a_quiet_market_beside_a_busy_one_is_not_called_stale() -> None:
    with simulated() as (simulator, exchange):
        meddler = Meddler(port_of(exchange.ws_url))
        meddler.frames = lambda said: [] if "dotbtc" in said else [text(said)]
        with (
            RawServer(meddler) as server,
            engine_on(server.ws_url, exchange.rest_url, SHARED) as engine,
        ):
            events = Events(engine)
            for each in (BTC, QUIET):
                engine.acquire(each)
            eventually(lambda: engine.status(QUIET).quiet or _traded(simulator))
            assert is_live(engine, BTC, QUIET) or _traded(simulator)
            assert not any(map(_stale, events.waiting(StateChanged))) or _traded(simulator)


def _traded(simulator: Simulator) -> bool:
    """Whether something was traded in the quiet market, against all likelihood."""
    return any(c.volume for c in simulator.ledger.candles("DOTBTC", QUIET.interval)[-2:])


class Late:
    """What an exchange said, kept back while it is `on`; then it comes with other prices."""

    def __init__(self) -> None:
        self.on = False
        self.released = 0
        self._kept: list[bytes] = []

    def frames(self, said: str) -> list[bytes]:
        if not self.on:
            return [*self.release(), text(said)]
        if "kline" in said:
            self._kept.append(text(_forged(said)))
        return []

    def release(self) -> list[bytes]:
        released, self._kept = self._kept, []
        self.released += len(released)
        return released


def _forged(said: str) -> str:
    """The same candle, a second later, with FORGED for each price."""
    message = json.loads(said)
    message["data"]["E"] += 1_000
    message["data"]["k"].update(dict.fromkeys("ohlc", FORGED))
    return json.dumps(message)


@long_crowds
def test_p41_what_an_old_socket_says_after_its_replacement_is_discarded(crowd: Crowd) -> None:
    settings = replace(QUICK, stale_after=30.0)
    with simulated() as (simulator, exchange):
        old, late = Meddler(port_of(exchange.ws_url)), Late()
        old.frames, old.last_words = late.frames, late.release
        with (
            RawServer(old, forward(port_of(exchange.ws_url))) as server,
            engine_with(crowd, server.ws_url, exchange.rest_url, settings) as engine,
        ):
            eventually(lambda: is_live(engine, *crowd))
            first = engine.connections()[0].id
            late.on = True
            engine.reconnect()
            eventually(lambda: engine.connections()[0].id != first)
            eventually(lambda: late.released)
            events = Events(engine, candles=True)
            for _ in range(2):
                events.of_each(crowd, CandleChanged, lambda e: e.candle.closed)
            for each in crowd:
                assert FORGED not in {c.close for c in engine.view(each, 1_000).candles}
            eventually(lambda: equals_ledger(engine, simulator, *crowd))
