"""Faults that take minutes or hours, in virtual time: the real venue, connection and hub."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from random import Random
from unittest.mock import patch

import pytest

from tests.memory_exchange import BROKEN_OFF, MemoryExchange, MemorySocket, exchange_ms, truth
from tests.virtual_time import now, run_virtually, until
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.connection import Connection
from tui.feed.faults import Fault, of_close, of_status
from tui.feed.hub import Hub
from tui.feed.outlet import Outlet
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, FeedEvent, GapOpened, GapRepaired, StateChanged
from tui.feed.venue import Venue
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.screens.outages import Outages

BTC = Symbol("binance", "BTCUSDT")
SECOND = Subscription(BTC, Interval.parse("1s"))
MINUTE = Subscription(BTC, Interval.parse("1m"))
HOUR = 3600.0


class Diary(Outlet):
    """Every event of the feed with the time at which it came."""

    def __init__(self) -> None:
        super().__init__(candles=False)
        self.lines: list[tuple[float, FeedEvent]] = []

    def put(self, event: FeedEvent) -> None:
        self.lines.append((now(), event))

    def of(self, kind: type[FeedEvent]) -> list[FeedEvent]:
        return [event for _, event in self.lines if isinstance(event, kind)]


class Client:
    """A venue with one subscription, as the engine runs it."""

    def __init__(
        self, exchange: MemoryExchange, subscription: Subscription, seed: int, history: int,
        capacity: int,
    ) -> None:  # fmt: skip
        self.subscription = subscription
        self.diary = Diary()
        self.hub = Hub(capacity)
        self.hub.listen(self.diary)
        binance = load_exchange("binance", ExchangeSettings(live_trades=False))
        with patch("tui.feed.venue.Rest", exchange.rest):
            self.venue = Venue(
                binance, ConnectionSettings(), self.hub, history, exchange.dial, Random(seed),
                asyncio.get_running_loop().time,
            )  # fmt: skip
        self.hub.acquire(subscription)
        self.venue.add(subscription)

    @property
    def connection(self) -> Connection:
        return self.venue.connections[0]

    @property
    def state(self) -> ConnectionState:
        return self.connection.link.state

    @property
    def live(self) -> bool:
        return self.state is ConnectionState.LIVE

    async def run(self) -> None:
        """What the engine does, until cancelled."""
        try:
            while True:
                self.venue.look_after(now())
                await asyncio.sleep(1.0)
        finally:
            await self.venue.stop()

    def assert_whole(self, at_least: int) -> None:
        """No hole, and every closed candle is the exchange's."""
        record = self.hub.record(self.subscription)
        assert record and record.series.holes() == ()
        closed = [candle for candle in record.series.newest(1_000_000) if candle.closed]
        assert len(closed) >= at_least
        interval = self.subscription.interval
        for candle in closed:
            true = truth(interval, candle.open_time, exchange_ms())
            assert (candle.values, candle.trades) == (true.values, true.trades)


@asynccontextmanager
async def clients(
    exchange: MemoryExchange, count: int = 1, subscription: Subscription = MINUTE, seed: int = 1,
    history: int = 20, capacity: int = 1_000,
) -> AsyncIterator[list[Client]]:  # fmt: skip
    """The exchange and its clients, all running until the end of the block."""
    made = [Client(exchange, subscription, seed + n, history, capacity) for n in range(count)]
    tasks = [asyncio.create_task(work) for work in (exchange.run(), *(c.run() for c in made))]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("hears", [False, True], ids=["both ways", "towards the client only"])
@pytest.mark.parametrize("after", range(0, 31, 3))
def test_n3_a_half_open_link_is_found_within_25_seconds(after: int, hears: bool) -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            await asyncio.sleep(after)
            exchange.sockets[0].hears = hears
            exchange.sockets[0].speaks = False
            began = now()
            await until(lambda: not client.live)
            assert client.state is ConnectionState.BACKOFF
            assert now() - began <= 25.5
            await until(lambda: client.live)
            client.assert_whole(20)

    run_virtually(scenario())


@pytest.mark.parametrize("after", range(0, 31, 5))
def test_n4_a_link_that_only_brings_data_is_found_within_25_seconds(after: int) -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            await asyncio.sleep(after)
            exchange.sockets[0].hears = False
            began = now()
            await until(lambda: not client.live)
            assert now() - began <= 25.5
            assert now() - client.connection.meter.data_at <= 1.5

    run_virtually(scenario())
