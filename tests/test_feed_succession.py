"""One connection takes over from another: what it brings along, and what becomes of the two."""

from __future__ import annotations

from tests.memory_exchange import MemoryExchange
from tests.virtual_clients import Client, clients
from tests.virtual_time import run_virtually, until
from tests.virtual_venue import all_live, exchange_of, made_up, venue_of
from tui.feed.faults import of_close, of_violation
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
