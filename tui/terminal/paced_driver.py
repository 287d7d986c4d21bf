"""The half of a driver that writes: frame by frame, as they are shown, and without ever waiting."""

from __future__ import annotations

import os
import signal
import time
from contextvars import copy_context
from typing import Any

from textual.driver import Driver
from textual.events import CursorPosition
from textual.message import Message

from tui.terminal.flow import ASK, Flow
from tui.terminal.output import Output
from tui.terminal.paced_app import PacedApp


class PacedDriver(Driver):
    """Sends one frame at a time; `_output` is None while there is nobody to write to.

    While a frame is on its way the app is held: what changes meanwhile is drawn at once when the
    frame has been shown, and nothing queues.
    """

    _app: PacedApp

    def __init__(self, app: PacedApp, **options: Any) -> None:
        super().__init__(app, **options)
        self.flow = Flow()
        self._output: Output | None = None
        self._questions = self._answers = 0  # each is counted by one thread
        self._frame = bytearray()
        self._begins = False
        self._patience = self._loop.call_soon(lambda: None)
        self._context = copy_context()  # the app's: widgets are drawn in it

    def begin(self, output: Output) -> None:
        """Write there from now on; nothing is known of it yet."""
        self.flow = Flow()
        self._questions = self._answers = 0
        self._frame.clear()
        self._begins = True
        self._output = output

    def begun(self) -> None:
        """The terminal is set up, so that it does not echo answers: ask from now on."""
        self._begins = False
        self.flush()

    @property
    def taken(self) -> int:
        """How many bytes of frames the terminal has taken since it was opened."""
        return self._output.taken if self._output else 0

    def write(self, data: str) -> None:
        if self._output:
            if not self._frame:
                self._loop.call_soon(self.flush)  # not all that Textual writes is flushed
            self._frame += data.encode("utf-8", "replace")

    def flush(self) -> None:
        """What was written since the last time is a frame."""
        if self._output and self._frame and not self._begins:
            frame = bytes(self._frame)
            self._frame.clear()
            self._ask(self._output, frame)
            self.flow.sent(len(frame), time.monotonic())
            self.settle()

    def _ask(self, output: Output, frame: bytes = b"") -> None:
        self._questions += 1
        output.write(self.packed(frame + ASK))
        output.send()

    def packed(self, data: bytes) -> bytes:
        """The bytes that carry `data` to the terminal."""
        return data

    def settle(self) -> None:
        """Hold the app while a frame is on its way, and no longer."""
        self._patience.cancel()
        if self._output and (self.flow.under_way or self._output.pending):
            self._patience = self._loop.call_later(self.flow.patience, self._grow_impatient)
            self._app.hold()
        else:
            self._app.release()

    def process_message(self, message: Message) -> None:
        if isinstance(message, CursorPosition):
            self._answers += 1
            self._loop.call_soon_threadsafe(self._answered, context=self._context)
        else:
            super().process_message(message)

    def _answered(self) -> None:
        self.flow.answered(time.monotonic())
        self.settle()

    def _grow_impatient(self) -> None:
        asks_again = self.flow.asks_again(time.monotonic())
        if asks_again and self._output and not self._output.pending:
            self._ask(self._output)
        self.settle()


def hang_up() -> None:
    """There is no terminal any more: the system tells by this signal only the one who owned it."""
    os.kill(os.getpid(), signal.SIGHUP)
