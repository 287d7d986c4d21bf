"""What the monitor needs of a terminal, and the plain sentence when it is not there."""

from __future__ import annotations

import locale
import sys
from collections.abc import Mapping

from tui.errors import UsageError

# Terminals that cannot place the cursor (terminfo: no `cup`).
_UNABLE = {"dumb", "unknown", "emacs"}
_STREAM = "For scripts there is `tradex-tui stream SYMBOL ...`, which prints JSON lines."
# textual-serve sets it: the screen then goes to a page, through pipes.
_SERVED = "TEXTUAL_DRIVER"


def need_terminal(environ: Mapping[str, str]) -> None:
    """Raises UsageError, with what to do, where the monitor cannot be shown."""
    if environ.get(_SERVED):
        return
    # A stream that was closed (>&-) is None.
    if not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise UsageError("The monitor needs a terminal, and this is none.", _STREAM)
    term = environ.get("TERM", "")
    if term in _UNABLE or not term:
        said = f"TERM={term}" if term else "TERM is not set"
        raise UsageError(
            f"This terminal cannot place text on the screen ({said}).",
            f"If yours can, say which it is, as in TERM=xterm-256color tradex-tui. {_STREAM}",
        )
    encoding = locale.getencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise UsageError(
            f"The monitor draws with UTF-8, and this terminal's text is {encoding}.",
            "Set a UTF-8 locale, as in LC_ALL=C.UTF-8 tradex-tui.",
        )
