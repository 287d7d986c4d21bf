"""Textual's Linux driver on a terminal that may be slow, stop reading, or go away."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
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

# First CAN: what came before may have been cut in the midst of a sequence (ECMA-48 section 8.3.6).
# Every mode that Textual switches on, off again: the end of a synchronized update, mouse, paste,
# reports of resizes, the pointer's shape, line wrap, kitty's keys; then the main screen with its
# cursor, focus reports and colours (xterm ctlseqs; kitty keyboard protocol).
RESTORE = (
    b"\x18\x1b[?2026l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?2048l"
    b"\x1b]22;default\x07\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
_FINISH = 1.0
_LAST_ANSWER = 0.3
_SHORTLY = 0.01
_LOOK = 0.1
_WAKES_UP = 0.1
_READ = 4096
_INTERRUPT = "ctrl+c"
_TWICE = 2.0


class TerminalDriver(PacedDriver, LinuxDriver):
    """Takes the terminal when this program is in its foreground, and leaves it as it was.

    `_output` is there while the terminal is taken. Of one that is gone a SIGHUP comes: the system
    sends it to those only who lead a session or stand in its foreground.
    """

    def __init__(self, app: PacedApp, **options: Any) -> None:
        super().__init__(app, **options)
        self._settings: list[Any] = []
        self._keys = -1
        self._interrupted_at = -inf

    def start_application_mode(self) -> None:
        if not self._reaches_foreground():
            return
        try:
            self._settings = termios.tcgetattr(self.fileno)
        except termios.error:  # it went away while this process was stopped
            hang_up()
            return
        self._keys = open_terminal(self.fileno, os.O_RDONLY)
        screen = open_terminal(
            sys.__stdout__.fileno() if sys.__stdout__ else self.fileno, os.O_WRONLY
        )
        self.begin(Output(screen, self._loop, self.settle, hang_up))
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's is untyped
        self.begun()
        self._app.redraw()

    def disable_input(self) -> None:
        if self._output:
            # Else the answers would be typed into the shell that comes after this program.
            if not self._all_answered():
                self._discard(termios.TCOFLUSH)  # the terminal does not read: let it not be asked
            super().disable_input()

    def _all_answered(self) -> bool:
        ends = time.monotonic() + _LAST_ANSWER
        while self._answers < self._questions and time.monotonic() < ends:
            time.sleep(_SHORTLY)
        return self._answers >= self._questions

    def _disable_mouse_support(self) -> None:
        """That is done by RESTORE."""

    def stop_application_mode(self) -> None:
        if not self._output:
            return
        self.disable_input()
        output, self._output = self._output, None  # Textual's own last words stand in RESTORE
        super().stop_application_mode()
        output.finish(self._last_words, _FINISH)
        output.close()
        os.close(self._keys)
        self._app.release()

    def restore(self) -> None:
        """Give the terminal back at once, whatever the app does; harmless when it is back."""
        if self._output:
            self._discard(termios.TCIOFLUSH)
            self._output.finish(self._last_words, 0)
            if self._in_foreground():  # else its settings are those of somebody else
                with suppress(termios.error):
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self._settings)

    @property
    def _last_words(self) -> bytes:
        """Nothing, where nothing was written: a mode that is popped would be somebody else's."""
        return b"" if self._begins else RESTORE

    def _discard(self, which: int) -> None:
        """Forget what was written and not read (TCOFLUSH), typed and not read (TCIFLUSH)."""
        if self._in_foreground():
            with suppress(termios.error):
                termios.tcflush(self.fileno, which)

    # --- stops ----------------------------------------------------------------------------

    # A handler comes in the midst of anything, a frame that is being drawn, too.

    def _sigtstp_application(self, *_: object) -> None:
        self._soon(self._pause)

    def _sigcont_application(self, *_: object) -> None:
        if self._output:  # it was a stop that cannot be heard: SIGSTOP
            self._soon(self._take_again)

    def _soon(self, work: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the app has ended
            self._loop.call_soon_threadsafe(work, context=self._context)

    def _pause(self) -> None:
        self.suspend_application_mode()
        _stop(signal.SIGTSTP)
        self.resume_application_mode()

    def _take_again(self) -> None:
        """Others used the terminal meanwhile."""
        if self._reaches_foreground():
            self.suspend_application_mode()
            self.resume_application_mode()

    def _reaches_foreground(self) -> bool:
        """Be stopped in the background, as by the system; False when the app is to end there."""
        while not self._app.ending and not self._in_foreground():
            _stop(signal.SIGTTOU)
        return not self._app.ending

    def _in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:  # it controls no session of ours, or is gone: nobody else's, then
            return True

    # --- input ----------------------------------------------------------------------------

    def process_message(self, message: Message) -> None:
        if isinstance(message, Key) and message.key == _INTERRUPT:
            if time.monotonic() - self._interrupted_at < _TWICE:
                os.kill(os.getpid(), signal.SIGINT)  # the app has not heard the first one
            self._interrupted_at = time.monotonic()
        super().process_message(message)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 the top of a thread: the app logs it and ends
            self._app.call_later(self._app._handle_exception, error)

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
        """What was typed by now, or None when the terminal is gone."""
        if not select.select([self._keys], [], [], _LOOK)[0]:
            return b""
        try:
            return os.read(self._keys, _READ) or None
        except BlockingIOError:  # while this was stopped, the shell has read it
            return b""
        except OSError:
            return None


def _stop(number: signal.Signals) -> None:
    """Stop as if nobody cared for the signal: with its group, and not if none could go on."""
    before = signal.signal(number, signal.SIG_DFL)
    os.kill(0, number)
    time.sleep(_WAKES_UP)  # what ends the program came before what woke it; let it be heard first
    signal.signal(number, before)
