"""The exchange's own time, learned from what it sends."""

from __future__ import annotations

_WINDOW = 300.0


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
