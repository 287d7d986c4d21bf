"""A venue with many feeds on a memory exchange, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from unittest.mock import patch

from tests.memory_exchange import MemoryExchange
from tests.virtual_time import now, until
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.hub import Hub
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState
from tui.feed.venue import Venue
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol


def made_up(count: int) -> list[Subscription]:
    """So many feeds that only a MemoryExchange has."""
    minute = Interval.parse("1m")
    return [Subscription(Symbol("binance", f"C{n}USDT"), minute) for n in range(count)]


@asynccontextmanager
async def venue_of(
    exchange: MemoryExchange, feeds: Sequence[Subscription], capacity: int = 1, seed: int = 1
) -> AsyncIterator[Venue]:
    """A venue that is live for all these feeds, `capacity` on a connection."""
    hub = Hub(1_000)
    binance = load_exchange("binance", ExchangeSettings(options={"live_trades": False}))
    settings = ConnectionSettings(symbols_per_connection=capacity)
    with patch("tui.feed.venue.Rest", exchange.rest):
        venue = Venue(binance, settings, hub, 5, exchange.dial, Random(seed), now)
    tasks = [asyncio.create_task(work) for work in (exchange.run(), look_after(venue))]
    for feed in feeds:
        hub.acquire(feed)
        venue.add(feed)
    try:
        await until(lambda: all_live(venue), 600)
        yield venue
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await venue.stop()


async def look_after(venue: Venue) -> None:
    """What the engine does each second."""
    while True:
        venue.look_after(now())
        await asyncio.sleep(1.0)


def all_live(venue: Venue) -> bool:
    return all(c.link.state is ConnectionState.LIVE for c in venue.connections)


def exchange_of(feeds: Sequence[Subscription]) -> MemoryExchange:
    return MemoryExchange(pace=5.0, symbols=[feed.symbol.name for feed in feeds])
