"""The real venue, connection and hub on a memory exchange, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from unittest.mock import patch

from tests.memory_exchange import MemoryExchange, exchange_ms, truth
from tests.virtual_time import now
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.connection import Connection
from tui.feed.hub import Hub
from tui.feed.outlet import Outlet
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState, FeedEvent
from tui.feed.venue import Venue
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BTC = Symbol("binance", "BTCUSDT")
SECOND = Subscription(BTC, Interval.parse("1s"))
MINUTE = Subscription(BTC, Interval.parse("1m"))
HOUR = 3600.0


class Diary(Outlet):
    """Every event of the feed with the time at which it came."""

    def __init__(self) -> None:
        super().__init__()
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
        self.hub.listen(self.diary, candles=False)
        binance = load_exchange("binance", ExchangeSettings(options={"live_trades": False}))
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
