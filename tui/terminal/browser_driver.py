"""Textual's driver for a page of a browser, which may read slowly, not at all, or be closed."""

from __future__ import annotations

import os
import signal
from functools import partial
from threading import current_thread, main_thread
from typing import Any

from textual.drivers.web_driver import WebDriver

from tui.terminal.output import Output
from tui.terminal.paced_app import PacedApp
from tui.terminal.paced_driver import PacedDriver, hang_up

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_FINISH = 1.0


class BrowserDriver(PacedDriver, WebDriver):
    """Writes packets to the server of the page without waiting; a closed pipe is a hang-up."""

    def __init__(self, app: PacedApp, **options: Any) -> None:
        super().__init__(app, **options)
        self._write = partial(self._put)

    def start_application_mode(self) -> None:
        pipe = os.dup(self.fileno)
        os.set_blocking(pipe, False)  # our end only: the server's is another open file
        self.begin(Output(pipe, self._loop, self.settle, hang_up))
        handlers = {number: signal.getsignal(number) for number in _SIGNALS}
        super().start_application_mode()
        self.begun()
        for number, handler in handlers.items():  # Textual's know no exit code
            self._loop.remove_signal_handler(number)
            signal.signal(number, handler)

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        output, self._output = self._output, None
        if output:
            output.drain(_FINISH)
            output.close()
        self._app.release()

    def packed(self, data: bytes) -> bytes:
        return b"D%s%s" % (len(data).to_bytes(4, "big"), data)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            hang_up()

    def _put(self, packet: bytes) -> int:
        if current_thread() is main_thread():
            self._hand_over(packet)
        else:  # parts of a file are asked for, and packed, where input is read
            self._loop.call_soon_threadsafe(self._hand_over, packet)
        return len(packet)

    def _hand_over(self, packet: bytes) -> None:
        self.flush()  # packets go in the order in which they were written
        if self._output:
            self._output.write(packet)
            self._output.send()
