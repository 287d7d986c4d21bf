"""Trades over REST that make a candle whole: however bad the pages, the asking ends."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from random import Random
from typing import cast

from tests.virtual_time import now, run_virtually
from tui.exchange import load_exchange
from tui.exchange.base import Request
from tui.feed.backfill import Backfill
from tui.feed.hub import Hub
from tui.feed.rest import Reply, Rest
from tui.market.events import Trade
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BTC = Subscription(Symbol("coinbase", "BTC-USD"), Interval(1, "m"))
NOON = 1_800_014_400_000


class SamePage:
    """Has one trade, whatever is asked for."""

    def __init__(self) -> None:
        self.pages = 0

    async def get(self, request: Request) -> Reply:
        await asyncio.sleep(0.05)
        rows: list[dict[str, object]] = []
        if request.path.endswith("/trades"):
            self.pages += 1
            at = datetime.fromtimestamp(NOON / 1_000 + 1, UTC).isoformat()
            rows = [{"trade_id": 900, "time": at, "price": "2", "size": "1", "side": "buy"}]
        return Reply(json.dumps(rows).encode(), NOON + 10_000, now())


def test_p37_the_same_page_of_trades_again_and_again_is_not_asked_for_without_end() -> None:
    async def scenario() -> None:
        coinbase, rest = load_exchange("coinbase"), SamePage()
        hub = Hub(100, {"coinbase": coinbase})
        hub.acquire(BTC)
        hub.apply("coinbase", Trade("BTC-USD", 2.0, 1.0, NOON + 2_000, 1_000, 1_000), now())
        backfill = Backfill(coinbase, cast(Rest, rest), hub, 20, now, Random(1), _unknown)
        await backfill.sync(BTC)
        assert rest.pages <= 2

    run_virtually(scenario())


async def _unknown(subscription: Subscription, reason: str) -> None:
    raise AssertionError(f"{subscription} is known: {reason}")
