"""Candles from before the oldest one that is known, page by page, for who looks back that far."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random

from tui.errors import ExchangeError
from tui.exchange.base import Exchange
from tui.feed.hub import Hub
from tui.feed.pages import Pages, pause_after
from tui.feed.record import Record
from tui.feed.status import Older, OlderState
from tui.market.aggregate import filled
from tui.market.candle import Candle
from tui.market.events import EARLIEST
from tui.market.symbol import Subscription

MOST_CANDLES = 20_000
# Live candles find so much room in a series that was made larger.
_ROOM = 500
# An exchange may have been out of order for so many pages: then the one before that is asked for.
_WINDOWS = 8
# So many answers may make one page, where less comes than was asked for.
_PARTS = 8
# What is doubtful is asked for so often, after so many seconds, until it is said twice.
_TRIES, _AGAIN = 4, 1.5

log = logging.getLogger(__name__)


class OlderCandles:
    """Makes series of one exchange reach farther back, without a word on what is newer.

    Nothing that comes from so far back opens or closes a gap. A hole in it is one that the
    exchange has, and stays to be seen.
    """

    def __init__(
        self, exchange: Exchange, pages: Pages, hub: Hub,
        monotonic: Callable[[], float], random: Random,
    ) -> None:  # fmt: skip
        self._exchange = exchange
        self._pages = pages
        self._hub = hub
        self._monotonic = monotonic
        self._random = random

    def claim(self, subscription: Subscription) -> bool:
        """Whether a page shall be loaded now; until `load` has ended nobody else is told so.

        On any thread. Makes room for the page.
        """
        with self._hub.lock:
            record = self._hub.record(subscription)
            first = record.series.first if record else None
            if not record or not first or not record.loaded or not self._may_ask(record, first):
                return False
            state = self._outlook(record)
            self._tell(record, replace(record.older, state=state, before=first.open_time))
            if state is OlderState.LOADING:
                self._make_room(record)
            return state is OlderState.LOADING

    def _may_ask(self, record: Record, first: Candle) -> bool:
        older = record.older
        match older.state:
            case OlderState.LOADING:
                return False
            case OlderState.NONE | OlderState.FULL:
                return older.before != first.open_time
            case OlderState.FAILED:
                return self._monotonic() >= older.retry_at
        return True

    def _outlook(self, record: Record) -> OlderState:
        if self._exchange.history_request(record.subscription, EARLIEST, 1) is None:
            return OlderState.NONE
        full = len(record.series) >= max(MOST_CANDLES, record.series.capacity)
        return OlderState.FULL if full else OlderState.LOADING

    def _make_room(self, record: Record) -> None:
        series, page = record.series, self._exchange.page_size(record.subscription.interval)
        wanted = min(MOST_CANDLES, len(series) + page + _ROOM)
        series.capacity = max(series.capacity, wanted)

    def _tell(self, record: Record, older: Older) -> None:
        if record.older != older:
            record.older = older
            self._hub.mark(record)

    async def load(self, subscription: Subscription) -> None:
        """Fetch the page that was claimed, and merge it."""
        record = self._hub.record(subscription)
        if record is None:
            return
        try:
            with self._hub.lock:
                first, last = record.series.first, record.series.last
                assert first and last  # or it had not been claimed
                witness = self._witness(record, first)
            candles = await self._believed(subscription, first, witness, last.open_time)
        except ExchangeError as error:
            log.warning("older candles of %s: %s", subscription, error)
            self._fail(record, error)
        except Exception:  # a fault of our own must not leave it loading for ever
            log.exception("older candles of %s", subscription)
            self._fail(record, ExchangeError("A fault of this program; the log has the reason."))
        else:
            self._take(record, first, candles)

    def _fail(self, record: Record, error: ExchangeError) -> None:
        with self._hub.lock:
            attempt = record.older.attempt + 1
            retry_at = self._monotonic() + pause_after(error, attempt, self._random)
            failed = Older(
                OlderState.FAILED, record.older.before, attempt, error.message, retry_at
            )  # fmt: skip
            self._tell(record, failed)

    def _take(self, record: Record, first: Candle, candles: list[Candle]) -> None:
        """Merge what came, unless the series begins elsewhere by now.

        Where candles are missing in it the exchange has none, and is not asked again.
        """
        with self._hub.lock:
            begins = record.series.first
            state = OlderState.AVAILABLE if candles else OlderState.NONE
            if begins is None or begins.open_time != first.open_time:
                candles, state = [], OlderState.AVAILABLE
            for candle in candles:
                self._hub.note(record, candle, "history")
            old = [hole for hole in record.series.holes() if hole.end <= first.open_time]
            record.gaps.concede(old, record.gaps.epoch, certain=False)
            self._tell(record, Older(state, first.open_time))

    # What the exchange has

    async def _believed(
        self, subscription: Subscription, first: Candle, witness: Candle, proven: int
    ) -> list[Candle]:
        """A page of candles before `first`: without a hole, or said twice in the same way.

        The `witness` is one of those that are known, which a true answer has, too.
        """
        turn, before = self._pages.turn(subscription), None
        for attempt in range(_TRIES):
            if attempt:
                await asyncio.sleep(_AGAIN)
            async with turn:
                candles = await self._look_back(subscription, first, witness, proven)
            times = [candle.open_time for candle in candles]
            if times == before or (candles and self._is_whole(subscription, candles, first)):
                return candles
            before = times
        raise ExchangeError(f"{self._exchange.title} told of other old candles each time.")

    def _is_whole(
        self, subscription: Subscription, candles: list[Candle], first: Candle
    ) -> bool:  # fmt: skip
        after = subscription.interval.after
        return all(after(a.open_time) >= b.open_time for a, b in pairwise([*candles, first]))

    async def _look_back(
        self, subscription: Subscription, first: Candle, witness: Candle, proven: int
    ) -> list[Candle]:
        """The newest page of candles that has some from before `first`, without the others.

        It is empty when there are none.
        """
        interval, until = subscription.interval, witness.open_time
        page = max(2, self._exchange.page_size(interval))
        for window in range(_WINDOWS):
            start = max(EARLIEST, interval.after(until, 1 - page))
            rows = await self._rows(subscription, start, until, proven)
            if not window and self._misses(rows, witness):
                title = self._exchange.title
                raise ExchangeError(f"{title} left out a candle that it had sent before.")
            older = [candle for candle in rows if candle.open_time < first.open_time]
            if older or start == EARLIEST or not self._exchange.pages_from_start:
                return self._sound(subscription, older, first)
            until = start
        return []

    async def _rows(
        self, subscription: Subscription, start: int, until: int, proven: int
    ) -> list[Candle]:
        """What the exchange has from `start` up to `until`, both included, and maybe more."""
        interval = subscription.interval
        size, from_start = self._exchange.page_size(interval), self._exchange.pages_from_start
        found: dict[int, Candle] = {}
        for _ in range(_PARTS):
            page = await self._pages.get(subscription, start if from_start else None, size, proven)
            fresh = [candle for candle in page if candle.open_time not in found]
            found.update((candle.open_time, candle) for candle in fresh)
            if not fresh or not from_start or fresh[-1].open_time >= until:
                break
            start = interval.after(fresh[-1].open_time)
        return [found[open_time] for open_time in sorted(found)]

    def _misses(self, rows: list[Candle], witness: Candle) -> bool:
        """Whether a candle that is known is not where any true answer has it.

        The newest page, where no other can be had, may begin after it.
        """
        if self._exchange.omits_empty and not witness.volume:
            return False
        if not self._exchange.pages_from_start and rows and rows[0].open_time > witness.open_time:
            return False
        return all(candle.open_time != witness.open_time for candle in rows)

    def _witness(self, record: Record, first: Candle) -> Candle:
        """The oldest candle that an answer must have: with trades, where others are omitted."""
        if not self._exchange.omits_empty:
            return first
        half = self._exchange.page_size(record.subscription.interval) // 2
        oldest = record.series.oldest(half)
        return next((candle for candle in oldest if candle.volume), first)

    def _sound(
        self, subscription: Subscription, older: list[Candle], first: Candle
    ) -> list[Candle]:
        """The candles, with those that the exchange omits; raises when one may still change."""
        if not all(candle.closed for candle in older):
            raise ExchangeError(f"{self._exchange.title} may still change its candles.")
        if not older or not self._exchange.omits_empty:
            return older
        whole = filled(subscription.interval, [*older, first], None, 0, older[-1].as_of)
        return list(whole)[:-1]
