"""Where a reader on another thread picks up what happened, in order."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from itertools import count

from tui.feed.status import CandleChanged, FeedEvent


class Outlet:
    """Events in order; of an open candle only the newest waits, so a slow reader stays bounded.

    Closed candles, states and gaps are all kept: they must never be lost. `put` is called on the
    engine's thread, `take` on the reader's.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, FeedEvent] = {}
        self._numbers = count()
        self._filled = threading.Event()
        self._lock = threading.Lock()

    def put(self, event: FeedEvent) -> None:
        """Add one event; an earlier state of the same open candle goes."""
        key: Hashable = next(self._numbers)
        if isinstance(event, CandleChanged) and not event.candle.closed:
            key = (event.subscription, event.candle.open_time)
        with self._lock:
            self._waiting.pop(key, None)
            self._waiting[key] = event
        self._filled.set()

    def take(self, timeout: float = 0.0) -> tuple[FeedEvent, ...]:
        """All events since the last take; waits up to `timeout` seconds for the first."""
        if timeout > 0:
            self._filled.wait(timeout)
        self._filled.clear()
        with self._lock:
            taken, self._waiting = self._waiting, {}
        return tuple(taken.values())
