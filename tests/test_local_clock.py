"""This machine's clock on the wall: wrong, set forward, set back, changed to summer time."""

from __future__ import annotations

import ast
import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest

import tui
from tests.dialling import BTC, dialling, failed
from tests.feeds import MANY_DIALS, engine_on, equals_ledger, eventually, is_live
from tests.memory_exchange import MemoryExchange, exchange_ms
from tests.raw_server import RawServer, answer
from tests.virtual_clients import clients
from tests.virtual_time import run_virtually, until
from tui.chart.frame import Options
from tui.feed.engine import Engine
from tui.local_time import LocalTime
from tui.simulator.background import BackgroundSimulator
from tui.simulator.server import Simulator

PACKAGE = Path(tui.__file__).parent
HOUR = 3600.0

# Who reads the clock on the wall, and why that cannot hurt.
READERS = {
    "framed_app.py": "the clock in the corner",
    "screens/delivery.py": "the name of a saved picture or series",
    "alerts/alarm.py": "when an alert rang last, which is told and decides nothing",
    "screens/alerts.py": "how long ago that was",
    "local_time.py": "the offset of local time now",
    "feed/transport.py": "a Retry-After date of a server that does not say what time it is there",
    "feed/rest.py": "the same",
    "feed/venue.py": "the end of a token that does not say when it was made",
    "doctor/examination.py": "what it compares with the exchanges' clocks, and tells",
    "simulator/server.py": "an exchange of its own, with the time of its own",
}
_WALL = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today"}


def test_l1_the_clock_on_the_wall_is_read_only_where_it_cannot_hurt() -> None:
    readers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in _WALL
    }
    assert readers == READERS.keys()


def _shifted(clock: Callable[[], float], by: float) -> float:
    return clock() + by


def _reaches(engine: Engine, open_time: int) -> bool:
    return engine.view(BTC, 1).candles[-1].open_time >= open_time


def test_l1_a_clock_that_is_set_changes_no_state_no_age_and_no_candle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began, true = time.monotonic(), time.time

    def steady() -> int:
        return 1_795_435_200_000 + int((time.monotonic() - began) * 1000)

    simulator = Simulator(seed=7, clock=steady, limits=MANY_DIALS)
    with (
        BackgroundSimulator(simulator) as exchange,
        engine_on(exchange.ws_url, exchange.rest_url) as engine,
    ):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        for jump in (HOUR, -HOUR):
            monkeypatch.setattr(time, "time", partial(_shifted, true, jump))
            newest = engine.view(BTC, 1).candles[-1].open_time
            eventually(partial(_reaches, engine, newest + 2_000))
            assert is_live(engine, BTC) and (engine.status(BTC).data_age or 0) < 2
        (connection,) = engine.connections()
        assert (connection.reconnects, connection.gaps_found) == (0, 0)
        assert equals_ledger(engine, simulator, BTC)


@pytest.mark.parametrize("wrong", [HOUR, -HOUR], ids=["fast", "slow"])
def test_l1_a_date_to_come_back_at_is_read_by_the_server_s_own_clock(
    wrong: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    date, later = (format_datetime(t, usegmt=True) for t in (now, now + timedelta(seconds=300)))
    monkeypatch.setattr(time, "time", lambda: now.timestamp() + wrong)
    busy = answer("429 Too Many Requests", f"Date: {date}", f"Retry-After: {later}")
    with RawServer(busy) as server, dialling(server.ws_url) as engine:
        assert 295 <= (failed(engine).retry_in or 0) <= 303


def test_l1_without_any_word_of_the_exchange_s_time_a_fast_clock_closes_no_candle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "time", lambda: exchange_ms() / 1000 + HOUR)

    async def scenario() -> None:
        exchange = MemoryExchange(pace=50.0)
        exchange.dated = False
        async with clients(exchange) as (client,):

            def loaded() -> bool:
                record = client.hub.record(client.subscription)
                return record is not None and record.loaded

            await until(loaded)
            record = client.hub.record(client.subscription)
            assert record
            *older, _, forming = record.series.newest(10)
            assert not forming.closed
            assert len(older) == 8 and all(candle.closed for candle in older)
            await asyncio.sleep(200)
            client.assert_whole(20)

    run_virtually(scenario())


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_l1_times_are_labelled_by_the_rules_of_their_moment_also_after_a_clock_change() -> None:
    def shown(utc: str) -> str:
        stamp = datetime.fromisoformat(f"{utc}+00:00").timestamp()
        return f"{datetime.fromtimestamp(stamp, Options(tz=LocalTime()).tz):%H:%M %Z}"

    assert shown("2026-03-29T00:59") == "01:59 CET"
    assert shown("2026-03-29T01:00") == "03:00 CEST"
    assert shown("2026-10-24T12:00") == "14:00 CEST"
    assert shown("2026-10-25T12:00") == "13:00 CET"
    assert f"{datetime.now(LocalTime()):%d %H}" == f"{datetime.now().astimezone():%d %H}"
