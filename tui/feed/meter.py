"""What passes through one connection, counted cheaply and turned into rates once a second."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

_SMOOTHING = 0.4


@dataclass(slots=True)
class Meter:
    """Counts since the start, and rates: smoothed, per second. Times are monotonic seconds.

    Of the messages `malformed` could not be read, the last one because of `flaw`, and `unread` are
    of kinds that nobody reads.
    """

    messages: int = 0
    bytes: int = 0
    malformed: int = 0
    flaw: str = ""
    unread: int = 0
    data_at: float = 0.0
    messages_rate: float = 0.0
    bytes_rate: float = 0.0
    _at: float = 0.0
    _messages: int = 0
    _bytes: int = 0
    _malformed: int = 0
    _spoilt_since: float = inf

    def sample(self, now: float) -> float:
        """Turn what was counted since the last sample into rates.

        Returns for how many seconds more than half of what came could not be read.
        """
        elapsed = now - self._at
        if elapsed <= 0:
            return 0.0
        if self._at:
            fresh = (self.messages - self._messages) / elapsed
            self.messages_rate += _SMOOTHING * (fresh - self.messages_rate)
            self.bytes_rate += _SMOOTHING * ((self.bytes - self._bytes) / elapsed - self.bytes_rate)
            self._judge()
        self._at, self._messages, self._bytes = now, self.messages, self.bytes
        self._malformed = self.malformed
        return max(0.0, now - self._spoilt_since)

    def rest(self) -> None:
        """Nothing passes any more."""
        self.messages_rate = self.bytes_rate = self._at = 0.0
        self._spoilt_since = inf

    def _judge(self) -> None:
        """A second without messages says nothing of those before it."""
        came, bad = self.messages - self._messages, self.malformed - self._malformed
        if 2 * bad > came:
            self._spoilt_since = min(self._spoilt_since, self._at)
        elif came:
            self._spoilt_since = inf
