"""What every server that stands beside the program under test has: a thread, a port, urls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from tests.loop_thread import LoopThread


class LoopbackServer(ABC):
    """Listens at `port` of 127.0.0.1, on a thread of its own, while its block runs."""

    def __init__(self) -> None:
        self.port = 0
        self._thread = LoopThread()

    def __enter__(self) -> Self:
        self._thread.__enter__()
        self.port = self._thread.run(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._thread.run(self._stop())
        self._thread.__exit__(kind, error, at)

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    async def _start(self) -> int:
        """Listen at a free port; which one."""

    @abstractmethod
    async def _stop(self) -> None:
        """Listen no more and end every connection."""
