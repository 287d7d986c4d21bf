"""A Textual app that can be held while its terminal is busy, and ended at any moment."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress

from textual.app import App


class PacedApp(App[None]):
    """Draws only while the terminal takes it; what changed meanwhile is drawn afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self._batch = ExitStack()
        self._missed = False
        self._ending: int | None = None
        self.held = False

    def hold(self) -> bool:
        """Draw nothing until `release`; whether that is new."""
        new = not self.held
        if new:
            self.held = True
            self._batch.enter_context(self.batch_update())
        return new

    def release(self) -> None:
        """Draw what has changed since `hold`."""
        if self.held:
            self.held = False
            self._batch.close()
            if self._missed:
                self._missed = False
                self.refresh()
            if self.screen_stack:
                self.screen.check_idle()

    def post_display_hook(self) -> None:
        # A new layout is painted in a batch, too, and that is lost: all must be painted then.
        self._missed = self._missed or self.held

    def end(self, code: int) -> None:
        """Quit with this exit code: now, or as soon as the app runs; for signal handlers."""
        self._ending = code
        with suppress(RuntimeError):  # no loop yet: whoever makes it ready looks
            asyncio.get_running_loop().call_soon_threadsafe(self.end_if_asked)

    def end_if_asked(self) -> None:
        if self._ending is not None:
            self.exit(return_code=self._ending)
