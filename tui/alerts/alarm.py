"""Alerts from the feed to the person: looks in time, notices, the user's command, the file."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.alerts.alert import Alert
from tui.alerts.desk import Desk
from tui.alerts.file import load, save
from tui.alerts.hook import run
from tui.alerts.notification import form_for, notification
from tui.alerts.settings import AlertSettings
from tui.alerts.watch import Ring
from tui.alerts.words import said
from tui.errors import TradexError
from tui.feed.engine import Engine
from tui.feed.status import Drained
from tui.keeping import Keeper
from tui.state_file import sweep

_TICK = 1.0
# What rang must not ring again after a crash.
_SAVE_DELAY = 0.1
# Of alerts that ring together so many are shown by themselves.
_MOST_SHOWN = 3
_MOST_COMMANDS = 32


@dataclass(frozen=True, slots=True)
class Screen:
    """What the screen can do: `tell` a notice, `warn` of an alert, ring a `bell`, `write` raw."""

    tell: Callable[[str], None]
    warn: Callable[[str], None]
    bell: Callable[[], None]
    write: Callable[[str], None]


class Alarm:
    """The alerts that are kept at `path`; None keeps nothing beyond the end."""

    def __init__(
        self, engine: Engine, settings: AlertSettings, path: Path | None, screen: Screen
    ) -> None:
        self._settings = settings
        self._screen = screen
        self._form = form_for(settings.notify, os.environ)
        alerts, self.notice = self._load(path) if path else ([], None)
        self._path = path
        self._keeper = Keeper(self._save, screen.tell, _SAVE_DELAY)
        self.desk = Desk(engine, alerts, self._keeper.changed, time.monotonic, _wall)
        self._ticked = 0.0
        self._commands = asyncio.Queue[str](_MOST_COMMANDS)
        self._told = False

    def hear(self, drained: Drained, now: float) -> None:
        """Look at what is new, and once a second at all."""
        self.desk.hear(drained.events)
        if now - self._ticked >= _TICK:
            self._ticked = now
            self._ring(self.desk.tick())
        elif drained.dirty:
            self._ring(self.desk.look(drained.dirty))

    async def run(self) -> None:
        """Keep what changes, and run the command for each ring, one at a time."""
        await asyncio.gather(self._keeper.run(), self._run_commands())

    def finish(self) -> None:
        """Write what is not written yet."""
        self._keeper.finish()

    def _load(self, path: Path) -> tuple[list[Alert], str | None]:
        sweep(path)
        return load(path)

    def _save(self) -> None:
        if self._path:
            save(self._path, self.desk.alerts)

    def _ring(self, rings: Sequence[Ring]) -> None:
        texts = [said(ring) for ring in rings]
        more = len(texts) - _MOST_SHOWN
        shown = [*texts[:_MOST_SHOWN], *([f"{more} more alerts rang."] if more > 0 else [])]
        for text in shown:
            self._screen.warn(text)
            if sequence := notification(text, self._form):
                self._screen.write(sequence)
        if texts and self._settings.bell:
            self._screen.bell()
        if self._settings.command:
            for text in texts:
                self._order(text)

    def _order(self, text: str) -> None:
        try:
            self._commands.put_nowait(text)
        except asyncio.QueueFull:
            self._complain(f"More than {_MOST_COMMANDS} runs of the alerts' command wait.")

    async def _run_commands(self) -> None:
        while True:
            text = await self._commands.get()
            try:
                await run(self._settings.command, text)
                self._told = False
            except TradexError as error:
                self._complain(str(error))

    def _complain(self, reason: str) -> None:
        """Once, until the command has worked again."""
        if not self._told:
            self._screen.tell(reason)
        self._told = True


def _wall() -> int:
    return time.time_ns() // 1_000_000
