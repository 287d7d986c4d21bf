"""The log file: where tracebacks go, since they never go to the screen."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

from tui.text import clean, without_passwords

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_SIZE = 2**20
_OLD_FILES = 4


def journal_path() -> Path:
    """The log file, as `--help` names it."""
    return user_log_path("tradex-tui", appauthor=False) / "tradex-tui.log"


def open_journal() -> None:
    """Log to the file from now on and to nowhere else; without one when it cannot be written."""
    path = journal_path()
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=_SIZE, backupCount=_OLD_FILES, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_CleanFormatter(_FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # A full disk must not put logging's own traceback on the screen.
    logging.raiseExceptions = False
    # This library logs whole frames and headers.
    logging.getLogger("websockets").setLevel(logging.WARNING)


class _CleanFormatter(logging.Formatter):
    """Harmless to a terminal that shows the file; the lines below an event's first are indented.

    No password of a url gets into it, whatever library put the url into its message.
    """

    def format(self, record: logging.LogRecord) -> str:
        first, *rest = without_passwords(super().format(record)).splitlines()
        return "\n".join([clean(first), *map(_indented, rest)])


def _indented(line: str) -> str:
    depth = 2 + len(line) - len(line.lstrip())
    return " " * depth + clean(line)
