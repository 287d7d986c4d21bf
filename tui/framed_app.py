"""The app's frames: what the engine tells is heard and drawn at a steady rate."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, tzinfo
from time import monotonic

from textual import work

from tui.chart.picture import Run
from tui.feed.engine import Engine
from tui.feed.status import Drained
from tui.market.symbol import Subscription
from tui.screens.drawing import Drawing
from tui.screens.live import LiveScreen
from tui.screens.pace import Pace
from tui.terminal.paced_app import PacedApp
from tui.terminal.paced_driver import PacedDriver

log = logging.getLogger(__name__)

_TICK = 1.0


class FramedApp(PacedApp):
    """Draws the live screens of an engine, `frame_rate` times a second at most.

    `tz` is the zone of the clock.
    """

    def __init__(
        self, engine: Engine, frame_rate: int, tz: tzinfo, *, ansi_color: bool | None
    ) -> None:
        super().__init__(ansi_color=ansi_color)
        self.engine = engine
        engine.drain()  # from here on nothing that happens is lost to the screen
        self.tz = tz
        self.pace = Pace(frame_rate)
        self.drawing = Drawing()
        self._dirty: set[Subscription] = set()
        self._due = False
        self._ticked = monotonic()

    def hear(self, drained: Drained, now: float) -> None:
        """Take what happened up to monotonic `now`; its frame may have to wait."""

    def second(self, now: float) -> None:
        """A second has passed, and was drawn."""

    @work(group="frames", exit_on_error=False)
    async def frames(self) -> None:
        """Draw what is new at the configured rate, slower while this machine is late."""
        while True:
            asleep = monotonic()
            await asyncio.sleep(self.pace.delay)
            now = monotonic()
            self.pace.woke(now - asleep)
            try:
                drained = self.engine.drain()
                self._dirty |= drained.dirty
                self.hear(drained, now)
                self.draw()
            except Exception:  # the next frame may be drawn; this one's fault is in the log
                log.exception("frame")

    def draw(self) -> None:
        """Draw a frame, or, while the terminal is busy, as soon as it is not."""
        self._due = self.held
        if not self.held:
            now = monotonic()
            second = now - self._ticked >= _TICK
            if second:
                # Not `now`, else each second would last a frame longer.
                self._ticked = now - (now - self._ticked) % _TICK
            self._frame(now, second)

    def released(self) -> None:
        if self._due:
            self.draw()

    def _frame(self, now: float, second: bool) -> None:
        screens = [screen for screen in self.screen_stack if isinstance(screen, LiveScreen)]
        for screen in screens:
            screen.update(self._dirty)
        self._dirty.clear()
        if second:
            for screen in screens:
                screen.tick(datetime.now(self.tz), self._remarks(now))
            self.second(now)

    def _remarks(self, now: float) -> tuple[Run, ...]:
        driver = self._driver
        if not isinstance(driver, PacedDriver):
            return ()
        late = driver.flow.took + self.behind()
        return self.drawing.remarks(now, driver.taken, late, self.app_focus)

    def on_app_blur(self) -> None:
        """Nobody types here now, and maybe nobody looks; the status bar says what follows."""
        self.pace.focused = False

    def on_app_focus(self) -> None:
        self.pace.focused = True
        self.draw()
