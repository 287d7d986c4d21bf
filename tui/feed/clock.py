"""Time: the machine's own, which runs on while it sleeps, and the exchange's."""

from __future__ import annotations

import time

_WINDOW = 300.0
_FURTHEST_AHEAD = 60_000
_LONGEST_DOUBT = 5.0
_BOOT = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def running() -> float:
    """Seconds since some moment; never set, and counting the time that the machine sleeps.

    Linux stops CLOCK_MONOTONIC, which is Python's and the event loop's, during a suspend: a price
    would seem younger than it is. On macOS CLOCK_MONOTONIC itself goes on.
    """
    return time.clock_gettime(_BOOT) if _BOOT is not None else time.monotonic()


class ExchangeClock:
    """Estimates exchange time (ms UTC) from stamped messages and the monotonic clock.

    A message stamped `t` proves that it was at least `t` when it arrived, so the highest offset
    seen in the last five to ten minutes is the best; it lags by the fastest message's travel
    time. The machine's wall clock has no part in it.
    """

    def __init__(self) -> None:
        self._best: float | None = None
        self._newer: float | None = None
        self._window_ends = 0.0
        self._doubted_since: float | None = None

    def doubts(self, stamp: int, now: float) -> bool:
        """Whether a stamp is too far ahead to be believed: one of them alone would freeze a price.

        When nothing else has come for some seconds it is this clock that is wrong, and is set.
        """
        if self._best is None or stamp <= now * 1000 + self._best + _FURTHEST_AHEAD:
            self._doubted_since = None
            return False
        if self._doubted_since is None:
            self._doubted_since = now
        if now - self._doubted_since < _LONGEST_DOUBT:
            return True
        self._best = self._newer = self._doubted_since = None
        return False

    def observe(self, stamp: int, now: float) -> None:
        """A message stamped `stamp` (ms) arrived at monotonic `now` (seconds)."""
        offset = stamp - now * 1000
        if now >= self._window_ends:
            self._best, self._newer = self._newer, None
            self._window_ends = now + _WINDOW
        if self._newer is None or offset > self._newer:
            self._newer = offset
        if self._best is None or offset > self._best:
            self._best = offset

    def now(self, now: float) -> int | None:
        """Exchange time at monotonic `now`; None before the first message."""
        return None if self._best is None else int(now * 1000 + self._best)
