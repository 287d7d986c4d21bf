"""Hours in milliseconds: an event loop whose clock jumps to the next timer when all wait."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
# A monotonic clock does not begin at zero.
_BEGINNING = 1_000.0
# Each turn of the loop takes this long (s): code that spins must not stop the time.
_TURN = 1e-6


class _JumpingSelector(selectors.SelectSelector):
    """Adds the seconds that it was asked to wait to `passed`, and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        self.passed += _TURN
        if not ready:
            assert timeout is not None, "everything waits, and no timer is set"
            self.passed += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`time()` is virtual seconds. Only for what waits on this loop: sockets and threads do not."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return _BEGINNING + self._jumping.passed


def run_virtually(scenario: Coroutine[Any, Any, T]) -> T:
    """Run a scenario to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(scenario)


def now() -> float:
    """Seconds of the running loop's clock."""
    return asyncio.get_running_loop().time()


async def until(holds: Callable[[], object], within: float = 60.0) -> None:
    """Return when the condition holds, seen each 50 ms; fail after `within` virtual seconds."""
    ends = now() + within
    while not holds():
        assert now() < ends, "it did not come to be"
        await asyncio.sleep(0.05)
