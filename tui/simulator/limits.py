"""How much the simulated exchange lets a client do."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil, inf

_BAN_SECONDS = 120
_TOLERATED_AFTER_429 = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may do; durations in seconds. As it stands: the limits of Binance spot.

    `patience` is how long a client may ask for nothing after it has connected. `request_weight` is
    Binance's measure; others count requests, so many a second after a burst. `queued_frames` is
    ours: a client that lets more than that wait is dropped.
    """

    messages_per_second: int = 5
    streams_per_connection: int = 1024
    connections_per_5_minutes: int = 300
    request_weight_per_minute: int = 6000
    ping_every: float = 20.0
    pong_timeout: float = 60.0
    patience: float = inf
    requests_per_second: float = 10.0
    request_burst: int = 15
    frame_bytes: int = 4096
    queued_frames: int = 2000


class SlidingWindow:
    """At most `count` events in any `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds
        self._count = count
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Record an event at `now` (s) and return 0, or how long until one is allowed again."""
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        if len(self._times) >= self._count:
            return self._times[0] + self._seconds - now
        self._times.append(now)
        return 0.0


class Allowance:
    """So many events a second, after a burst of `burst`; times in seconds."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._seen = -inf

    def take(self, now: float) -> bool:
        """Whether one more is allowed at `now`; it is counted then."""
        passed = max(0.0, now - self._seen)
        self._left = min(self._burst, self._left + passed * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """HTTP 429, or 418 for those who did not listen; `retry_after` in whole seconds."""

    status: int
    retry_after: int


class RequestWeight:
    """One address's weight in the running minute of the exchange's clock (times in ms)."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._minute = 0
        self._ignored = 0
        self._banned_until = 0
        self.used = 0

    def charge(self, weight: int, now: int) -> Refused | None:
        """Count a request; a refusal when there are too many."""
        if now // 60_000 != self._minute:
            self._minute, self.used, self._ignored = now // 60_000, 0, 0
        if now < self._banned_until:
            return Refused(418, ceil((self._banned_until - now) / 1000))
        self.used += weight
        if self.used <= self._allowed:
            return None
        self._ignored += 1
        if self._ignored > _TOLERATED_AFTER_429:
            self._banned_until = now + _BAN_SECONDS * 1000
            return Refused(418, _BAN_SECONDS)
        return Refused(429, 60 - now % 60_000 // 1000)
