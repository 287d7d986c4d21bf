"""Candles from before the oldest one that is known: page by page, whole, and nothing else moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

import pytest

from tests.memory_exchange import Row, exchange_ms, truth
from tests.test_feed_backfill import BTC, SECOND, Reader, reader
from tests.virtual_time import now, run_virtually
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.older import MOST_CANDLES, OlderCandles
from tui.feed.record import Record
from tui.feed.status import GapOpened, GapRepaired, OlderState

PAGE = 1_000


class Looker:
    """Someone who looks at what is older than the series of a reader."""

    def __init__(self, client: Reader) -> None:
        self.client = client
        exchange = load_exchange("binance", ExchangeSettings())
        self.older = OlderCandles(exchange, client.backfill.pages, client.hub, now, Random(1))

    @property
    def record(self) -> Record:
        record = self.client.hub.record(BTC)
        assert record
        return record

    @property
    def state(self) -> OlderState:
        return self.record.older.state

    @property
    def holes(self) -> list[tuple[int, int]]:
        return [(hole.start, hole.end) for hole in self.record.series.holes()]

    async def look(self) -> bool:
        """Ask as a pane does; whether that was of use."""
        claimed = self.older.claim(BTC)
        if claimed:
            await self.older.load(BTC)
        return claimed


async def looker() -> Looker:
    return Looker(await reader())


def test_a_page_of_older_candles_joins_the_oldest_one_without_a_hole() -> None:
    async def scenario() -> None:
        looks = await looker()
        known = len(looks.record.series)
        assert await looks.look()
        assert looks.state is OlderState.AVAILABLE
        assert len(looks.record.series) == known + PAGE - 1
        assert looks.client.whole() and looks.holes == []

    run_virtually(scenario())


def test_older_candles_open_and_close_no_gap_and_change_no_price_and_no_age() -> None:
    async def scenario() -> None:
        looks = await looker()
        record, hub = looks.record, looks.client.hub
        hub.lose(BTC)
        looks.client.outlet.take()
        before = (
            record.gaps.uncertain_from, record.gaps.epoch, record.gaps.found, record.gaps.repaired,
            record.price, record.price_time, record.data_at, record.read_at, record.gaps.doubted,
        )  # fmt: skip
        assert await looks.look()
        after = (
            record.gaps.uncertain_from, record.gaps.epoch, record.gaps.found, record.gaps.repaired,
            record.price, record.price_time, record.data_at, record.read_at, record.gaps.doubted,
        )  # fmt: skip
        assert before == after and before[0] is not None
        told = looks.client.outlet.take()
        assert not [event for event in told if isinstance(event, GapOpened | GapRepaired)]

    run_virtually(scenario())


def test_one_page_at_a_time_is_asked_for() -> None:
    async def scenario() -> None:
        looks = await looker()
        assert looks.older.claim(BTC)
        assert looks.state is OlderState.LOADING
        assert not looks.older.claim(BTC)
        looks.client.hub.lose(BTC)
        await asyncio.gather(looks.older.load(BTC), looks.client.backfill.sync(BTC))
        assert looks.client.exchange.most_asked == 1
        assert looks.client.whole()

    run_virtually(scenario())


def test_candles_that_come_meanwhile_neither_push_out_the_page_nor_are_lost() -> None:
    async def scenario() -> None:
        looks = await looker()
        await looks.client.live(30)
        for _ in range(3):
            page = asyncio.create_task(looks.look())
            await looks.client.live(5)
            assert await page
        assert len(looks.record.series) > 3 * (PAGE - 1)
        assert looks.client.whole()

    run_virtually(scenario())


def test_it_ends_where_the_exchange_has_no_more_and_is_not_asked_again() -> None:
    async def scenario() -> None:
        looks = await looker()
        first = looks.record.series.first
        assert first
        looks.client.exchange.spoil = lambda rows: [
            row for row in rows if int(str(row[0])) >= first.open_time
        ]
        assert await looks.look()
        assert looks.state is OlderState.NONE
        assert not await looks.look()

    run_virtually(scenario())


def without(start: int, end: int) -> Callable[[list[Row]], list[Row]]:
    """An exchange that was out of order from `start` until `end`, ms."""
    return lambda rows: [row for row in rows if not start <= int(str(row[0])) < end]


@pytest.mark.parametrize("length", [1, 40, 2_500], ids=["one", "some", "more than two pages"])
def test_a_hole_that_the_exchange_itself_has_stays_to_be_seen_and_is_no_gap(length: int) -> None:
    async def scenario() -> None:
        looks = await looker()
        first = looks.record.series.first
        assert first
        end = first.open_time - 10_000 if length < PAGE else first.open_time
        start = end - length * 1_000
        looks.client.exchange.spoil = without(start, end)
        assert await looks.look()
        assert looks.holes == [(start, end)]
        assert looks.client.hub.repair_from(BTC, now()) is None
        await looks.look()
        assert looks.holes == [(start, end)]
        assert looks.record.gaps.uncertain_from is None

    run_virtually(scenario())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: [],
        lambda rows: rows[: len(rows) // 2],
        lambda rows: rows[:-1],
        lambda rows: rows[:300] + rows[301:],
    ],
    ids=["empty", "half", "without the last", "one missing"],
)
def test_p37_an_answer_that_is_cut_leaves_no_hole_behind(
    spoil: Callable[[list[Row]], list[Row]],
) -> None:
    async def scenario() -> None:
        looks = await looker()
        exchange = looks.client.exchange
        pages = exchange.pages

        def once(rows: list[Row]) -> list[Row]:
            return spoil(rows) if exchange.pages == pages + 1 else rows

        exchange.spoil = once
        assert await looks.look()
        if looks.state is OlderState.FAILED:
            await asyncio.sleep(60.0)
            assert await looks.look()
        assert looks.state is OlderState.AVAILABLE
        assert looks.holes == [] and looks.client.whole()
        assert len(looks.record.series) > PAGE

    run_virtually(scenario())


def test_an_exchange_that_sends_less_at_once_is_asked_for_the_rest() -> None:
    async def scenario() -> None:
        looks = await looker()
        looks.client.exchange.spoil = lambda rows: rows[:300]
        assert await looks.look()
        assert looks.state is OlderState.AVAILABLE
        assert len(looks.record.series) > PAGE and looks.holes == []

    run_virtually(scenario())


def test_p37_answers_without_a_candle_that_is_known_are_no_proof_that_there_are_none() -> None:
    async def scenario() -> None:
        looks = await looker()
        looks.client.exchange.spoil = lambda _: []
        assert await looks.look()
        assert looks.state is OlderState.FAILED
        assert "left out" in looks.record.older.reason

    run_virtually(scenario())


def test_a_failure_is_tried_again_later_and_later_while_somebody_looks() -> None:
    async def scenario() -> None:
        looks = await looker()
        looks.client.exchange.reachable = False
        tries = []
        for _ in range(120):
            if await looks.look():
                tries.append(now())
            await asyncio.sleep(1.0)
        assert 5 <= len(tries) <= 30
        assert looks.record.older.attempt == len(tries)
        looks.client.exchange.reachable = True
        await asyncio.sleep(31.0)
        assert await looks.look()
        assert looks.state is OlderState.AVAILABLE and looks.record.older.attempt == 0

    run_virtually(scenario())


def test_a_series_keeps_so_many_candles_and_then_says_so() -> None:
    async def scenario() -> None:
        looks = await looker()
        for _ in range(MOST_CANDLES // (PAGE - 1) + 1):
            await looks.look()
        assert looks.state is OlderState.FULL
        assert len(looks.record.series) == MOST_CANDLES
        await looks.client.live(3)
        assert not await looks.look()
        assert len(looks.record.series) == MOST_CANDLES
        assert looks.holes == []

    run_virtually(scenario())


def test_a_page_for_a_series_that_begins_elsewhere_by_now_is_dropped() -> None:
    async def scenario() -> None:
        looks = await looker()
        assert looks.older.claim(BTC)
        page = asyncio.create_task(looks.older.load(BTC))
        await asyncio.sleep(0.01)
        record, first = looks.record, looks.record.series.first
        assert first
        far_back = first.open_time - 5_000_000
        record.series.apply(truth(SECOND, far_back, exchange_ms()))
        await page
        assert looks.state is OlderState.AVAILABLE
        assert looks.holes == [(far_back + 1_000, first.open_time)]

    run_virtually(scenario())


def test_before_the_first_load_nothing_is_asked_for() -> None:
    async def scenario() -> None:
        client = Reader()
        looks = Looker(client)
        assert not await looks.look()
        await client.live(2)
        assert not await looks.look()
        assert client.exchange.pages == 0

    run_virtually(scenario())
