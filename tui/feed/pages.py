"""Pages of candles over REST, each read as of the most careful idea of when it was written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from weakref import WeakValueDictionary

from tui.errors import ExchangeError
from tui.exchange.base import Exchange, Request
from tui.feed import backoff
from tui.feed.faults import FaultKind
from tui.feed.hub import Hub
from tui.feed.rest import Reply, RequestFailed, Rest
from tui.market.candle import Candle
from tui.market.events import LATEST
from tui.market.symbol import Subscription

_LONGEST_RETRY = 30.0
_SLOW_PROBE = 900.0


class Pages:
    """What `exchange` has of its candles; every method may raise ExchangeError."""

    def __init__(
        self, exchange: Exchange, rest: Rest, hub: Hub, monotonic: Callable[[], float]
    ) -> None:
        self._exchange = exchange
        self._rest = rest
        self._hub = hub
        self._monotonic = monotonic
        self._turns: WeakValueDictionary[Subscription, asyncio.Lock] = WeakValueDictionary()

    def turn(self, subscription: Subscription) -> asyncio.Lock:
        """Held by who asks for a subscription's pages: one after the other."""
        return self._turns.setdefault(subscription, asyncio.Lock())

    async def get(
        self, subscription: Subscription, start: int | None, limit: int, proven: int = 0
    ) -> list[Candle]:
        """The candles of an answer, from `start` on where its pages begin there.

        What comes from before that may be a part of a candle only. It is exchange time `proven`
        (ms) already, whatever the answer and the stream say.
        """
        request = self._exchange.history_request(subscription, start, limit)
        assert request  # only those who have a history are asked for it
        reply = await self._rest.get(request)
        now = self._now(reply)
        if now is None:
            now = self._vouched(subscription, reply.body)
        candles = self._exchange.parse_history(subscription, reply.body, max(now, proven))
        begins = start if self._exchange.pages_from_start else None
        return [c for c in candles if begins is None or c.open_time >= begins]

    async def newest(self, subscription: Subscription, count: int) -> list[Candle]:
        """The newest candles that the exchange has."""
        start = None
        if self._exchange.clock_path:
            interval, now = subscription.interval, await self.present()
            start = interval.after(interval.floor(now), 1 - count)
        return await self.get(subscription, start, count)

    async def present(self) -> int:
        """Exchange time (ms): by the stream, or by the date of a small answer."""
        now = self._hub.clock(self._exchange.name).now(self._monotonic())
        if now is None:
            now = (await self._rest.get(Request(self._exchange.clock_path))).date
        if now is None:
            raise ExchangeError(f"{self._exchange.title} did not say what time it is.")
        return now

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


def pause_after(error: ExchangeError, attempt: int, random: Random) -> float:
    """Seconds to wait before a page is asked for again; `attempt` 1 is the first that failed."""
    pause = backoff.delay(attempt, 1.0, 2.0, _LONGEST_RETRY, random)
    if not isinstance(error, RequestFailed):
        return pause
    slow = error.fault.kind in (FaultKind.PERMANENT, FaultKind.UNVERIFIED)
    return _SLOW_PROBE if slow else max(pause, error.fault.retry_after)
