"""What the streams of an exchange owe us: candles that are overdue, feeds that fell silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tui.feed import signals as on
from tui.feed.backfill import Backfill
from tui.feed.connection import Connection
from tui.feed.hub import Hub
from tui.feed.link import state_of
from tui.feed.status import ConnectionState, StateChanged
from tui.market.symbol import Subscription

_LONGEST_QUIET = 600.0
# A reminder to the exchange has this long (s) to take effect.
_REMINDER = 10.0
# Those whose history does not come yet hide nothing of the others.
_FLOWING = {ConnectionState.SYNCING, ConnectionState.LIVE}


class Caretaker:
    """Repairs over REST what a connection missed; `spawn` runs a task, times are monotonic seconds.

    A subscription that is silent for `silence_limit` seconds on a socket that flows is asked about;
    `connection_of` tells who carries it now.
    """

    def __init__(
        self, hub: Hub, backfill: Backfill, monotonic: Callable[[], float],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        connection_of: Callable[[Subscription], Connection | None], silence_limit: float,
    ) -> None:  # fmt: skip
        self._hub = hub
        self._backfill = backfill
        self._monotonic = monotonic
        self._spawn = spawn
        self._connection_of = connection_of
        self._silence_limit = silence_limit
        self._repairs: set[Subscription] = set()
        self._suspects: set[Subscription] = set()

    def look_after(self, connection: Connection, now: float) -> None:
        """Once a second: start what is to be done for a connection's subscriptions."""
        for subscription in connection.link.synced:
            overdue = self._hub.repair_from(subscription, now) is not None
            if overdue and subscription not in self._repairs:
                self._spawn(self._repair(subscription))
        self._watch_silence(connection, now)

    async def _repair(self, subscription: Subscription) -> None:
        self._repairs.add(subscription)
        try:
            if await self._backfill.sync(subscription):
                self._tell_state(subscription)
        finally:
            self._repairs.discard(subscription)
            if self._hub.repair_from(subscription, self._monotonic()) is not None:
                self._hub.pause(subscription, self._monotonic())

    def _tell_state(self, subscription: Subscription) -> None:
        """A repair in trouble was told as syncing, though the link stood all the time."""
        if connection := self._connection_of(subscription):
            state = state_of(connection.link, subscription)
            self._hub.publish(StateChanged(subscription, state, 0, None, ""))

    def _watch_silence(self, connection: Connection, now: float) -> None:
        """One subscription, or its candles, may be forgotten while all else flows."""
        link = connection.link
        if link.state not in _FLOWING:
            return
        for subscription in link.synced - self._suspects:
            if self._hub.silent_for(subscription, now) > self._silence_limit:
                self._suspects.add(subscription)
                self._spawn(self._ask_why_silent(connection, subscription))

    async def _ask_why_silent(self, connection: Connection, subscription: Subscription) -> None:
        epoch = connection.link.epoch
        try:
            missed = await self._backfill.missed([subscription])
            if missed is False:
                self._hub.quiet(subscription, self._monotonic(), _LONGEST_QUIET)
            elif missed and epoch == connection.link.epoch:
                again = self._hub.stale(subscription)
                connection.post(on.Forgotten(epoch, subscription, again))
                await asyncio.sleep(_REMINDER)
        finally:
            self._suspects.discard(subscription)
