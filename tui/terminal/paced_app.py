"""A Textual app that can be held while its terminal is busy, and ended at any moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from math import inf
from time import monotonic
from typing import Any

from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.screen import Screen

from tui.terminal.economy import Economy

log = logging.getLogger(__name__)

# Seconds that a frame may be on its way to a slow terminal.
_SHARE = 0.7
# Seconds until what is owed to a slow terminal goes out though nothing new comes.
_SOON = 0.05
# Larger budgets, in bytes, are enough for the whole of any usual screen.
_WORTH_IT = 30_000


class PacedApp(App[None]):
    """Draws only while the terminal takes it; what changed meanwhile is drawn afterwards."""

    def __init__(self, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self._batch = ExitStack()
        self._economy = Economy()
        self._ending: int | None = None
        self.held = False

    def hold(self) -> None:
        """Draw nothing until `release`."""
        if not self.held:
            self.held = True
            self._batch.enter_context(self.batch_update())

    def release(self) -> None:
        """Draw what has changed since `hold`."""
        if self.held:
            self.held = False
            self._batch.close()
            if self.is_running:
                self.released()
                slow = self.rate() * _SHARE < _WORTH_IT
                asyncio.get_running_loop().call_later(_SOON if slow else 0, self._pay)
                self.screen.check_idle()

    def _pay(self) -> None:
        if self._economy.owed and self.is_running and not self.held:
            self.screen.refresh(next(iter(self._economy.owed)))

    def on_resize(self) -> None:
        self._economy.begin_anew()

    def behind(self) -> float:
        """How many seconds what is not drawn yet has waited for a slow terminal."""
        return self._economy.behind(monotonic())

    def redraw(self) -> None:
        """Draw everything: the terminal shows something else by now."""
        self._economy.begin_anew()
        self.refresh()

    def released(self) -> None:
        """A frame was shown, and the next one may be drawn."""

    def rate(self) -> float:
        """Bytes per second that the terminal shows; infinite while it is not known to be slow."""
        return inf

    def group(self, x: int, y: int) -> int:
        """The part of the screen that a cell belongs to; parts below 0 go first, see Economy."""
        return 0

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        # Textual has no public way to change an update, or to learn that a batch has lost one.
        budget = self.rate() * _SHARE
        if not isinstance(renderable, CompositorUpdate):
            pass
        elif self.held:
            self._economy.owe(renderable)
        elif budget < _WORTH_IT or self._economy.owed:
            updates = [renderable, *self._arrears(screen)]
            renderable = self._economy.part(updates, self.console, budget, self.group, monotonic())
        else:
            self._economy.forget()
        super()._display(screen, renderable)

    def _arrears(self, screen: Screen[Any]) -> Iterator[CompositorUpdate]:
        """What is owed, as it looks by now."""
        shown = screen._compositor.size.region  # it may have shrunk
        owed = (region.intersection(shown) for region in self._economy.claim())
        screen._compositor._dirty_regions.update(filter(None, owed))
        if update := screen._compositor.render_partial_update():
            yield update

    def end(self, code: int) -> None:
        """Quit with this exit code: now, or as soon as the app runs; for signal handlers."""
        self._ending = code
        with suppress(RuntimeError):  # no loop yet: whoever makes it ready looks
            asyncio.get_running_loop().call_soon_threadsafe(self.end_if_asked)

    @property
    def ending(self) -> bool:
        """Whether `end` was called."""
        return self._ending is not None

    def end_if_asked(self) -> None:
        if self._ending is not None:
            self.exit(return_code=self._ending)

    def on_load(self) -> None:
        self.end_if_asked()

    def _handle_exception(self, error: Exception) -> None:
        # Textual's own prints a traceback to the terminal; it belongs into the log.
        if self._exit:
            log.info("a half-built screen was closed", exc_info=error)
        else:
            log.error("the screen failed", exc_info=error)
            self._return_code = 1
            self._exception = self._exception or error
            self._exception_event.set()
        self._close_messages_no_wait()
