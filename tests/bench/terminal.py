"""A program in a pseudo-terminal: what it writes, and what it says of itself.

The terminal behaves like a modern one: true colour, and it takes synchronized output (mode 2026)
when asked, so the program brackets its frames, which costs bytes.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

WIDTH, HEIGHT = 240, 60
_LONGEST_ANSWER = 30.0
# The whole of it: settings of whoever runs this change neither colours nor folders.
_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LC_ALL": "C.UTF-8",
}
_ASKS_FOR_SYNC, _TAKES_SYNC = b"\x1b[?2026$p", b"\x1b[?2026;2$y"


@dataclass(frozen=True, slots=True)
class Spent:
    """Up to one moment: CPU seconds of the whole process, pane updates drawn, bytes written."""

    cpu: float
    updates: int
    written: int
    at: float

    def since(self, before: Spent) -> Spent:
        """What was spent after `before`; `at` is the seconds between."""
        return Spent(
            self.cpu - before.cpu,
            self.updates - before.updates,
            self.written - before.written,
            self.at - before.at,
        )


class Terminal:
    """Runs `python -m MODULE FD ARGS...` in 240 x 60 cells between `__enter__` and `__exit__`.

    The program writes what it spent to the file descriptor FD when it is ready, and on each
    SIGUSR1 (see `spender`).
    """

    def __init__(self, module: str, *args: str) -> None:
        self._home = TemporaryDirectory()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", HEIGHT, WIDTH, 0, 0))
        self._answers, told = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(told), *args],
            stdin=slave, stdout=slave, stderr=slave, pass_fds=[told], start_new_session=True,
            env=_ENVIRONMENT | {"HOME": self._home.name},
        )  # fmt: skip
        os.close(slave)
        os.close(told)
        self._written, self._last = 0, b""
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        self._answer()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        os.close(self._master)
        os.close(self._answers)
        self._home.cleanup()

    def spent(self) -> Spent:
        """Ask the program; raises TimeoutError when it does not answer."""
        self._process.send_signal(signal.SIGUSR1)
        cpu, updates = self._answer()
        return Spent(cpu, updates, self._written, time.monotonic())

    def _answer(self) -> tuple[float, int]:
        if not select.select([self._answers], [], [], _LONGEST_ANSWER)[0]:
            raise TimeoutError("the program in the terminal does not answer")
        if not (answer := os.read(self._answers, 4096)):
            self._reader.join()
            raise RuntimeError(f"the program in the terminal ended: {self._last!r}")
        cpu, updates = json.loads(answer)
        return cpu, updates

    def _read(self) -> None:
        while data := self._next():
            self._written, self._last = self._written + len(data), data
            if _ASKS_FOR_SYNC in data:
                os.write(self._master, _TAKES_SYNC)

    def _next(self) -> bytes:
        try:
            return os.read(self._master, 65_536)
        except OSError:  # EIO: the program ended
            return b""
