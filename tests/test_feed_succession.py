"""One connection takes over from another: what it brings along, and what becomes of the two."""

from __future__ import annotations

import asyncio

from tests.memory_exchange import MemoryExchange
from tests.virtual_clients import Client, clients
from tests.virtual_time import now, run_virtually, until
from tests.virtual_venue import all_live, exchange_of, made_up, venue_of
from tui.feed.connection import Connection
from tui.feed.faults import of_close, of_status, of_violation
from tui.feed.status import ConnectionState, StateChanged


def told(client: Client) -> list[ConnectionState]:
    """The states that were told, in order."""
    events = client.diary.of(StateChanged)
    return [event.state for event in events if isinstance(event, StateChanged)]


def test_a_takeover_from_a_connection_that_is_down_is_told() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            client.connection.retry()
            await until(lambda: len(exchange.sockets) == 2)
            exchange.sockets[0].end(of_close(1012, "restart"))
            await until(lambda: told(client)[-1] is ConnectionState.BACKOFF)
            await until(lambda: client.live, 2.0)
            assert told(client)[-1] is ConnectionState.LIVE

    run_virtually(scenario())


def test_p8_what_takes_over_carries_no_more_than_the_divided_one_did() -> None:
    *feeds, another = made_up(5)

    async def scenario() -> None:
        exchange = exchange_of([*feeds, another])
        async with venue_of(exchange, feeds, capacity=4) as venue:
            for _ in range(2):
                exchange.sockets[0].end(of_violation(1009))
                await until(lambda: all_live(venue) and exchange.sockets)
            await until(lambda: len(venue.connections) == 2 and all_live(venue))
            first = venue.connections[0]
            first.retry()
            await until(lambda: venue.connections[0] is not first)
            venue.add(another)
            assert [len(venue.wanted_by(c)) for c in venue.connections] == [2, 2, 1]

    run_virtually(scenario())


def test_l2_a_sleep_ends_the_socket_of_a_successor_too() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            client.connection.retry()
            await until(lambda: len(exchange.sockets) == 2)
            before = set(exchange.sockets)
            client.venue.resume()
            await until(lambda: not before & set(exchange.sockets), 0.5)
            await until(lambda: client.live and len(exchange.sockets) == 1)

    run_virtually(scenario())


def test_a_successor_that_was_refused_dials_when_a_person_asks_again() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            old = await refused(client, exchange)
            client.venue.retry()
            await until(lambda: client.connection is not old)
            assert client.live

    run_virtually(scenario())


def test_a_successor_that_was_refused_is_let_go_when_its_predecessor_was_dialled_anew() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            old = await refused(client, exchange)
            exchange.break_off()
            await until(lambda: not client.live)
            await until(lambda: client.live)
            await asyncio.sleep(2.0)
            client.connection.retry()  # there is room for another successor
            await until(lambda: client.connection is not old)

    run_virtually(scenario())


async def refused(client: Client, exchange: MemoryExchange) -> Connection:
    """The live connection, once its successor was refused for good; dials succeed again."""
    exchange.refusal = of_status(451, None, 0.0)
    dials = len(exchange.dials)
    client.connection.retry()
    await until(lambda: len(exchange.dials) > dials)
    asked = now()
    await until(lambda: now() > asked + 1.0)
    exchange.refusal = None
    return client.connection
