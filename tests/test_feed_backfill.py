"""History that cannot be trusted: the real backfill and hub, an exchange in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import cast

import pytest

from tests.memory_exchange import MemoryExchange, Row, exchange_ms, truth
from tests.virtual_time import now, run_virtually
from tui.exchange import load_exchange
from tui.exchange.base import Request
from tui.exchange.settings import ExchangeSettings
from tui.feed.backfill import Backfill
from tui.feed.hub import Hub
from tui.feed.outlet import Outlet
from tui.feed.rest import Reply, Rest
from tui.feed.status import GapRepaired, StateChanged
from tui.market.candle import Candle
from tui.market.events import CandleReport
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

SECOND = Interval.parse("1s")
NOON = 1_800_014_400_000
BTC = Subscription(Symbol("binance", "BTCUSDT"), SECOND)
BAD_FOR = 20.0


class Reader:
    """A loaded series that live candles come for, one by one."""

    def __init__(self) -> None:
        self.exchange = MemoryExchange()
        self.hub = Hub(1_000)
        self.outlet = Outlet()
        self.hub.listen(self.outlet, candles=False)
        self.hub.acquire(BTC)
        self.backfill = Backfill(
            load_exchange("binance", ExchangeSettings()),
            cast(Rest, self.exchange.rest()),  # stands in for it where there are no sockets
            self.hub, 20, now, Random(1), _unknown,
        )  # fmt: skip

    async def live(self, seconds: int) -> None:
        """The closes of some seconds."""
        for _ in range(seconds):
            open_time = SECOND.floor(exchange_ms())
            await asyncio.sleep(1.0)
            self.hear(truth(SECOND, open_time, exchange_ms()))

    async def live_but_wrong(self) -> None:
        """A close that the exchange will correct within its time to settle."""
        open_time = SECOND.floor(exchange_ms())
        await asyncio.sleep(1.0)
        self.hear(replace(truth(SECOND, open_time, exchange_ms()), volume=77.0))

    def hear(self, candle: Candle) -> None:
        self.hub.apply("binance", CandleReport("BTCUSDT", SECOND, candle), now())

    async def lose(self, seconds: int) -> None:
        """The link is lost, and with it what comes in these seconds; then there is one more."""
        self.hub.lose(BTC)
        await asyncio.sleep(seconds)
        await self.live(1)

    def whole(self) -> bool:
        """Whether no candle is missing up to the newest, and no closed one wrong."""
        record = self.hub.record(BTC)
        assert record
        closed = [candle for candle in record.series.newest(1_000) if candle.closed]
        return not record.series.holes() and all(
            candle.values == truth(SECOND, candle.open_time, exchange_ms()).values
            for candle in closed
        )


async def reader() -> Reader:
    reader = Reader()
    await reader.live(3)
    await reader.backfill.sync(BTC)
    assert reader.whole()
    return reader


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: [],
        lambda rows: rows[1:],
        lambda rows: rows[:2] + rows[3:],
    ],
    ids=["empty", "start missing", "one missing"],
)
def test_p37_a_page_without_candles_that_are_known_proves_nothing(
    spoil: Callable[[list[Row]], list[Row]],
) -> None:
    async def scenario() -> None:
        client = await reader()
        await client.lose(5)
        client.outlet.take()
        client.exchange.spoil = spoil
        repair = asyncio.create_task(client.backfill.sync(BTC))
        await asyncio.sleep(BAD_FOR)
        told = client.outlet.take()
        assert not repair.done()
        assert not [event for event in told if isinstance(event, GapRepaired)]
        assert [event.reason for event in told if isinstance(event, StateChanged)] == [
            "No history: Binance left out candles that it had sent before."
        ]
        client.exchange.spoil = lambda rows: rows
        await repair
        assert client.whole()
        assert [event for event in client.outlet.take() if isinstance(event, GapRepaired)]

    run_virtually(scenario())


@pytest.mark.parametrize(
    "spoil", [lambda rows: rows[: len(rows) // 2], lambda rows: rows[:-4]], ids=["half", "end"]
)
def test_p37_pages_that_end_too_early_are_followed_by_others(
    spoil: Callable[[list[Row]], list[Row]],
) -> None:
    async def scenario() -> None:
        client = await reader()
        await client.lose(5)
        client.exchange.spoil = spoil
        await client.backfill.sync(BTC)
        assert client.whole()

    run_virtually(scenario())


def test_p37_candles_that_the_exchange_itself_lacks_do_not_stop_the_repair() -> None:
    async def scenario() -> None:
        client = await reader()
        await client.lose(5)
        lacking = SECOND.floor(exchange_ms()) - 4_000
        client.exchange.spoil = lambda rows: [row for row in rows if row[0] != lacking]
        await client.backfill.sync(BTC)
        record = client.hub.record(BTC)
        assert record and [hole.start for hole in record.series.holes()] == [lacking]
        assert client.hub.repair_from(BTC, now()) is None

    run_virtually(scenario())


async def look_after(client: Reader, seconds: int) -> int:
    """What a venue does each second while candles come; how many repairs there were."""
    repairs = 0
    for _ in range(seconds):
        await client.live(1)
        if client.hub.repair_from(BTC, now()) is not None:
            repairs += 1
            await client.backfill.sync(BTC)
    return repairs


def test_p23_a_correction_sent_while_nobody_listened_is_read_once_it_is_settled() -> None:
    """REST may not be believed about a candle's end before that, nor asked without end after."""

    async def scenario() -> None:
        client = await reader()
        await client.live_but_wrong()
        client.hub.lose(BTC)
        await asyncio.sleep(1.0)
        await client.backfill.sync(BTC)
        assert not client.whole()
        assert await look_after(client, 60) == 1
        assert client.whole()

    run_virtually(scenario())


