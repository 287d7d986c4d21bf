"""Writing the workspace while the screen changes, and once more at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tui.errors import TradexError
from tui.workspace import Workspace, save

log = logging.getLogger(__name__)

_SAVE_DELAY = 1.0
_SAVE_AGAIN = 30.0


class Remembering:
    """The workspace as it was last seen, and the file at `path` that follows it.

    `path` None keeps nothing beyond the end. `tell` shows a sentence to the person.
    """

    def __init__(
        self, workspace: Workspace, path: Path | None, tell: Callable[[str], None]
    ) -> None:
        self.workspace = workspace
        self.path = path
        self._tell = tell
        self._unsaved = asyncio.Event()
        self._failed = False

    def note(self, seen: Workspace, usual: Workspace) -> None:
        """This is what the screen looks like now, and what of it is usual; it is written soon."""
        self.workspace = _chosen(seen, usual)
        self._unsaved.set()

    async def keep(self) -> None:
        """Write changes a second after the first of them; a disk may be full only for a while."""
        while True:
            await self._unsaved.wait()
            await asyncio.sleep(_SAVE_DELAY)
            self._unsaved.clear()
            if not await asyncio.to_thread(self.save):
                self._unsaved.set()
                await asyncio.sleep(_SAVE_AGAIN)

    def finish(self) -> None:
        """Write what is not written yet."""
        if self._unsaved.is_set():
            self.save()

    def save(self) -> bool:
        """Whether it is written; why it is not is told once until it is again."""
        if not self.path:
            return True
        try:
            save(self.path, self.workspace)
        except TradexError as error:
            if not self._failed:
                log.warning("%s", error)
                self._tell(str(error))
            self._failed = True
            return False
        self._failed = False
        return True


def filled(workspace: Workspace, usual: Workspace) -> Workspace:
    """The workspace with the usual look where none was chosen."""
    return replace(
        workspace,
        theme=workspace.theme or usual.theme,
        swapped=usual.swapped if workspace.swapped is None else workspace.swapped,
        transparent=usual.transparent if workspace.transparent is None else workspace.transparent,
    )


def _chosen(seen: Workspace, usual: Workspace) -> Workspace:
    """What is seen without what is usual."""
    return replace(
        seen,
        theme=None if seen.theme == usual.theme else seen.theme,
        swapped=None if seen.swapped == usual.swapped else seen.swapped,
        transparent=None if seen.transparent == usual.transparent else seen.transparent,
    )
