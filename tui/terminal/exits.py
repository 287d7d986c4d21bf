"""Signals that end the program: sockets are closed at once, the terminal is as it was."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

log = logging.getLogger(__name__)

# kill, a closed terminal or lost connection, an interrupt, and quit (ctrl+\ in a usual terminal).
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
# Seconds for an orderly end; then the program is ended all the same.
_PATIENCE = 2.0


class Exits:
    """Ends the program in order on a signal while its block runs.

    `end` asks the screen to end with an exit code, 128 and the signal's number; `close` closes
    the sockets and may take its time; `restore` gives the terminal back whatever the screen does.
    """

    def __init__(
        self, end: Callable[[int], None], close: Callable[[], None], restore: Callable[[], None]
    ) -> None:
        self._end = end
        self._close = close
        self._restore = restore
        self._over = threading.Event()
        self._leaving = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._heard) for number in _ENDING}
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._restore()
        if not self._leaving:  # else a second signal could end the program before its exit code
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def _heard(self, number: int, _: FrameType | None) -> None:
        if not self._leaving:
            self._leaving = True
            self._end(128 + number)
            # On a thread: the screen's own may hang, and that shall be no reason to stay.
            threading.Thread(target=self._leave, args=(number,), name="exit", daemon=True).start()

    def _leave(self, number: int) -> None:
        log.info("ending: %s", signal.Signals(number).name)
        self._close()
        if not self._over.wait(_PATIENCE):
            log.error("the screen did not end in time")
            self._restore()
            os._exit(128 + number)
