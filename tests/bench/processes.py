"""The benchmark's exchange, from the side of whoever started it."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Self

from tests.bench.market import FRAMES_A_SECOND
from tui.exchange.settings import ExchangeSettings


class ExchangeProcess:
    """Runs `tests.bench.exchange` between `__enter__` and `__exit__`.

    It has so many `symbols`, each with `rate` frames a second of market time.
    """

    def __init__(self, symbols: int, rate: int = FRAMES_A_SECOND) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.exchange", str(symbols), str(rate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.urls = ExchangeSettings(**json.loads(self._read()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def send(self, frames: int, rate: float | None = None) -> int:
        """Send so many frames; the market time (ms UTC) of the last one."""
        self.start(frames, rate)
        return self.finish()

    def start(self, frames: int, rate: float | None = None) -> None:
        """Begin to send, `rate` frames a second, or as fast as they are taken."""
        self._say(f"send {frames} {rate}" if rate else f"blast {frames}")

    def finish(self) -> int:
        """Wait until all is sent; the market time (ms UTC) of the last frame."""
        return int(self._read())

    def play(self) -> None:
        """Send at the market's own pace from now on."""
        self._say("play")

    def pause(self) -> None:
        """Send nothing any more."""
        self._say("pause")

    def _say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()
