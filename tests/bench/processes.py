"""The benchmark's exchange, from the side of whoever started it."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Self

from tui.exchange.settings import ExchangeSettings


class ExchangeProcess:
    """Runs `tests.bench.exchange` with so many symbols between `__enter__` and `__exit__`."""

    def __init__(self, symbols: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.exchange", str(symbols)],
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

    def say(self, line: str) -> None:
        """Give one command; does not wait for its end."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def sent(self) -> int:
        """Wait for the end of a blast; the market time (ms UTC) of its last frame."""
        return int(self._read())

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()
