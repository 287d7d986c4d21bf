"""The candles of one subscription: ordered, bounded, aware of its holes."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import Enum

from tui.market.candle import Candle, supersedes
from tui.market.interval import Interval


class Change(Enum):
    """What a report did to the series."""

    NOTHING = "nothing"  # repeated, outdated, or older than what is kept
    UPDATED = "updated"  # a candle still open has new values
    CLOSED = "closed"  # a candle is closed that was open or unknown
    REVISED = "revised"  # the exchange changed a closed candle


@dataclass(frozen=True, slots=True)
class Hole:
    """Candles that should stand in [start, end), ms UTC, and are not known."""

    start: int
    end: int


class CandleSeries:
    """At most `capacity` candles, the newest, by open time; `revision` grows with each change.

    `apply` takes reports in any order and any number of times; the candles kept are the same.
    """

    def __init__(self, interval: Interval, capacity: int = 1_000) -> None:
        self.interval = interval
        self.capacity = capacity
        self.revision = 0
        self._times: list[int] = []
        self._candles: list[Candle] = []
        self._holes: tuple[Hole, ...] | None = ()

    def __len__(self) -> int:
        return len(self._candles)

    @property
    def first(self) -> Candle | None:
        """The oldest candle that is kept."""
        return self._candles[0] if self._candles else None

    @property
    def last(self) -> Candle | None:
        """The newest candle, open or closed."""
        return self._candles[-1] if self._candles else None

    @property
    def last_closed(self) -> Candle | None:
        """The newest closed candle."""
        return next((c for c in reversed(self._candles) if c.closed), None)

    def newest(self, count: int) -> tuple[Candle, ...]:
        """The last `count` candles, oldest first."""
        return tuple(self._candles[-count:]) if count > 0 else ()

    def oldest(self, count: int) -> tuple[Candle, ...]:
        """The first `count` candles, oldest first."""
        return tuple(self._candles[: max(0, count)])

    def get(self, open_time: int) -> Candle | None:
        """The candle that opened at `open_time`."""
        index = bisect_left(self._times, open_time)
        found = index < len(self._times) and self._times[index] == open_time
        return self._candles[index] if found else None

    def times_from(self, start: int) -> frozenset[int]:
        """The open times of the candles at `start` and after."""
        return frozenset(self._times[bisect_left(self._times, start) :])

    def apply(self, candle: Candle) -> Change:
        """Merge one report; says what it changed."""
        if self._times and candle.open_time == self._times[-1]:
            return self._replace(-1, candle)
        index = bisect_left(self._times, candle.open_time)
        if index < len(self._times) and self._times[index] == candle.open_time:
            return self._replace(index, candle)
        return self._insert(index, candle)

    def holes(self) -> tuple[Hole, ...]:
        """The ranges between the oldest and the newest candle of which nothing is known."""
        if self._holes is None:
            after = self.interval.after
            pairs = zip(self._times, self._times[1:], strict=False)
            self._holes = tuple(Hole(after(a), b) for a, b in pairs if after(a) < b)
        return self._holes

    def unconfirmed(self) -> list[int]:
        """Open times of candles that a newer one follows, but that the exchange never closed."""
        return [c.open_time for c in self._candles[:-1] if not c.closed]

    def _replace(self, index: int, candle: Candle) -> Change:
        old = self._candles[index]
        if not supersedes(candle, old):
            return Change.NOTHING
        self._candles[index] = candle
        if candle.closed and not old.closed:
            change = Change.CLOSED
        elif candle.values == old.values:
            return Change.NOTHING
        else:
            change = Change.REVISED if old.closed else Change.UPDATED
        self.revision += 1
        return change

    def _insert(self, index: int, candle: Candle) -> Change:
        full = len(self._times) >= self.capacity
        if full and index == 0:
            return Change.NOTHING
        self._note_jump(index, candle.open_time)
        self._times.insert(index, candle.open_time)
        self._candles.insert(index, candle)
        if full:
            del self._times[0], self._candles[0]
            self._holes = None if self._holes else self._holes
        self.revision += 1
        return Change.CLOSED if candle.closed else Change.UPDATED

    def _note_jump(self, index: int, open_time: int) -> None:
        """Keep the holes known while candles are appended; anything else counts them anew."""
        if index < len(self._times) or self._holes is None:
            self._holes = None
        elif self._times and (due := self.interval.after(self._times[-1])) < open_time:
            self._holes = (*self._holes, Hole(due, open_time))
