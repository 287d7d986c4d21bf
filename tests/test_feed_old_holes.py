"""Exchanges whose history reaches back so far and no further, after a long outage."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from random import Random
from typing import cast

import pytest

from tests.declared import desk
from tests.memory_exchange import exchange_ms
from tests.virtual_time import now, run_virtually
from tui.exchange import load_exchange
from tui.exchange.base import Exchange, Request
from tui.feed.backfill import Backfill
from tui.feed.hub import Hub
from tui.feed.rest import Reply, Rest
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.series import Hole
from tui.market.symbol import Subscription, Symbol

MINUTE = Interval(1, "m")


class OnlyTheNewest:
    """Answers with rows for each minute of which `traded` is true: `count` at most, the newest."""

    def __init__(self, count: int, traded: Callable[[int], bool] = lambda minute: True) -> None:
        self._count, self._traded = count, traded

    async def get(self, request: Request) -> Reply:
        await asyncio.sleep(0.05)
        forming = MINUTE.floor(exchange_ms())
        minutes = range(forming // 60_000 - 2 * self._count, forming // 60_000 + 1)
        times = [60 * minute for minute in minutes if self._traded(minute)][-self._count :]
        return Reply(self.body(times, request), exchange_ms(), now())

    def body(self, times: list[int], request: Request) -> bytes:
        return json.dumps([[1_000 * time, 1.0, 2.0, 1.0, 2.0, 3.0] for time in times]).encode()


class OfKraken(OnlyTheNewest):
    """In Kraken's words, from `since` on."""

    def body(self, times: list[int], request: Request) -> bytes:
        since, last = int(request.params.get("since", "0")), times[-1] - 60
        rows = [[t, "1", "2", "1", "2", "1.5", "3", 4] for t in times if t > since]
        return json.dumps({"error": [], "result": {"XXBTZUSD": rows, "last": last}}).encode()


# The guide's history cannot be asked for from a time on; nor can that of a feed of trades be.
OF_TRADES = """
[exchanges.desk.trade]
when = {type = "trade"}
symbol = "symbol"
price = "price"
time = "time"
"""


async def outage(
    exchange: Exchange, rest: OnlyTheNewest, minutes: int
) -> tuple[list[Hole], list[Candle]]:
    """The holes that are left by an outage of so many minutes, and the closed candles."""
    subscription = Subscription(Symbol(exchange.name, exchange.spelling("BTC/USD")), MINUTE)
    hub = Hub(5_000, {exchange.name: exchange})
    hub.acquire(subscription)
    backfill = Backfill(exchange, cast(Rest, rest), hub, 10, now, Random(1), _unknown)
    await backfill.sync(subscription)
    await asyncio.sleep(120.0)
    await backfill.sync(subscription)
    hub.lose(subscription)
    await asyncio.sleep(60.0 * minutes)
    async with asyncio.timeout(60.0):
        await backfill.sync(subscription)
    record = hub.record(subscription)
    assert record and not record.trouble
    return list(record.series.holes()), [c for c in record.series.newest(5_000) if c.closed]


@pytest.mark.parametrize("kind", ["kraken", "guide", "trades"])
def test_n25_what_is_too_old_for_the_exchange_is_a_hole_and_nothing_is_made_up(kind: str) -> None:
    """Kraken has 720 candles, whatever it is asked for; many a feed has a number of them."""
    exchange = load_exchange("kraken") if kind == "kraken" else desk(OF_TRADES * (kind == "trades"))
    count = 721 if kind == "kraken" else 500

    async def scenario() -> None:
        rest = OfKraken(count) if kind == "kraken" else OnlyTheNewest(count)
        holes, closed = await outage(exchange, rest, minutes=900)
        assert len(holes) == 1
        assert sum(candle.volume == 0.0 for candle in closed) == 0
        newest = [c for c in closed if c.open_time >= holes[0].end]
        assert len(newest) == count - 1

    run_virtually(scenario())


def test_n25_candles_without_trades_are_known_by_the_rows_around_them_wherever_a_page_begins() -> (
    None
):
    async def scenario() -> None:
        sparse = OnlyTheNewest(500, lambda minute: minute % 4 == 0)
        holes, closed = await outage(desk(OF_TRADES), sparse, minutes=30)
        assert holes == []
        assert {c.volume for c in closed if c.open_time % 240_000} == {0.0}

    run_virtually(scenario())


async def _unknown(subscription: Subscription, reason: str) -> None:
    raise AssertionError(f"{subscription} is known: {reason}")
