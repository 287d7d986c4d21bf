"""When the next frame may go: when the terminal has shown the one before it."""

from __future__ import annotations

# A terminal answers this with its cursor's place once it has come to it (ECMA-48 DSR 6): then it
# has shown all that was written before, however many buffers lie between.
ASK = b"\x1b[6n"
# Seconds without an answer after which a frame is sent all the same: an answer may get lost.
PATIENCE = 30.0
_WEIGHT = 0.3


class Flow:
    """At most one frame on its way to a terminal; times are in seconds of any one clock.

    A terminal that has never answered is not waited for: what holds frames back there is only
    that its buffers are full. `rate` is how many bytes a second come through, once known, and
    `took` how many seconds the last frame was on its way.
    """

    def __init__(self) -> None:
        self.rate: float | None = None
        self.took = 0.0
        self._answers = False
        self._sent_at: float | None = None
        self._size = 0

    @property
    def under_way(self) -> bool:
        """Whether the last frame has not been shown yet, as far as is known."""
        return self._answers and self._sent_at is not None

    def sent(self, size: int, now: float) -> None:
        """A frame of `size` bytes and `ASK` went out."""
        self._sent_at = now
        self._size = size

    def answered(self, now: float) -> None:
        """The terminal said where its cursor is: all that was sent is shown."""
        if self._sent_at is not None:
            self.took = now - self._sent_at
            self._measure(self._size / max(self.took, 1e-3))
            self._sent_at = None
        self._answers = True

    def give_up(self, now: float) -> None:
        """Wait no more for an answer that is very late."""
        if self._sent_at is not None and now - self._sent_at >= PATIENCE:
            self._sent_at = None

    def _measure(self, rate: float) -> None:
        self.rate = rate if self.rate is None else self.rate + _WEIGHT * (rate - self.rate)