def test_p23_corrections_are_read_with_the_closes_that_are_overdue() -> None:
    async def scenario() -> None:
        client = await reader()
        await client.live_but_wrong()
        await client.live(1)
        await asyncio.sleep(8.0)
        await client.backfill.sync(BTC)
        assert client.whole()

    run_virtually(scenario())


def test_p23_a_page_that_is_long_on_its_way_does_not_undo_a_correction_that_overtook_it() -> None:
    async def scenario() -> None:
        client = await reader()
        client.exchange.dated, client.exchange.on_the_way = False, 10.0
        corrected = SECOND.floor(exchange_ms())
        await client.live_but_wrong()
        client.exchange.spoil = lambda rows: [
            [*row[:5], "77.0", *row[6:]] if row[0] == corrected else row for row in rows
        ]
        page = asyncio.create_task(client.backfill.sync(BTC))
        await asyncio.sleep(2.0)
        client.hear(truth(SECOND, corrected, exchange_ms()))
        await page
        record = client.hub.record(BTC)
        candle = record and record.series.get(corrected)
        assert candle and candle.volume == 1.0

    run_virtually(scenario())


def test_p38_two_repairs_of_one_series_ask_one_after_the_other() -> None:
    async def scenario() -> None:
        client = await reader()
        client.hub.lose(BTC)
        await asyncio.gather(*(client.backfill.sync(BTC) for _ in range(3)))
        assert client.exchange.most_asked == 1

    run_virtually(scenario())


def test_p38_a_repair_that_waits_for_the_exchange_holds_up_no_other() -> None:
    async def scenario() -> None:
        client = await reader()
        await client.lose(5)
        client.exchange.reachable = False
        waiting = asyncio.create_task(client.backfill.sync(BTC))
        await asyncio.sleep(100.0)
        client.exchange.reachable = True
        asked_at = now()
        await client.backfill.sync(BTC)
        assert now() - asked_at < 1.0
        assert client.whole()
        await waiting

    run_virtually(scenario())


class HourBefore:
    """Answers for Coinbase: full hours of equal volume, and one before the page that starts."""

    async def get(self, request: Request) -> Reply:
        rows = []
        if "start" in request.params:
            start, end = (_seconds(request.params[name]) for name in ("start", "end"))
            times = range(start - 3_600, min(end, NOON // 1_000) + 1, 3_600)
            rows = [[time, 1.0, 2.0, 1.5, 1.5, 10.0] for time in reversed(times)]
        await asyncio.sleep(0.05)
        return Reply(json.dumps(rows).encode(), NOON + int(now() * 1_000), now())


def _seconds(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())


def test_p37_what_comes_from_before_a_page_is_not_taken_for_a_whole_candle() -> None:
    """Four hours are made of hours: of the candle before the page only the last hour comes."""

    async def scenario() -> None:
        four_hours = Subscription(Symbol("coinbase", "BTC-USD"), Interval.parse("4h"))
        coinbase = load_exchange("coinbase")
        hub = Hub(1_000, {"coinbase": coinbase})
        hub.acquire(four_hours)
        backfill = Backfill(
            coinbase, cast(Rest, HourBefore()), hub, 20, now, Random(1), _unknown
        )  # fmt: skip
        await backfill.sync(four_hours)
        await asyncio.sleep(60.0)
        await backfill.missed([four_hours])
        record = hub.record(four_hours)
        assert record and len(record.series) == 21
        assert {c.volume for c in record.series.newest(100) if c.closed} == {40.0}

    run_virtually(scenario())


async def _unknown(subscription: Subscription, reason: str) -> None:
    raise AssertionError(f"{subscription} is known: {reason}")
