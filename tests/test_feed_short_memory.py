"""Exchanges that remember only so many candles: what is older is a hole, and no silence."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import cast

import pytest

from tests import declared
from tests.virtual_time import now, run_virtually
from tui.exchange import load_exchange
from tui.exchange.base import Request
from tui.feed.backfill import Backfill
from tui.feed.hub import Hub
from tui.feed.rest import Reply, Rest
from tui.market.interval import MINUTE, Interval
from tui.market.series import Hole
from tui.market.symbol import Subscription, Symbol

BTC = Subscription(Symbol("kraken", "BTC/USD"), Interval(1, "m"))
NOON = 1_800_014_400_000
_REMEMBERED = 720


def exchange_ms() -> int:
    return NOON + int(now() * 1_000)


class ShortMemory:
    """Answers as Kraken does: the newest 720 candles and the one that forms, one trade in each.

    The candle that opens at `lost` (ms) is left out.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.lost = 0

    async def get(self, request: Request) -> Reply:
        self.asked += 1
        await asyncio.sleep(0.05)
        forming, since = exchange_ms() // MINUTE * 60, int(request.params.get("since", 0))
        times = range(forming - _REMEMBERED * 60, forming + 1, 60)
        rows = [
            [t, "2", "2", "2", "2", "2", "1", 1]
            for t in times
            if t > since and t * 1_000 != self.lost
        ]
        body = {"error": [], "result": {"XXBTZUSD": rows, "last": forming - 60}}
        return Reply(json.dumps(body).encode(), exchange_ms(), now())


@pytest.mark.parametrize("minutes", [730, 900, 5_000])
def test_an_outage_longer_than_the_exchange_remembers_leaves_a_hole_and_ends(minutes: int) -> None:
    async def scenario() -> None:
        kraken, rest = load_exchange("kraken"), ShortMemory()
        hub = Hub(10_000, {"kraken": kraken})
        hub.acquire(BTC)
        backfill = Backfill(kraken, cast(Rest, rest), hub, 20, now, Random(1), _unknown)
        await backfill.sync(BTC)
        await asyncio.sleep(10.0)
        hub.lose(BTC)
        record = hub.record(BTC)
        assert record and record.series.last
        last = record.series.last.open_time
        await asyncio.sleep(minutes * 60.0)
        rest.asked = 0
        async with asyncio.timeout(30.0):
            await backfill.sync(BTC)
        assert rest.asked <= 3
        first = exchange_ms() // MINUTE * MINUTE - _REMEMBERED * MINUTE
        assert record.series.holes() == (Hole(last + MINUTE, first),)
        assert {candle.volume for candle in record.series.newest(10_000)} == {1.0}
        assert hub.repair_from(BTC, now()) is None

    run_virtually(scenario())


def test_p37_a_candle_with_trades_that_a_page_leaves_out_did_not_lose_them() -> None:
    async def scenario() -> None:
        kraken, rest = load_exchange("kraken"), ShortMemory()
        hub = Hub(10_000, {"kraken": kraken})
        hub.acquire(BTC)
        backfill = Backfill(kraken, cast(Rest, rest), hub, 20, now, Random(1), _unknown)
        await backfill.sync(BTC)
        await asyncio.sleep(200.0)
        hub.lose(BTC)
        record = hub.record(BTC)
        assert record and record.series.last_closed
        rest.lost = record.series.last_closed.open_time
        repair = asyncio.create_task(backfill.sync(BTC))
        await asyncio.sleep(20.0)
        assert not repair.done()
        assert {candle.volume for candle in record.series.newest(10_000)} == {1.0}
        rest.lost = 0
        await repair
        assert hub.repair_from(BTC, now()) is None

    run_virtually(scenario())


class Omitting:
    """The newest twenty candles that had trades: one in every third minute."""

    async def get(self, request: Request) -> Reply:
        await asyncio.sleep(0.05)
        newest = exchange_ms() // (3 * MINUTE) * 3 * MINUTE
        times = range(newest - 19 * 3 * MINUTE, newest + 1, 3 * MINUTE)
        rows = [[t, 2.0, 2.0, 2.0, 2.0, 1.0] for t in times]
        return Reply(json.dumps(rows).encode(), exchange_ms(), now())


def test_a_feed_that_cannot_be_asked_from_when_on_shows_silences_and_holes_as_what_they_are() -> (
    None
):
    async def scenario() -> None:
        feed = declared.desk("omits_empty = true\nhistory_page = 20\n")
        assert not feed.pages_from_start
        eur = declared.of("EURUSD")
        hub = Hub(10_000, {"desk": feed})
        hub.acquire(eur)
        backfill = Backfill(feed, cast(Rest, Omitting()), hub, 20, now, Random(1), _unknown)
        await backfill.sync(eur)
        record = hub.record(eur)
        assert record and record.series.last
        last = record.series.last.open_time
        for minutes, hole in ((7, 0), (120, 1)):
            hub.lose(eur)
            await asyncio.sleep(minutes * 60.0)
            async with asyncio.timeout(30.0):
                await backfill.sync(eur)
            assert len(record.series.holes()) == hole
            assert record.series.last.open_time > last
        assert {c.volume for c in record.series.newest(10_000)} == {0.0, 1.0}

    run_virtually(scenario())


async def _unknown(subscription: Subscription, reason: str) -> None:
    raise AssertionError(f"{subscription} is known: {reason}")
