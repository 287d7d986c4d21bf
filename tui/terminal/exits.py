"""How the program ends: on a signal, without its parent, and by force when it hangs."""

from __future__ import annotations

import logging
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import FrameType
from typing import Self

log = logging.getLogger(__name__)

# kill, a closed terminal or lost connection, an interrupt, and quit (ctrl+\ in a usual terminal).
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
# Seconds for an orderly end; then the program is ended all the same.
_PATIENCE = 2.0
_LOOK = 0.5
_END_OF_BLOCK = 0
# Asked for when this module is loaded, which is early: a parent may end at any moment.
_PARENT = os.getppid()


def end_at_once_on_interrupt() -> None:
    """Until a terminal is to be given back, ctrl+c ends the program without a word.

    As Python does it, it is an exception, and in the midst of an import a traceback.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Exits:
    """Ends the program in order on a signal, from the start of its block to the program's end.

    `end` asks the screen to end with an exit code, 128 and the signal's number; `close` closes
    the sockets and may take its time; `restore` gives the terminal back whatever the screen does.
    A killed parent is a hang-up. After a signal, and after the block, the program has 2 s; what
    hangs then, be it the screen or a thread that looks up a name, is ended with it: the exit code
    is the signal's, else `code`.
    """

    def __init__(
        self, end: Callable[[int], None], close: Callable[[], None], restore: Callable[[], None]
    ) -> None:
        self.code = 1
        self._end = end
        self._close = close
        self._restore = restore
        self._hears, self._tells = os.pipe()
        os.set_blocking(self._tells, False)

    def __enter__(self) -> Self:
        Thread(target=self._watch, name="exits", daemon=True).start()
        for number in _ENDING:
            signal.signal(number, self._heard)
        # A handler waits for its thread to come back from what it does; the pipe does not.
        signal.set_wakeup_fd(self._tells, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()
        self._tell(_END_OF_BLOCK)

    def _heard(self, number: int, _: FrameType | None) -> None:
        self._end(128 + number)
        self._tell(number)  # once more: a library may have set a pipe of its own

    def _tell(self, number: int) -> None:
        with suppress(BlockingIOError):  # it is full of signals, of which the first counts
            os.write(self._tells, bytes([number]))

    def _watch(self) -> None:
        number = self._first()
        ends = time.monotonic() + _PATIENCE
        if number != _END_OF_BLOCK:
            self.code = 128 + number
            log.info("ending: %s", signal.Signals(number).name)
            self._close()
        time.sleep(max(0.0, ends - time.monotonic()))
        log.error("the program did not end in time: it is ended")
        self._restore()
        os._exit(self.code)

    def _first(self) -> int:
        """Wait for a signal that ends the program, or the end of the block."""
        while True:
            if select.select([self._hears], [], [], _LOOK)[0]:
                number = os.read(self._hears, 1)[0]
                if number in (*_ENDING, _END_OF_BLOCK):
                    return number
            elif os.getppid() != _PARENT:
                os.kill(os.getpid(), signal.SIGHUP)
