"""Questions that a terminal answers itself: where its cursor is, which modes it has.

The sequences are xterm's ("XTerm Control Sequences": DSR 6, DECRQM, DA1), which most understand.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tui.terminal.flow import ASK

if sys.platform != "win32":
    import termios
    import tty

PATIENCE = 1.5
FOCUS_REPORTS, WHOLE_FRAMES = 1004, 2026
_ERASED, _DEVICE = "\r\x1b[K", "\x1b[c"
_CURSOR_AT = re.compile(rb"\x1b\[\d+;(\d+)R")
_MODE_IS = re.compile(rb"\x1b\[\?(\d+);(\d)\$y")
_DEVICE_IS = re.compile(rb"\x1b\[\?[\d;]*c")


@dataclass(frozen=True, slots=True)
class Answers:
    """How many cells each character takes, and whether a terminal has a mode.

    What is not in them it did not tell.
    """

    cells: Mapping[str, int] = field(default_factory=dict)
    modes: Mapping[int, bool] = field(default_factory=dict)


def ask(terminal: int, characters: Sequence[str], modes: Sequence[int]) -> Answers:
    """What the terminal at a file descriptor answers within PATIENCE seconds.

    The characters are written to the start of the line and erased. Whatever was typed meanwhile
    is dropped, as are answers: nothing of them is left for the shell.
    """
    if sys.platform == "win32":
        return Answers()
    widths = "".join(f"\r{char}{ASK.decode()}" for char in characters) + _ERASED
    asked = "".join(f"\x1b[?{mode}$p{_ERASED}" for mode in modes)
    with _unread(terminal):
        # Each terminal tells what device it is: who has come to that has no more to say.
        os.write(terminal, f"{widths}{asked}{_DEVICE}".encode())
        return _read(_heard(terminal), characters)


def _read(said: bytes, characters: Sequence[str]) -> Answers:
    columns = [int(found) - 1 for found in _CURSOR_AT.findall(said)]
    told = len(columns) == len(characters)
    # DECRPM: 0 is a mode that it does not know, 4 one that cannot be set.
    modes = {int(mode): state not in b"04" for mode, state in _MODE_IS.findall(said)}
    return Answers(dict(zip(characters, columns, strict=True)) if told else {}, modes)


def _heard(terminal: int) -> bytes:
    said, ends = b"", time.monotonic() + PATIENCE
    while not _DEVICE_IS.search(said):
        left = max(0.0, ends - time.monotonic())
        if not select.select([terminal], [], [], left)[0]:
            break
        chunk = os.read(terminal, 4_096)
        if not chunk:  # the terminal is gone
            break
        said += chunk
    return said


@contextmanager
def _unread(terminal: int) -> Iterator[None]:
    """Neither echo nor lines while the block runs. A signal that would end it waits until then."""
    ending = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP}
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    try:
        before = termios.tcgetattr(terminal)
        try:
            tty.setcbreak(terminal, termios.TCSANOW)
            yield
        finally:
            termios.tcflush(terminal, termios.TCIFLUSH)
            termios.tcsetattr(terminal, termios.TCSANOW, before)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
