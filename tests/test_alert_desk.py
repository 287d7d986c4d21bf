"""Alerts at work on a real engine and a real exchange, without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.alert_views import rule
from tests.feeds import PATIENCE, eventually, is_live, running, subscription
from tui.alerts.alert import Alert
from tui.alerts.desk import MOST, Desk
from tui.alerts.watch import Ring
from tui.errors import UsageError
from tui.feed.engine import Engine
from tui.simulator.background import BackgroundSimulator
from tui.simulator.faults import Drop, Refuse

FAST = subscription("BTCUSDT", "1s")
NOW_MS = 1_795_435_200_000


class Shop:
    """A desk, and how often it said that something changed."""

    def __init__(self, engine: Engine, exchange: BackgroundSimulator, *alerts: Alert) -> None:
        self.engine = engine
        self.exchange = exchange
        self.changes = 0
        self.desk = Desk(engine, alerts, self._changed, time.monotonic, lambda: NOW_MS)

    def _changed(self) -> None:
        self.changes += 1

    def frame(self) -> list[Ring]:
        """What the app does once in a frame."""
        drained = self.engine.drain()
        self.desk.hear(drained.events)
        return [*self.desk.look(drained.dirty), *self.desk.tick()]

    def rings_until(self, holds: Callable[[], object]) -> list[Ring]:
        """All that rings until then."""
        rings, ends = self.frame(), time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < ends, "it did not come to be"
            rings += self.frame()
            time.sleep(0.02)  # between two frames
        return rings

    def first_ring(self) -> Ring:
        found: list[Ring] = []

        def has_rung() -> bool:
            found.extend(self.frame())
            return bool(found)

        return [*self.rings_until(has_rung), *found][0]

    @property
    def price(self) -> float:
        return self.engine.view(FAST, 1).price or 0.0


@contextmanager
def shop(*alerts: Alert) -> Iterator[Shop]:
    with running() as (_, exchange, engine):
        engine.drain()
        found = Shop(engine, exchange, *alerts)
        yield found
        found.desk.close()


def test_an_alert_serves_itself_and_rings_when_the_market_moves() -> None:
    with shop(Alert(rule("BTCUSDT@1s stale 1h"))) as s:
        s.rings_until(lambda: is_live(s.engine, FAST))
        for line in (f"> {s.price * 1.000001:.6f}", f"< {s.price * 0.999999:.6f}"):
            s.desk.add(rule(f"BTCUSDT@1s {line} back 0.0001%"))
        ring = s.first_ring()
        place = [alert.rule for alert in s.desk.alerts].index(ring.rule)
        assert s.desk.alerts[place].rang == NOW_MS
        assert s.changes >= 3


def test_an_outage_makes_a_stale_alert_ring_once_and_its_repair_makes_none_ring() -> None:
    far = Alert(rule("BTCUSDT@1s > 1000000000"))
    with shop(Alert(rule("BTCUSDT@1s stale 2s")), far) as s:
        s.rings_until(lambda: is_live(s.engine, FAST))
        s.exchange.inject(Refuse(60.0))
        s.exchange.inject(Drop())
        ring = s.first_ring()
        assert ring.rule == s.desk.alerts[0].rule and ring.reached >= 2
        assert s.desk.standing(0).startswith("past it")
        assert s.desk.standing(1) == "awaits live data"
        s.exchange.lift()
        s.engine.reconnect()
        rings = s.rings_until(lambda: is_live(s.engine, FAST) and s.desk.alerts[0].armed)
        assert rings == []


def test_what_crossed_before_the_data_are_live_rings_once_they_are() -> None:
    crossed = Alert(rule("BTCUSDT@1s > 1"), armed=True)
    rang = Alert(rule("BTCUSDT@1s > 2"), armed=False)
    new = Alert(rule("BTCUSDT@1s > 3"))
    with shop(crossed, rang, new) as s:
        assert not s.frame()
        ring = s.first_ring()
        assert ring.rule == crossed.rule and ring.late
        live = s.engine.view(FAST, 5).candles[-1].open_time
        later = s.rings_until(lambda: s.engine.view(FAST, 1).candles[-1].open_time > live + 1_000)
        assert later == []
        assert [alert.armed for alert in s.desk.alerts] == [False, False, False]


def test_switched_off_it_holds_no_lease_and_on_again_it_starts_anew() -> None:
    with shop(Alert(rule("BTCUSDT@1s > 1"), armed=True)) as s:
        s.desk.switch(0)
        assert s.desk.standing(0) == "off" and not s.desk.alerts[0].on
        with pytest.raises(KeyError):
            s.engine.view(FAST, 1)
        s.desk.switch(0)
        assert s.rings_until(lambda: s.desk.alerts[0].armed is False) == []


def test_what_is_removed_comes_back_in_its_place() -> None:
    with shop(*(Alert(rule(f"BTCUSDT@1s > {price}")) for price in (1, 2, 3))) as s:
        before = s.desk.alerts
        s.desk.remove(1)
        s.desk.remove(0)
        assert s.desk.alerts == before[2:]
        assert (s.desk.undo(), s.desk.undo(), s.desk.undo()) == (0, 1, None)
        assert s.desk.alerts == before


def test_the_last_alert_that_goes_gives_its_leases_back() -> None:
    with shop(Alert(rule("BTCUSDT@1s > 1")), Alert(rule("BTCUSDT@1s stale 9s"))) as s:
        s.desk.remove(0)
        assert s.engine.view(FAST, 1)
        s.desk.change(0, rule("ETHUSDT@1s > 1"))
        with pytest.raises(KeyError):
            s.engine.view(FAST, 1)


def test_the_same_alert_is_not_taken_twice_nor_too_many() -> None:
    with shop(Alert(rule("BTCUSDT@1s > 1"))) as s:
        with pytest.raises(UsageError, match="is there already"):
            s.desk.add(rule("BTCUSDT@1s > 1"))
        s.desk.change(0, rule("BTCUSDT@1s > 1"))
        for price in range(2, MOST + 1):
            s.desk.add(rule(f"BTCUSDT@1s > {price}"))
        with pytest.raises(UsageError, match="alerts already"):
            s.desk.add(rule("BTCUSDT@1s stale 1s"))


def test_an_alert_on_what_this_engine_does_not_serve_stays_in_the_list_and_says_so() -> None:
    elsewhere = rule("gone:BTC > 1")
    odd = rule("BTCUSDT@7m > 1")
    with shop(Alert(elsewhere, armed=True), Alert(odd)) as s:
        assert [s.desk.standing(place) for place in (0, 1)] == ["not served here"] * 2
        assert s.frame() == []
        assert s.desk.alerts[0].armed is True


def test_a_symbol_that_the_exchange_does_not_have_is_told_in_the_list() -> None:
    with shop(Alert(rule("NOSUCHTHING@1s > 1"))) as s:
        eventually(lambda: "NOSUCHTHING" in s.desk.standing(0))
