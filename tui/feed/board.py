"""What the readers of all series are told: changes in their order, and what to draw again."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from tui.feed.outlet import Outlet
from tui.feed.record import Record
from tui.feed.status import CandleChanged, ConnectionState, FeedEvent, GapOpened, StateChanged
from tui.market.candle import Candle
from tui.market.series import Change
from tui.market.symbol import Subscription


class Board:
    """Any thread may listen and take; the engine's thread tells, under the lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._dirty: set[Record] = set()
        self._outlets: list[Outlet] = []
        self._candle_outlets: list[Outlet] = []

    def listen(self, outlet: Outlet, *, candles: bool) -> None:
        """Everything from now on goes to `outlet` too, changes of candles only when asked for."""
        with self.lock:
            self._outlets.append(outlet)
            if candles:
                self._candle_outlets.append(outlet)

    def take_dirty(self) -> frozenset[Subscription]:
        """What changed since the last call."""
        with self.lock:
            dirty, self._dirty = self._dirty, set()
        return frozenset(record.subscription for record in dirty)

    def publish(self, event: FeedEvent) -> None:
        """Hand one event, not of a candle, to all outlets; on the engine's thread."""
        for outlet in self._outlets:
            outlet.put(event)

    def mark(self, record: Record) -> None:
        """Something about a record changed that is shown."""
        self._dirty.add(record)

    def note(self, record: Record, candle: Candle, origin: str) -> bool:
        """Merge a report into its series; tell it when that changed something."""
        change = record.series.apply(candle)
        if change is Change.NOTHING:
            return False
        self.mark(record)
        if self._candle_outlets:
            revised = change is Change.REVISED
            event = CandleChanged(record.subscription, candle, origin, revised)
            for outlet in self._candle_outlets:
                outlet.put(event)
        return True

    def fill(self, record: Record, candles: Iterable[Candle]) -> int:
        """Merge what came over REST; how many changed the series."""
        changed = sum(self.note(record, c, record.origin(c)) for c in candles)
        record.gaps.filled += changed
        return changed

    def lapse(self, record: Record, start: int | None = None) -> None:
        """From `start`, or from the last closed candle on, nothing is certain."""
        if record.lapse(start):
            self.mark(record)
            self.publish(GapOpened(record.subscription, record.gaps.uncertain_from or 0))

    def turn(self, record: Record, *, stale: bool) -> None:
        """Trades are missed, or it is known that none are."""
        self.mark(record)
        if record.stale is not stale:
            record.stale = stale
            state = ConnectionState.STALE if stale else ConnectionState.LIVE
            self.publish(StateChanged(record.subscription, state, 0, None, ""))
