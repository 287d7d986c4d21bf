"""The log file: where tracebacks go, since they never go to the screen."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

from tui.text import clean

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
        handler = RotatingFileHandler(path, maxBytes=_SIZE, backupCount=_OLD_FILES)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_CleanFormatter(_FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # This library logs whole frames and headers.
    logging.getLogger("websockets").setLevel(logging.WARNING)


class _CleanFormatter(logging.Formatter):
    """One event a line, harmless to a terminal that shows the file."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        return "\n".join(clean(line) if i == 0 else _indented(line) for i, line in enumerate(lines))


def _indented(line: str) -> str:
    depth = len(line) - len(line.lstrip())
    return " " * depth + clean(line)
