"""Textual's Linux driver on a terminal that may be slow, stop reading, or go away."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import time
from codecs import getincrementaldecoder
from contextlib import suppress
from math import inf
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.message import Message

from tui.terminal.output import Output, open_terminal
from tui.terminal.paced_app import PacedApp
from tui.terminal.paced_driver import PacedDriver, hang_up

# Every mode that Textual switches on, off again: the end of a synchronized update, mouse, paste,
# reports of resizes, line wrap, kitty's keys; then the main screen with its cursor, focus reports
# and colours (xterm ctlseqs; kitty keyboard protocol).
RESTORE = (
    b"\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?2048l"
    b"\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
_FINISH = 1.0
_LAST_ANSWER = 0.3
_LOOK = 0.1
_READ = 4096
_INTERRUPT = "ctrl+c"
_TWICE = 2.0


class TerminalDriver(PacedDriver, LinuxDriver):
    """Leaves the terminal as it was, however the app ends.

    A terminal that is gone is a SIGHUP to this process: the system does not send it to every
    program that has lost one.
    """

    def __init__(self, app: PacedApp, **options: Any) -> None:
        super().__init__(app, **options)
        self._settings: list[Any] = []
        self._parent = os.getppid()
        self._interrupted_at = -inf
        self._stopped = False

    def start_application_mode(self) -> None:
        try:
            self._settings = termios.tcgetattr(self.fileno)
        except termios.error:  # it went away while this process was stopped
            hang_up()
            return
        screen = open_terminal(sys.__stdout__.fileno() if sys.__stdout__ else self.fileno)
        self.begin(Output(screen, self._loop, self.settle, hang_up))
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's is untyped
        self._app.refresh()  # after a suspension the terminal shows something else

    def disable_input(self) -> None:
        if self.flow.under_way:
            # Else the answer would be typed into the shell that comes after this program.
            self._answer.wait(_LAST_ANSWER)
        super().disable_input()

    def stop_application_mode(self) -> None:
        output, self._output = self._output, None  # Textual's own last words stand in RESTORE
        super().stop_application_mode()
        if output:
            output.finish(RESTORE, _FINISH)
            output.close()
        self._app.release()

    def restore(self) -> None:
        """Give the terminal back at once, whatever the app does; harmless when it is back."""
        if self._output:
            self._output.finish(RESTORE, 0)
            # A program in the background may do it only when it does not care for this signal.
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._settings)

    @property
    def can_suspend(self) -> bool:
        """Whether a shell with job control started this; else nothing could make it go on.

        Such a shell is of the same session and gives each job a process group of its own (POSIX:
        a group without that is orphaned); an ssh command, a script, a window's program have none.
        """
        with suppress(OSError):  # the parent has just ended
            parent = os.getppid()
            same_session = os.getsid(parent) == os.getsid(0)
            return same_session and os.getpgid(parent) != os.getpgrp()
        return False

    def _sigtstp_application(self, *_: object) -> None:
        self._stopped = True
        super()._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        # It comes with each hang-up, too (Linux: tty_signal_session_leader), and from any `kill`.
        if self._stopped:
            self._stopped = False
            super()._sigcont_application()

    # --- input ----------------------------------------------------------------------------

    def process_message(self, message: Message) -> None:
        if isinstance(message, Key) and message.key == _INTERRUPT:
            if time.monotonic() - self._interrupted_at < _TWICE:
                os.kill(os.getpid(), signal.SIGINT)  # the app has not heard the first one
            self._interrupted_at = time.monotonic()
        super().process_message(message)

    def run_input_thread(self) -> None:
        """As Textual's, but the end of the terminal is noticed: Textual's would spin."""
        parser = XTermParser()
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            data = self._read()
            if data is None:
                hang_up()
                return
            for event in parser.feed(decode(data)) if data else ():
                self.process_message(event)
            for event in parser.tick():
                self.process_message(event)

    def _read(self) -> bytes | None:
        """What was typed by now, or None when this is no terminal of ours any more."""
        if not select.select([self.fileno], [], [], _LOOK)[0]:
            return None if self._is_orphan() else b""
        with suppress(OSError):
            return os.read(self.fileno, _READ) or None
        return None

    def _is_orphan(self) -> bool:
        """Whether the one who started this is gone, and the terminal is somebody else's."""
        if os.getppid() == self._parent:
            return False
        with suppress(OSError):
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        return True
