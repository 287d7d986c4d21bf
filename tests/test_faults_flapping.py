"""A link that comes and goes for an hour, in virtual time: what is lost, dialled and told."""

from __future__ import annotations

import asyncio

from tests.memory_exchange import MemoryExchange
from tests.virtual_clients import HOUR, SECOND, Client, clients
from tests.virtual_time import now, run_virtually, until
from tui.feed.status import GapRepaired
from tui.screens.outages import Outages


def unstable(client: Client) -> bool:
    record = client.hub.record(client.subscription)
    return record is not None and record.gaps.unstable(now())


def notices(client: Client) -> list[tuple[float, str]]:
    """What the screen, which looks each second, made of all events until now, and when."""
    outages, events = Outages(), iter(client.diary.lines)
    told: list[tuple[float, str]] = []
    event = next(events, None)
    for second in range(int(client.diary.lines[0][0]), int(now()) + 1):
        while event and event[0] <= second:
            outages.add(event[1], event[0])
            event = next(events, None)
        if notice := outages.notice(second, [client.subscription]):
            told.append((second, notice))
    return told


def test_b3_a_link_that_flaps_for_an_hour_loses_no_candle_and_is_two_notices() -> None:
    """The first repair is told at once, all of them after five minutes of calm."""

    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange, subscription=SECOND, capacity=5_000) as (client,):
            await until(lambda: client.live)
            assert not unstable(client)
            began = now()
            for _ in range(900):
                await asyncio.sleep(3)
                exchange.vanish()
                await asyncio.sleep(1)
                exchange.reachable = True
                assert unstable(client) or now() - began < 60
            await until(lambda: client.live)
            ended = now()
            client.assert_whole(3_600)
            assert len(exchange.dials) <= 60 * 6
            await asyncio.sleep(HOUR)
            assert not unstable(client)
            (first, early), (last, late) = notices(client)
            assert first - began < 30 and early.startswith("1 gap repaired, ")
            assert 240 <= last - ended <= 310
            repairs = [r for r in client.diary.of(GapRepaired) if isinstance(r, GapRepaired)]
            candles = sum(repair.candles for repair in repairs)
            assert late == (
                f"Stable again: {len(repairs):,} gaps repaired, {candles:,} candles filled"
            )
            assert len(repairs) >= 100

    run_virtually(scenario())


def test_b3_a_single_outage_is_one_notice() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange, subscription=SECOND) as (client,):
            await until(lambda: client.live)
            await asyncio.sleep(35)
            exchange.vanish()
            await asyncio.sleep(20)
            exchange.reachable = True
            await asyncio.sleep(HOUR)
            assert not unstable(client)
            ((_, notice),) = notices(client)
            assert notice.startswith("1 gap repaired, ")

    run_virtually(scenario())
