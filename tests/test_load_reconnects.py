"""Many feeds that lose their connections at once: how often is dialled, and what is sent then."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from tests.feeds import QUICK, eventually, is_live, running, subscription
from tests.simulated import TRADING
from tests.virtual_time import run_virtually, until
from tests.virtual_venue import all_live, exchange_of, made_up, venue_of

TWO_HUNDRED = [subscription(n, i) for i in ("1m", "5m", "15m", "1h") for n in TRADING[:50]]


def most_within(seconds: float, times: Sequence[float]) -> int:
    """The highest number of `times`, which are in order, in any stretch of so many seconds."""
    return max(bisect_left(times, start + seconds) - i for i, start in enumerate(times))


def test_b2_two_hundred_feeds_resubscribe_after_a_drop_at_the_exchange_s_pace() -> None:
    """This simulator ends a connection with 1008 on more than five messages in a second."""
    settings = replace(QUICK, symbols_per_connection=200, stale_after=60.0)
    with running(settings, history=2) as (_, exchange, engine):
        for wanted in TWO_HUNDRED:
            engine.acquire(wanted)
        eventually(lambda: is_live(engine, *TWO_HUNDRED))
        exchange.drop()
        eventually(lambda: engine.connections()[0].reconnects == 1)
        eventually(lambda: is_live(engine, *TWO_HUNDRED))
        (connection,) = engine.connections()
        assert (connection.reconnects, connection.close_code) == (1, None)


def test_b2_commands_keep_the_pace_however_many_feeds_come_and_go_on_an_open_socket() -> None:
    feeds = made_up(200)

    async def scenario() -> None:
        exchange = exchange_of(feeds)
        async with venue_of(exchange, feeds[:1], capacity=200) as venue:
            for feed in feeds[1:]:
                venue._hub.acquire(feed)
                venue.add(feed)
                await asyncio.sleep(0.01)
            await until(lambda: exchange.sockets[0].streams == 200, 200)
            before = exchange.sockets[0].commands
            exchange.break_off()
            await until(lambda: len(exchange.sockets) == 1 and exchange.sockets[0].streams == 200)
            after = exchange.sockets[0].commands
        assert most_within(1.0, before) <= 4 and most_within(1.0, after) <= 4
        assert len(after) <= 4, "what is wanted is asked for in full frames"

    run_virtually(scenario())


def test_b5_feeds_that_reconnect_at_once_share_the_host_s_budget_of_dials() -> None:
    """Binance takes 300 dials of an address in five minutes."""
    feeds = made_up(60)

    async def scenario() -> None:
        exchange = exchange_of(feeds)
        async with venue_of(exchange, feeds) as venue:
            for _ in range(60):
                await asyncio.sleep(15)
                exchange.break_off()
            assert most_within(300.0, exchange.dials) <= 300
            await until(lambda: all_live(venue), 300)

    run_virtually(scenario())


@pytest.mark.parametrize("seed", range(10))
def test_b6_asking_for_reconnects_while_they_fail_never_multiplies_sockets(seed: int) -> None:
    (feed,) = made_up(1)

    async def scenario() -> None:
        exchange, random = exchange_of([feed]), Random(seed)
        async with venue_of(exchange, [feed], seed=seed) as venue:
            for _ in range(500):
                await asyncio.sleep(random.expovariate(1.0))
                venue.connections[0].retry()
                if random.random() < 0.02:
                    exchange.break_off()
            assert exchange.most_open == 2
            await until(lambda: all_live(venue) and len(exchange.sockets) == 1, 120)
            assert len(venue.connections) == 1

    run_virtually(scenario())


def test_b6_the_exchange_never_sees_more_than_two_sockets_a_feed() -> None:
    feeds = [subscription(name) for name in TRADING[:4]]
    with running() as (simulator, exchange, engine):
        for feed in feeds:
            engine.acquire(feed)
        eventually(lambda: is_live(engine, *feeds))
        most = 0
        for _ in range(2):
            ends = time.monotonic() + 1.5
            while time.monotonic() < ends:
                engine.reconnect()
                most = max(most, simulator.clients)
                time.sleep(0.01)  # as fast as a person could, and faster
            exchange.drop()
        assert len(feeds) <= most <= 2 * len(feeds)
