"""When the next frame may go: when the terminal has shown the one before it."""

from __future__ import annotations

from math import inf

# A terminal answers this with its cursor's place once it has come to it (ECMA-48 DSR 6): then it
# has shown all that was written before, however many buffers lie between.
ASK = b"\x1b[6n"
# Seconds without an answer after which the terminal is asked again: an answer may get lost.
PATIENCE = 10.0
# Seconds after which a terminal that answered is thought to do so no more.
DESPAIR = 90.0
# The same for the first answer of all: many terminals give it at once, or never.
HOPE = 0.5
# Bytes per second that a terminal is thought to show before the first frame has told.
_CAUTIOUS = 6_000.0
# What a newer frame counts against the ones before it, when the rate is measured.
_MEMORY = 0.8
_LEAP, _NOTABLE = 10.0, 0.5


class Flow:
    """At most one frame on its way to a terminal; times are in seconds of any one clock.

    A terminal that does not answer is not waited for: what holds frames back there is only that
    its buffers are full. `took` is how long the last frame was on its way.
    """

    def __init__(self) -> None:
        self.took = 0.0
        self.patience = HOPE
        self._answers = True
        self._asked = 0
        self._sent_at = 0.0
        self._size = 0
        self._latency = inf
        self._bytes = self._seconds = 0.0

    @property
    def under_way(self) -> bool:
        """Whether the last frame has not been shown yet, as far as is known."""
        return self._answers and self._asked > 0

    @property
    def rate(self) -> float:
        """Bytes per second that come through; infinite where nothing tells."""
        if not self._answers:
            return inf
        return self._bytes / self._seconds if self._seconds else _CAUTIOUS

    def sent(self, size: int, now: float) -> None:
        """`size` bytes and `ASK` went out; with what is on its way already they are one frame."""
        if not self._asked:
            self._sent_at, self._size = now, 0
        self._asked += 1
        self._size += size

    def answered(self, now: float) -> None:
        """The terminal said where its cursor is; answers come in the order of the questions."""
        self._answers, self.patience = True, PATIENCE
        if self._asked:
            self._asked -= 1
            if not self._asked:
                self._measure(now - self._sent_at)

    def asks_again(self, now: float) -> bool:
        """Whether one more `ASK` may help; answers are waited for no more where it will not."""
        if self.patience == HOPE or now - self._sent_at >= DESPAIR:
            self._asked, self._answers = 0, False
        elif self._asked:
            self._asked = 1
        return self.under_way

    def _measure(self, took: float) -> None:
        """The shortest way is latency, which a distant terminal has, too; the rest is its rate."""
        self.took = took
        if self._latency == inf:  # the first answer comes to a few bytes, and tells no rate
            self._latency = took
            return
        self._latency = min(took, self._latency * 1.01)
        seconds = max(took - self._latency, 1e-4)
        expected = self._size / self.rate
        if expected > _NOTABLE and took < expected / _LEAP:  # a pause was taken for a slow line
            self._bytes = self._seconds = 0.0
        self._bytes = self._bytes * _MEMORY + self._size
        self._seconds = self._seconds * _MEMORY + seconds
