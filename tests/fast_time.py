"""A day in minutes on real sockets: an event loop whose clock runs many times too fast."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable


def fast_clock(speed: float) -> Callable[[], float]:
    """Seconds that pass so many times as fast as real ones."""
    return lambda: time.monotonic() * speed


class _FastSelector(selectors.DefaultSelector):
    """Waits as long as a timeout of the fast clock takes in reality."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(None if timeout is None else timeout / self._speed)


class FastLoop(asyncio.SelectorEventLoop):
    """Its timers go by a fast clock; sockets are as they are."""

    def __init__(self, speed: float) -> None:
        self._clock = fast_clock(speed)
        super().__init__(_FastSelector(speed))

    def time(self) -> float:
        return self._clock()
