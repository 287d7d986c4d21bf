"""History over REST: the first load, the repair after an outage, the check during a silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from random import Random
from weakref import WeakValueDictionary

from tui.errors import ExchangeError
from tui.exchange.base import Exchange
from tui.feed import backoff
from tui.feed.faults import FaultKind
from tui.feed.hub import Hub
from tui.feed.rest import Reply, RequestFailed, Rest
from tui.market.candle import Candle
from tui.market.events import LATEST
from tui.market.symbol import Subscription

_TRIES_TO_FILL = 3
_REST_LAG = 1.5
_LONGEST_RETRY = 30.0
_SLOW_PROBE = 900.0

log = logging.getLogger(__name__)


Unknown = Callable[[Subscription, str], Awaitable[None]]


class Backfill:
    """Fetches what the hub lacks of one exchange; `history` closed candles to begin with.

    It merges into series that live events change at the same time: the order does not matter.
    `unknown` is told of symbols that the exchange does not know.
    """

    def __init__(
        self, exchange: Exchange, rest: Rest, hub: Hub, history: int,
        monotonic: Callable[[], float], random: Random, unknown: Unknown,
    ) -> None:  # fmt: skip
        self._exchange = exchange
        self._rest = rest
        self._hub = hub
        self._history = history
        self._monotonic = monotonic
        self._random = random
        self._unknown = unknown
        self._turns: WeakValueDictionary[Subscription, asyncio.Lock] = WeakValueDictionary()

    async def sync(self, subscription: Subscription) -> bool:
        """Make the series whole up to now, however long the exchange cannot be asked.

        Returns whether there was trouble, which has ended. What the exchange itself does not have
        stays a hole. Several of one subscription ask one after the other, but none waits while
        another one waits for the exchange.
        """
        turn = self._turns.setdefault(subscription, asyncio.Lock())
        attempt = 0
        while True:
            attempt += 1
            try:
                async with turn:
                    await self._fill(subscription)
                return attempt > 1
            except RequestFailed as failed:
                if failed.unknown_symbol:
                    await self._unknown(subscription, failed.fault.reason)
                    return False
                self._hub.trouble(subscription, f"No history: {failed.fault.reason}")
                await asyncio.sleep(self._wait(failed, attempt))
            except ExchangeError as error:
                log.warning("history of %s: %s", subscription, error)
                self._hub.trouble(subscription, f"No history: {error.message}")
                await asyncio.sleep(self._pause(attempt))

    def _wait(self, failed: RequestFailed, attempt: int) -> float:
        slow = failed.fault.kind in (FaultKind.PERMANENT, FaultKind.UNVERIFIED)
        return _SLOW_PROBE if slow else max(self._pause(attempt), failed.fault.retry_after)

    def _pause(self, attempt: int) -> float:
        return backoff.delay(attempt, 1.0, 2.0, _LONGEST_RETRY, self._random)

    async def _fill(self, subscription: Subscription) -> None:
        """An answer without what is known is no proof that anything is missing, or is not."""
        for attempt in range(1, _TRIES_TO_FILL + 1):
            plan = self._hub.load_plan(subscription)
            if plan is None:
                return
            came = await self._load(subscription, plan.start)
            last = attempt == _TRIES_TO_FILL
            believed = plan.known <= came and (bool(came) or last)
            if believed and self._hub.loaded(subscription, plan):
                return
            if not last:  # the REST side may lag behind the stream
                await asyncio.sleep(_REST_LAG * attempt)
            elif believed:
                self._hub.concede(subscription, plan)
            else:
                title = self._exchange.title
                raise ExchangeError(f"{title} left out candles that it had sent before.")

    async def _load(self, subscription: Subscription, start: int | None) -> set[int]:
        """All pages from `start` up to now, or the newest candles; the open times that came."""
        page = self._exchange.limits.history_page
        if start is None and self._history >= page:
            start = await self._history_start(subscription)
        limit = page if start is not None else self._history + 1
        came: set[int] = set()
        while True:
            candles = await self._page(subscription, start, limit)
            fresh = [c for c in candles if start is None or c.open_time >= start]
            came.update(candle.open_time for candle in fresh)
            self._hub.merge(subscription, fresh, self._monotonic())
            reached_now = start is None or not fresh or not fresh[-1].closed
            if reached_now or self._hub.record(subscription) is None:
                return came
            start = subscription.interval.after(fresh[-1].open_time)

    async def _history_start(self, subscription: Subscription) -> int | None:
        """Where more history than a page starts, by the exchange's newest candle."""
        newest = await self._page(subscription, None, 1)
        if not newest:
            return None
        interval, last = subscription.interval, newest[-1].open_time
        return interval.after(last, -min(self._history, interval.steps(0, last)))

    async def _page(
        self, subscription: Subscription, start: int | None, limit: int
    ) -> list[Candle]:
        request = self._exchange.history_request(subscription, start, limit)
        if request is None:
            return []
        reply = await self._rest.get(request)
        now = self._now(reply)
        if now is None:
            now = self._vouched(subscription, reply.body)
        return self._exchange.parse_history(subscription, reply.body, now)

    def _now(self, reply: Reply) -> int | None:
        """Exchange time, the more careful of what the reply and the live stream say, if any.

        A reply may be long on its way, and what it says of a candle be corrected meanwhile.
        """
        live = self._hub.clock(self._exchange.name).now(reply.asked_at)
        return min((moment for moment in (reply.date, live) if moment is not None), default=None)

    def _vouched(self, subscription: Subscription, body: bytes) -> int:
        """The latest moment that a history itself proves: its newest candle has begun.

        The machine's own clock may be wrong, and would close a candle that still forms.
        """
        candles = self._exchange.parse_history(subscription, body, LATEST)
        return max((candle.open_time for candle in candles), default=0)

    async def missed(self, subscriptions: Iterable[Subscription]) -> bool | None:
        """Whether any of these traded without the stream saying so; None if nobody answers."""
        answers = [await self._traded(subscription) for subscription in subscriptions]
        known = [answer for answer in answers if answer is not None]
        return any(known) if known else None

    async def _traded(self, subscription: Subscription) -> bool | None:
        """Candles without a trade come to be by the passing of time: they are no sign of life."""
        try:
            candles = await self._page(subscription, None, 3)
        except ExchangeError as error:
            log.warning("check of %s: %s", subscription, error)
            return None
        traded = self._hub.unseen(subscription, candles)
        self._hub.merge(subscription, candles, self._monotonic())
        return traded
