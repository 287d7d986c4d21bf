"""What nobody caught: it goes to the log, never to the screen; a crash to a file beside it."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)


def log_uncaught(crashes: Path) -> None:
    """From now on log warnings, and what fails in a thread or where nothing can be raised.

    A crash of the interpreter itself writes the stacks of all threads to the file `crashes`.
    """
    logging.captureWarnings(True)
    threading.excepthook = _in_thread
    sys.unraisablehook = _unraisable
    with suppress(OSError):  # where no file can be written there is none
        # Opened for ever: it is written to when nothing can be opened any more.
        faulthandler.enable(crashes.open("ab", buffering=0))


def _in_thread(failure: threading.ExceptHookArgs) -> None:
    name = failure.thread.name if failure.thread else "?"
    log.error("thread %s", name, exc_info=failure.exc_value)


def _unraisable(failure: sys.UnraisableHookArgs) -> None:
    log.error("%s: %r", failure.err_msg or "ignored", failure.object, exc_info=failure.exc_value)
