"""One connection takes over from another: what it brings along, and what becomes of the two."""

from __future__ import annotations

from tests.memory_exchange import MemoryExchange
from tests.virtual_clients import Client, clients
from tests.virtual_time import run_virtually, until
from tui.feed.faults import of_close
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
