"""History over REST: the first load, the repair after an outage, the check during a silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from random import Random

from tui.errors import ExchangeError
from tui.exchange.base import Exchange
from tui.feed.gaps import LoadPlan
from tui.feed.hub import Hub
from tui.feed.pages import Pages, pause_after
from tui.feed.rest import RequestFailed, Rest
from tui.market.aggregate import MissingTrades, filled
from tui.market.candle import Candle
from tui.market.events import EARLIEST, LATEST, Trade
from tui.market.symbol import Subscription

_TRIES_TO_FILL = 3
# More trades than this are not fetched: what they would prove, the candles over REST do later.
_MOST_TRADES = 5_000
# So many turns of so many seconds the stream has to say which trade was its first.
_PATIENCE_FOR_TRADES, _TURN = 20, 0.1
_REST_LAG = 1.5

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
        self.pages = Pages(exchange, rest, hub, monotonic)

    async def sync(self, subscription: Subscription) -> bool:
        """Make the series whole up to now, however long the exchange cannot be asked.

        Returns whether there was trouble, which has ended. What the exchange itself does not have
        stays a hole. Several of one subscription ask one after the other, but none waits while
        another one waits for the exchange.
        """
        turn = self.pages.turn(subscription)
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
                await asyncio.sleep(pause_after(failed, attempt, self._random))
            except ExchangeError as error:
                log.warning("history of %s: %s", subscription, error)
                self._hub.trouble(subscription, f"No history: {error.message}")
                await asyncio.sleep(pause_after(error, attempt, self._random))

    async def _fill(self, subscription: Subscription) -> None:
        """An answer without what is known is no proof that anything is missing, or is not."""
        if not self._has_history(subscription):
            return self._hub.accept(subscription)
        await self._fill_trades(subscription)
        for attempt in range(1, _TRIES_TO_FILL + 1):
            plan = self._hub.load_plan(subscription)
            if plan is None:
                return
            came = await self._load(subscription, plan.start)
            told = self._told_until(subscription)
            last = attempt == _TRIES_TO_FILL
            believed = self._expected(plan, came, told) <= came and (bool(came) or last)
            if believed and self._hub.loaded(subscription, plan):
                return
            if not last:  # the REST side may lag behind the stream
                await asyncio.sleep(_REST_LAG * attempt)
            elif believed:
                self._hub.concede(subscription, plan, told)
            else:
                title = self._exchange.title
                raise ExchangeError(f"{title} left out candles that it had sent before.")

    def _expected(self, plan: LoadPlan, came: set[int], until: int) -> frozenset[int]:
        """Open times of what a true answer has, where these came; not those that are too old."""
        known = plan.known_before(until)
        if self._exchange.pages_from_start:
            return known
        return frozenset(open_time for open_time in known if open_time >= min(came, default=0))

    def _has_history(self, subscription: Subscription) -> bool:
        return self._exchange.history_request(subscription, EARLIEST, 1) is not None

    def _told_until(self, subscription: Subscription) -> int:
        """Candles that open from this exchange time (ms) on may be missing in a page of history."""
        lag = self._exchange.history_lag
        now = self._hub.clock(self._exchange.name).now(self._monotonic())
        if not lag or now is None:
            return LATEST
        interval = subscription.interval
        return interval.floor(now - int(lag * 1000))

    async def _fill_trades(self, subscription: Subscription) -> None:
        """Where candles are made of trades: those that are missing, if they are not too many.

        Candles over REST do the same in the end; trades do it at once, and to the last digit.
        """
        await self._wait_for_trades(subscription)
        missing = self._hub.missing_trades(subscription, _MOST_TRADES)
        if missing is None:
            return
        try:
            trades = await self._trades(subscription.symbol.name, missing)
        except ExchangeError as error:
            log.warning("trades of %s: %s", subscription, error)
        else:
            self._hub.merge_trades(subscription, trades, missing.time)

    async def _wait_for_trades(self, subscription: Subscription) -> None:
        """The stream says where it begins: that takes it a second or two."""
        for _ in range(_PATIENCE_FOR_TRADES):
            if not self._hub.awaits_trades(subscription):
                return
            await asyncio.sleep(_TURN)

    async def _trades(self, name: str, missing: MissingTrades) -> list[Trade]:
        trades: list[Trade] = []
        before = missing.before_id
        while len(trades) < _MOST_TRADES:
            request = self._exchange.trades_request(name, before)
            if request is None:
                break
            page = self._exchange.parse_trades(name, (await self._rest.get(request)).body)
            trades += page
            older = [trade for trade in page if (trade.first_id or 0) < before]
            if not older or missing.is_covered_by(older) or _is_hopeless(missing, older):
                break
            before = min(trade.first_id or 0 for trade in older)
        return trades

    async def _load(self, subscription: Subscription, start: int | None) -> set[int]:
        """All candles from `start` up to now, or the newest; the open times that came."""
        if self._exchange.clock_path:
            return await self._load_windows(subscription, start)
        page = self._exchange.page_size(subscription.interval)
        if start is None and self._history >= page:
            start = await self._history_start(subscription)
        limit = page if start is not None else self._history + 1
        came: set[int] = set()
        while True:
            candles = await self.pages.get(subscription, start, limit)
            # Without a start some exchanges send more than was asked for.
            asked_for = candles[-limit:] if start is None else candles
            fresh = self._merge(subscription, asked_for, start, None)
            came.update(candle.open_time for candle in fresh)
            reached_now = start is None or not fresh or not fresh[-1].closed
            if reached_now or self._hub.record(subscription) is None:
                return came
            start = subscription.interval.after(fresh[-1].open_time)

    async def _load_windows(self, subscription: Subscription, start: int | None) -> set[int]:
        """The same, where the exchange wants to be told from when until when."""
        interval, now = subscription.interval, await self.pages.present()
        size = self._exchange.page_size(interval)
        if start is None:
            start = interval.after(interval.floor(now), -self._history)
        came: set[int] = set()
        while start <= now and self._hub.record(subscription) is not None:
            candles = await self.pages.get(subscription, start, size)
            end = interval.after(start, size)
            fresh = self._merge(subscription, candles, start, end)
            came.update(candle.open_time for candle in fresh)
            start = end
        return came

    def _merge(
        self, subscription: Subscription, candles: list[Candle], start: int | None, end: int | None
    ) -> list[Candle]:
        """Hand the candles of a page to the hub, with those that the exchange omits."""
        if self._exchange.omits_empty:
            candles = self._with_silences(subscription, candles, start, end)
        candles = [c for c in candles if start is None or c.open_time >= start]
        self._hub.merge(subscription, candles, self._monotonic())
        return candles

    def _with_silences(
        self, subscription: Subscription, candles: list[Candle], start: int | None, end: int | None
    ) -> list[Candle]:
        """Without trades is what a page leaves out, unless trades of it are known.

        A page that begins where it was asked to proves that nothing was traded before its first
        candle, a window up to `end` (ms) that nothing was after its last one either.
        """
        before, told = self._before(subscription, start), self._told_until(subscription)
        until = min(end, told) if end and told < LATEST else 0
        as_of = max((c.as_of for c in candles), default=0) or until
        sent = {candle.open_time for candle in candles}
        whole = filled(subscription.interval, candles, before, until, as_of)
        return [c for c in whole if c.open_time in sent or not self._had_trades(subscription, c)]

    def _before(self, subscription: Subscription, start: int | None) -> Candle | None:
        """The candle from which on a page leaves out only those without trades."""
        if start is None or not self._exchange.pages_from_start:
            return None
        return self._hub.candle(subscription, subscription.interval.after(start, -1))

    def _had_trades(self, subscription: Subscription, candle: Candle) -> bool:
        """A page that leaves out what had trades is no proof that there were none."""
        known = self._hub.candle(subscription, candle.open_time)
        return known is not None and known.volume > 0

    async def _history_start(self, subscription: Subscription) -> int | None:
        """Where more history than a page starts, by the exchange's newest candle."""
        newest = await self.pages.get(subscription, None, 1)
        if not newest:
            return None
        interval, last = subscription.interval, newest[-1].open_time
        return interval.after(last, -min(self._history, interval.steps(0, last)))

    async def missed(self, subscriptions: Iterable[Subscription]) -> bool | None:
        """Whether any of these traded without the stream saying so; None if nobody answers."""
        answers = [await self._traded(subscription) for subscription in subscriptions]
        known = [answer for answer in answers if answer is not None]
        return any(known) if known else None

    async def _traded(self, subscription: Subscription) -> bool | None:
        """Candles without a trade come to be by the passing of time: they are no sign of life."""
        if not self._has_history(subscription):
            return None
        try:
            candles = await self.pages.newest(subscription, 3)
        except ExchangeError as error:
            log.warning("check of %s: %s", subscription, error)
            return None
        traded = self._hub.unseen(subscription, candles)
        self._hub.merge(subscription, candles, self._monotonic())
        return traded


def _is_hopeless(missing: MissingTrades, page: list[Trade]) -> bool:
    """Whether so many trades are missing that a few pages would not reach back to them."""
    times = [trade.time for trade in page]
    span = max(times) - min(times)
    return (max(times) - missing.time) * len(page) > _MOST_TRADES * max(span, 1)
