"""The themes that an app can wear, and how: read from their files, and put on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from tui.config import Config
from tui.look import Look
from tui.text import file_stem
from tui.theme import LoadedThemes, load_themes


class Wardrobe:
    """The themes of an app, in the files of some `folders` and Textual's own, in one `look`."""

    def __init__(self, app: App[Any], look: Look, folders: Iterable[Path]) -> None:
        self._app = app
        self.look = look
        self.folders = tuple(folders)
        self._own: dict[str, Theme] = {}
        self._broken: set[str] = set()
        self._told: dict[Path, str] = {}

    @property
    def names(self) -> list[str]:
        """Those from files, without Textual's own."""
        return sorted(self._own)

    def open(self, wanted: str) -> list[str]:
        """Read the files and put the `wanted` theme on; what is wrong, in sentences."""
        loaded = load_themes(self.folders)
        notices = self.take(loaded)
        self._hang()
        return notices + self._put_on(wanted)

    def take(self, loaded: LoadedThemes) -> list[str]:
        """Use what was read anew; a theme whose file is broken stays as it was.

        What is wrong with a file is said once, until it is something else.
        """
        self._broken = {file_stem(path.stem) for path in loaded.failures}
        kept = {name: theme for name, theme in self._own.items() if name in self._broken}
        before = self._own.get(self._app.theme)
        self._own |= loaded.themes | kept
        if before and before != self._own[self._app.theme]:
            self.wear(self.look)
        faults = {path: str(error) for path, error in loaded.failures.items()}
        news = [text for path, text in faults.items() if self._told.get(path) != text]
        self._told = faults
        return news

    def wear(self, look: Look) -> None:
        """Show all themes in this look."""
        self.look = look
        self._hang()
        self._app.mutate_reactive(App.theme)

    def swap(self) -> None:
        """Give up the colours of down and down those of up, or give them back."""
        self.wear(replace(self.look, swapped=not self.look.swapped))

    def clear(self) -> None:
        """Let the terminal's own background show, or the theme's again."""
        self.wear(replace(self.look, transparent=not self.look.transparent))

    def configure(self, old: Config, new: Config) -> list[str]:
        """Put on what the new config asks for and the old one did not; what is wrong, if any."""
        look = self.look
        if new.swap_up_down != old.swap_up_down:
            look = replace(look, swapped=new.swap_up_down)
        if new.transparent != old.transparent:
            look = replace(look, transparent=new.transparent)
        if look != self.look:
            self.wear(look)
        return [] if new.theme == old.theme else self._put_on(new.theme)

    def _put_on(self, wanted: str) -> list[str]:
        if wanted in self._app.available_themes:
            self._app.theme = wanted
            return []
        return [] if wanted in self._broken else [f"There is no theme {wanted}."]

    def after(self, name: str) -> str:
        """The theme that follows that one among those from files."""
        names = self.names
        here = names.index(name) if name in names else -1
        return names[(here + 1) % len(names)]

    def _hang(self) -> None:
        for theme in (BUILTIN_THEMES | self._own).values():
            self._app.register_theme(self.look.of(theme))
