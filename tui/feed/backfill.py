"""History over REST: the first load, the repair after an outage, the check during a silence."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from random import Random

from tui.errors import ExchangeError
from tui.exchange.base import Exchange
from tui.feed import backoff
from tui.feed.hub import Hub
from tui.feed.rest import RequestFailed, Rest
from tui.market.candle import Candle
from tui.market.symbol import Subscription

_TRIES_TO_FILL = 3
_REST_LAG = 1.5
_LONGEST_RETRY = 30.0

log = logging.getLogger(__name__)


class Backfill:
    """Fetches what the hub lacks of one exchange; `history` closed candles to begin with.

    It merges into series that live events change at the same time: the order does not matter.
    """

    def __init__(
        self, exchange: Exchange, rest: Rest, hub: Hub, history: int,
        monotonic: Callable[[], float], random: Random,
    ) -> None:  # fmt: skip
        self._exchange = exchange
        self._rest = rest
        self._hub = hub
        self._history = history
        self._monotonic = monotonic
        self._random = random

    async def sync(self, subscription: Subscription) -> None:
        """Make the series whole up to now, however long the exchange cannot be asked.

        What the exchange itself does not have stays a hole. An unknown symbol is rejected.
        """
        for attempt in range(1, 1_000_000):
            try:
                return await self._fill(subscription)
            except RequestFailed as failed:
                if failed.unknown_symbol:
                    return self._hub.reject(subscription, failed.fault.reason, ())
                wait = backoff.delay(attempt, 1.0, 2.0, _LONGEST_RETRY, self._random)
                log.warning("history of %s: %s", subscription, failed)
                await asyncio.sleep(max(wait, failed.fault.retry_after))
            except ExchangeError as error:
                log.warning("history of %s: %s", subscription, error)
                await asyncio.sleep(_LONGEST_RETRY)

    async def _fill(self, subscription: Subscription) -> None:
        for attempt in range(_TRIES_TO_FILL):
            if attempt:  # the REST side may lag behind the stream
                await asyncio.sleep(_REST_LAG * attempt)
            start = self._hub.reload_from(subscription)
            filled = await self._load(subscription, start)
            if self._hub.loaded(subscription, start, filled):
                return
        self._hub.give_up(subscription, self._monotonic())

    async def _load(self, subscription: Subscription, start: int | None) -> int:
        """All pages from `start`, or the newest candles; how many changed the series."""
        page = self._exchange.limits.history_page
        if start is None and self._history >= page:
            start = subscription.interval.after(self._now(None), -self._history)
        limit = page if start is not None else self._history + 1
        filled = 0
        while True:
            candles = await self._page(subscription, start, limit)
            filled += self._hub.merge(subscription, candles)
            if start is None or len(candles) < limit or self._hub.record(subscription) is None:
                return filled
            start = subscription.interval.after(candles[-1].open_time)

    async def _page(
        self, subscription: Subscription, start: int | None, limit: int
    ) -> list[Candle]:
        request = self._exchange.history_request(subscription, start, limit)
        reply = await self._rest.get(request)
        return self._exchange.parse_history(subscription, reply.body, self._now(reply.date))

    def _now(self, date: int | None) -> int:
        """Exchange time, the more careful of what the reply and the live stream say."""
        live = self._hub.clock(self._exchange.name).now(self._monotonic())
        known = [moment for moment in (date, live) if moment is not None]
        return min(known, default=int(time.time() * 1000))

    async def missed(self, subscriptions: Iterable[Subscription]) -> bool | None:
        """Whether any of these traded without the stream saying so; None if nobody answers."""
        try:
            changed = [await self._newest(subscription) for subscription in subscriptions]
        except ExchangeError as error:
            log.warning("check of a silent feed: %s", error)
            return None
        return any(changed)

    async def _newest(self, subscription: Subscription) -> bool:
        """Candles without a trade come to be by the passing of time: they are no sign of life."""
        candles = await self._page(subscription, None, 3)
        traded = self._hub.merge(subscription, [c for c in candles if c.volume > 0])
        self._hub.merge(subscription, candles)
        return traded > 0
