"""Writing to a terminal that may take its bytes slowly, or not at all: nothing here ever waits."""

from __future__ import annotations

import asyncio
import os
import select
import time
from collections.abc import Callable
from contextlib import suppress


def open_terminal(fd: int, access: int) -> int:
    """A descriptor of the terminal behind `fd` that does not block; the caller closes it.

    `access` is os.O_WRONLY or os.O_RDONLY.

    Opened anew, since "does not block" belongs to the open file, and `fd`'s is the shell's, too.
    """
    flags = access | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    for path in (os.ttyname(fd), "/dev/tty"):
        with suppress(OSError):  # after `su` the terminal's own file may be somebody else's
            return os.open(path, flags)
    own = os.dup(fd)
    os.set_blocking(own, False)
    return own


class Output:
    """Takes any number of bytes at once and hands them on as the terminal takes them.

    `fd` must not block. `on_drained` is called from the event loop when bytes had to wait and
    then all were taken; `on_gone` once when there is no terminal any more.
    """

    def __init__(
        self,
        fd: int,
        loop: asyncio.AbstractEventLoop,
        on_drained: Callable[[], None],
        on_gone: Callable[[], None],
    ) -> None:
        self._fd = fd
        self._loop = loop
        self._on_drained = on_drained
        self._on_gone = on_gone
        self._waiting = bytearray()
        self._watched = False
        self._gone = False
        self.taken = 0

    @property
    def pending(self) -> int:
        """How many bytes the terminal has not taken yet."""
        return len(self._waiting)

    def write(self, data: bytes) -> None:
        """Add bytes; they go with the next `send`."""
        if not self._gone:
            self._waiting += data

    def send(self) -> None:
        """Hand over what the terminal takes now; the rest follows by itself."""
        if not self._watched:
            self._push()
            if self._waiting:
                self._watched = True
                self._loop.add_writer(self._fd, self._writable)

    def finish(self, last: bytes, timeout: float) -> None:
        """Hand over `last` within `timeout` seconds, in place of all that has waited until now."""
        self._waiting.clear()
        self.write(last)
        self.drain(timeout)

    def drain(self, timeout: float) -> None:
        """Hand over what has waited until now, within `timeout` seconds; only this waits."""
        self._unwatch()
        ends = time.monotonic() + timeout
        self._push()
        while self._waiting and (left := ends - time.monotonic()) > 0:
            select.select([], [self._fd], [], left)
            self._push()

    def close(self) -> None:
        """What has waited until now is lost."""
        self._unwatch()
        os.close(self._fd)

    def _writable(self) -> None:
        self._push()
        if not self._waiting:
            self._unwatch()
            self._on_drained()

    def _push(self) -> None:
        try:
            while self._waiting:
                count = os.write(self._fd, self._waiting)
                self.taken += count
                del self._waiting[:count]
        except BlockingIOError:
            return
        except OSError:
            self._lose()

    def _lose(self) -> None:
        self._waiting.clear()
        self._unwatch()
        if not self._gone:
            self._gone = True
            self._on_gone()

    def _unwatch(self) -> None:
        if self._watched:
            self._watched = False
            self._loop.remove_writer(self._fd)
