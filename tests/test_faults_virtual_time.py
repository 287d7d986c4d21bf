"""Faults that take minutes or hours, in virtual time: the real venue, connection and hub."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from tests.memory_exchange import BROKEN_OFF, MemoryExchange, MemorySocket, exchange_ms
from tests.virtual_clients import HOUR, SECOND, clients
from tests.virtual_time import now, run_virtually, until
from tests.virtual_venue import all_live, exchange_of, made_up, venue_of
from tui.feed.faults import Fault, of_close, of_status
from tui.feed.status import ConnectionState, GapOpened, GapRepaired


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


@pytest.mark.parametrize("life", [0.0, 1.2], ids=["at once", "after its first candles"])
@pytest.mark.parametrize("seed", range(20))
def test_p6_p7_a_server_that_accepts_and_closes_is_dialled_seldom(life: float, seed: int) -> None:
    def bounce(socket: MemorySocket) -> None:
        asyncio.get_running_loop().call_later(life, socket.end, of_close(1000, "bye"))

    async def scenario() -> None:
        exchange = MemoryExchange()
        exchange.greet = bounce
        async with clients(exchange, seed=seed):
            await asyncio.sleep(600)
        first = exchange.dials[0]
        assert sum(dial < first + 60 for dial in exchange.dials) <= 11
        assert 20 <= sum(dial >= first + 60 for dial in exchange.dials) <= 9 * 6

    run_virtually(scenario())


def test_n13_a_ban_that_is_repeated_keeps_dials_twice_as_far_apart_each_time() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        exchange.refusal = of_status(418, None, 0.0)
        async with clients(exchange):
            await asyncio.sleep(1_900)
        gaps = [b - a for a, b in pairwise(exchange.dials)]
        assert len(gaps) == 4
        assert all(gap >= 120.0 * 2**n for n, gap in enumerate(gaps))

    run_virtually(scenario())


def test_n15_a_gate_that_refuses_is_tried_slowly_three_times_and_then_hardly_ever() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        exchange.refusal = of_status(403, None, 0.0)
        async with clients(exchange) as (client,):
            await until(lambda: client.state is ConnectionState.PARKED, 600)
            assert len(exchange.dials) == 4
            assert all(b - a >= 60.0 for a, b in pairwise(exchange.dials))
            await asyncio.sleep(HOUR)
        probes = exchange.dials[3:]
        assert all(700 <= b - a <= 1_100 for a, b in pairwise(probes))
        assert 3 <= len(probes) - 1 <= 5

    run_virtually(scenario())


def test_n25_six_hours_without_network_are_dialled_at_the_cap_and_filled_page_by_page() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange, subscription=SECOND, history=900, capacity=30_000) as (
            client,
        ):
            await until(lambda: client.live)
            await asyncio.sleep(35)
            exchange.vanish()
            down = now()
            await asyncio.sleep(6 * HOUR)
            exchange.reachable, pages = True, exchange.pages
            tries = [dial for dial in exchange.dials if dial > down]
            assert len(tries) >= 1_000
            assert max(b - a for a, b in pairwise(tries)) <= 31
            await until(lambda: client.live, 90)
            assert exchange.pages - pages >= 22
            client.assert_whole(900 + 6 * 3_600)
            await until(lambda: client.diary.of(GapRepaired))
            assert len(client.diary.of(GapOpened)) == 1

    run_virtually(scenario())


def test_n25_what_no_longer_fits_the_series_leaves_the_newest_part_whole() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange, subscription=SECOND) as (client,):
            await until(lambda: client.live)
            exchange.vanish()
            await asyncio.sleep(6 * HOUR)
            exchange.reachable = True
            await until(lambda: client.live, 90)
            client.assert_whole(990)

    run_virtually(scenario())


def test_p30_p33_the_silence_of_an_outage_is_not_held_against_those_who_share_the_next_socket() -> (
    None
):
    """None of them is asked for again, or dialled anew for, before it had its time to speak."""
    feeds = made_up(4)

    async def scenario() -> None:
        exchange, opened = exchange_of(feeds), list[MemorySocket]()
        async with venue_of(exchange, feeds, capacity=4) as venue:
            forgetful = exchange.sockets[0]
            forgetful.forget("C1USDT")
            await until(lambda: len(forgetful.commands) == 2, 120)  # one reminder
            exchange.vanish()
            await asyncio.sleep(120)
            exchange.reachable, exchange.greet = True, opened.append
            await until(lambda: opened and all_live(venue), 60)
            await asyncio.sleep(50)
            assert exchange.sockets == opened
            assert [len(socket.commands) for socket in opened] == [1]

    run_virtually(scenario())


def test_n24_a_day_old_connection_is_succeeded_before_it_is_closed() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange(pace=5.0)
        async with clients(exchange, capacity=200) as (client,):
            await until(lambda: client.live)
            old, predecessor = exchange.sockets[0], client.connection
            await asyncio.sleep(22.8 * HOUR)
            assert exchange.sockets == [old]
            await until(lambda: len(exchange.sockets) == 2, 0.5 * HOUR)
            assert client.connection is predecessor and client.live
            await until(lambda: old not in exchange.sockets)
            assert exchange.sockets[0].streams == 1
            assert client.connection is not predecessor and client.live
            await asyncio.sleep(HOUR)
            assert (len(exchange.dials), exchange.most_open) == (2, 2)
            assert client.diary.of(GapOpened) == []
            client.assert_whole(190)

    run_virtually(scenario())


def test_n24_a_server_that_announces_its_end_is_left_for_another_first() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            old = exchange.sockets[0]
            old.say({"e": "serverShutdown", "E": exchange_ms()})
            await until(lambda: len(exchange.sockets) == 2, 5)
            await until(lambda: old not in exchange.sockets, 5)
            assert client.live and exchange.most_open == 2
            await asyncio.sleep(60)
            assert client.diary.of(GapOpened) == []
            client.assert_whole(20)

    run_virtually(scenario())


@pytest.mark.parametrize("accepting", [True, False], ids=["accepting", "down"])
def test_n24_a_successor_that_fails_leaves_never_more_than_two_sockets(accepting: bool) -> None:
    """The old connection is cut off while its successor still tries to come up."""

    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            exchange.sockets[0].say({"e": "serverShutdown", "E": exchange_ms()})
            exchange.reachable = accepting
            exchange.greet = lambda socket: socket.end(of_close(1012, "restart"))
            await asyncio.sleep(20)
            exchange.break_off(of_close(1001, "going away"))
            await asyncio.sleep(20)
            exchange.reachable, exchange.greet = True, lambda _: None
            await until(lambda: client.live and len(exchange.sockets) == 1, 90)
            await asyncio.sleep(60)
            assert len(exchange.sockets) == 1
            assert exchange.most_open <= 2
            client.assert_whole(20)

    run_virtually(scenario())


@pytest.mark.parametrize(
    ("fault", "most_in_100_ms"),
    [(of_close(1012, "restart"), 0.10), (BROKEN_OFF, 0.30)],
    ids=["that says so", "that breaks off"],
)
def test_b4_a_thousand_clients_of_a_restarted_server_come_back_spread_out(
    fault: Fault, most_in_100_ms: float
) -> None:
    async def scenario() -> None:
        exchange = MemoryExchange(pace=10.0)
        async with clients(exchange, 1_000, history=2) as everyone:
            await until(lambda: all(client.live for client in everyone))
            await asyncio.sleep(35)
            exchange.dials.clear()
            exchange.reachable = False
            exchange.break_off(fault)
            await asyncio.sleep(5)
            exchange.reachable = True
            await until(lambda: all(client.live for client in everyone))
        busiest = max(Counter(int(dial * 10) for dial in exchange.dials).values())
        assert busiest <= most_in_100_ms * 1_000
        assert len(exchange.dials) <= 5 * 1_000

    run_virtually(scenario())
