"""An exchange that answers subscriptions wrongly, or not at all; one Meddler in front of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.dialling import port_of
from tests.feeds import (
    QUICK,
    TOGETHER,
    Events,
    engine_on,
    equals_ledger,
    eventually,
    is_live,
    simulated,
)
from tests.meddling import Json, Meddler
from tests.raw_server import RawServer, silence
from tests.websocket_frames import text
from tui.feed import commands
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import CandleChanged, ConnectionState, Rejected
from tui.market.symbol import Subscription
from tui.simulator.server import Simulator

BTC, ETH, SOL, XRP = TOGETHER
SHARED = replace(QUICK, symbols_per_connection=4, stale_after=30.0)
ALONE = replace(SHARED, symbols_per_connection=1)


@contextmanager
def meddled(
    settings: ConnectionSettings = SHARED,
) -> Iterator[tuple[Simulator, Meddler, RawServer, Engine]]:
    """An engine whose WebSocket leads through a Meddler; REST has a way of its own."""
    with simulated() as (simulator, exchange):
        meddler = Meddler(port_of(exchange.ws_url))
        with (
            RawServer(meddler) as server,
            engine_on(server.ws_url, exchange.rest_url, settings) as engine,
        ):
            yield simulator, meddler, server, engine


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acks are waited for half a second: a twentieth of the time that is usual."""
    monkeypatch.setattr(commands, "ACK_TIMEOUT", 0.5)


def asks_for(name: str) -> Callable[[Json], bool]:
    """Whether a command subscribes to a symbol."""
    return lambda command: (
        command["method"] == "SUBSCRIBE"
        and any(stream.startswith(name.lower()) for stream in command["params"])
    )


def times_asked(meddler: Meddler, name: str) -> int:
    return sum(any(s.startswith(name.lower()) for s in streams) for streams in meddler.subscribed)


def another_closed(engine: Engine, *subscriptions: Subscription) -> None:
    """Wait for a candle that closes, of each of these."""
    Events(engine, candles=True).of_each(subscriptions, CandleChanged, lambda e: e.candle.closed)


def test_p27_only_the_refused_subscription_shows_it_and_nothing_is_tried_again() -> None:
    refused = asks_for("ETHUSDT")

    def refuse(command: Json) -> Json | bytes:
        if not refused(command):
            return command
        error = {"code": 2, "msg": "Invalid request: \x1b[31munknown stream"}
        return text(json.dumps({"error": error, "id": command["id"]}))

    with meddled() as (simulator, meddler, server, engine):
        meddler.commands = refuse
        events = Events(engine)
        for each in (BTC, ETH, SOL):
            engine.acquire(each)
        rejected = events.next(Rejected)
        assert rejected.subscription == ETH
        assert rejected.reason == "Invalid request: unknown stream"
        assert engine.status(ETH).rejected == rejected.reason
        eventually(lambda: is_live(engine, BTC, SOL))
        asked = times_asked(meddler, "ETHUSDT")
        another_closed(engine, BTC, SOL)
        assert asked == times_asked(meddler, "ETHUSDT") <= 2
        assert len(server.arrivals) == 1
        eventually(lambda: equals_ledger(engine, simulator, BTC))


@pytest.mark.usefixtures("impatient")
def test_p28_a_subscription_that_is_never_confirmed_is_asked_for_three_times_then_said() -> None:
    swallowed = asks_for("ETHUSDT")
    with simulated() as (_, exchange):
        meddler = Meddler(port_of(exchange.ws_url))
        meddler.commands = lambda command: None if swallowed(command) else command
        with (
            RawServer(meddler, meddler, silence) as server,
            engine_on(server.ws_url, exchange.rest_url, ALONE) as engine,
        ):
            for each in (BTC, ETH):
                engine.acquire(each)
            eventually(lambda: engine.status(ETH).reason)
            assert "did not confirm a subscription" in engine.status(ETH).reason
            another_closed(engine, BTC)
            assert is_live(engine, BTC)
            assert times_asked(meddler, "ETHUSDT") == 3
            assert engine.connections()[0].reconnects == 0


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("wrong_id", [1, 99], ids=["of another command", "of none"])
def test_p29_an_ack_with_the_wrong_id_confirms_nothing_and_the_command_goes_out_again(
    wrong_id: int,
) -> None:
    with meddled() as (_, meddler, server, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        meddler.frames = lambda said: [text(_with_id(said, wrong_id))]
        engine.acquire(ETH)
        eventually(lambda: times_asked(meddler, "ETHUSDT") == 2)
        assert engine.status(ETH).state is ConnectionState.SUBSCRIBING
        assert is_live(engine, BTC)
        meddler.frames = lambda said: [text(said)]
        eventually(lambda: is_live(engine, BTC, ETH))
        assert len(server.arrivals) == 1


def _with_id(said: str, number: int) -> str:
    message = json.loads(said)
    return json.dumps(message | {"id": number}) if "id" in message else said


@pytest.mark.usefixtures("impatient")
def test_p29_one_ack_for_two_commands_confirms_the_one_that_it_names() -> None:
    acks: list[str] = []

    def last_only(said: str) -> Iterable[bytes]:
        """The first ack is kept back; the second comes."""
        if "id" not in json.loads(said):
            return [text(said)]
        acks.append(said)
        return [] if len(acks) == 1 else [text(said)]

    with meddled() as (_, meddler, server, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        meddler.frames = last_only
        engine.acquire(ETH)
        eventually(lambda: len(acks) == 1)
        engine.acquire(SOL)
        eventually(lambda: is_live(engine, SOL))
        eventually(lambda: is_live(engine, ETH))
        assert times_asked(meddler, "ETHUSDT") == 2
        assert times_asked(meddler, "SOLUSDT") == 1
        assert len(server.arrivals) == 1


@pytest.mark.usefixtures("impatient")
def test_p31_subscriptions_that_an_exchange_drops_for_their_pace_are_sent_again() -> None:
    """It takes two of three and says nothing of the third."""
    taken: list[Json] = []

    def every_third_dropped(command: Json) -> Json | None:
        taken.append(command)
        return command if len(taken) % 3 else None

    with meddled() as (simulator, meddler, server, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        meddler.commands = every_third_dropped
        for each in (ETH, SOL, XRP):
            asked = len(meddler.subscribed)
            engine.acquire(each)
            eventually(lambda: len(meddler.subscribed) > asked)  # noqa: B023 - called at once
        eventually(lambda: is_live(engine, *TOGETHER))
        assert len(taken) == 4
        assert len(server.arrivals) == 1
        eventually(lambda: equals_ledger(engine, simulator, *TOGETHER))
