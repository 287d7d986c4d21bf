"""The workspace as it was last seen, and what of it is worth writing down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tui.keeping import Keeper
from tui.workspace import Workspace, save


class Remembering:
    """The workspace, and the file at `path` that follows it by its `keeper`.

    `path` None keeps nothing beyond the end. `tell` shows a sentence to the person.
    """

    def __init__(
        self, workspace: Workspace, path: Path | None, tell: Callable[[str], None]
    ) -> None:
        self.workspace = workspace
        self.path = path
        self.keeper = Keeper(self._write, tell)

    def note(self, seen: Workspace, usual: Workspace) -> None:
        """This is what the screen looks like now, and what of it is usual; it is written soon."""
        self.workspace = _chosen(seen, usual)
        self.keeper.changed()

    def _write(self) -> None:
        if self.path:
            save(self.path, self.workspace)


def _chosen(seen: Workspace, usual: Workspace) -> Workspace:
    """What is seen without what is usual."""
    return replace(
        seen,
        theme=None if seen.theme == usual.theme else seen.theme,
        swapped=None if seen.swapped == usual.swapped else seen.swapped,
        transparent=None if seen.transparent == usual.transparent else seen.transparent,
    )
