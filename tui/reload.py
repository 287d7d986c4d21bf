"""What a person writes into theme and config files while the program runs, taken in at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Protocol

from tui.config import Config, load
from tui.errors import ConfigError
from tui.theme import load_themes
from tui.wardrobe import Wardrobe

_LOOK = 1.0
_SETTLED = 0.2
_AT_ONCE = (
    "theme",
    "chart",
    "glyphs",
    "swap_up_down",
    "transparent",
    "frame_rate",
    "timezone",
    "keys",
)
Marks = dict[Path, tuple[int, int, int]]


class Host(Protocol):
    """What takes the news in."""

    wardrobe: Wardrobe
    config: Config

    def tell(self, text: str) -> None:
        """Show a notice."""

    def use_config(self, config: Config) -> None:
        """Go on with this config; it differs in what may change at any time."""


class Watched:
    """Files that somebody may edit; they are asked for their time and size, and not read."""

    def __init__(self, find: Callable[[], Iterable[Path]]) -> None:
        self._find = find
        self._seen = self._marks()

    async def changes(self) -> AsyncIterator[None]:
        """One item for each time that files were changed since this object was made.

        The disk is asked once a second, in a thread. Half a file is not read: what is still being
        written changes again within a moment.
        """
        while True:
            await asyncio.sleep(_LOOK)
            before, now = self._seen, await asyncio.to_thread(self._marks)
            if now == before:
                continue
            while now != before:
                await asyncio.sleep(_SETTLED)
                before, now = now, await asyncio.to_thread(self._marks)
            self._seen = now
            yield

    def _marks(self) -> Marks:
        """By each file that is there: when it changed, its size, and its number on the disk.

        An editor that writes another file and renames it changes the number.
        """
        found: Marks = {}
        with suppress(OSError):  # a folder may not be entered
            for path in self._find():
                with suppress(OSError):  # it may be gone
                    stat = path.stat()
                    found[path] = stat.st_mtime_ns, stat.st_size, stat.st_ino
        return found


class Reload:
    """Follows the theme files of a host's wardrobe, and the file that its config came from."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._path = host.config.path
        folders = host.wardrobe.folders
        self._themes = Watched(lambda: [p for folder in folders for p in folder.glob("*.toml")])
        self._config = Watched(lambda: [self._path] if self._path else [])
        self._written = host.config
        with suppress(ConfigError):  # the host has what was written before that
            self._written = self._read() or host.config

    async def follow_themes(self) -> None:
        """Use each theme as soon as it is saved; the last good one stays while a file is broken."""
        async for _ in self._themes.changes():
            loaded = await asyncio.to_thread(load_themes, self._host.wardrobe.folders)
            for notice in self._host.wardrobe.take(loaded):
                self._host.tell(notice)

    async def follow_config(self) -> None:
        """Use what may change at any time; a sentence tells what waits for the next start."""
        if not self._path:
            return
        async for _ in self._config.changes():
            try:
                config = await asyncio.to_thread(self._read)
            except ConfigError as error:
                self._host.tell(f"{error} The config is used as it was.")
            else:
                self._take(config or self._written)

    def _read(self) -> Config | None:
        """What the file says; None while there is none."""
        exists = self._path and self._path.exists()
        return load(self._path, {}) if exists else None

    def _take(self, config: Config) -> None:
        changed = changes(self._written, config)
        self._written = config
        at_once: dict[str, Any] = {name: changed[name] for name in _AT_ONCE if name in changed}
        if at_once:
            self._host.use_config(replace(self._host.config, **at_once))
        if later := sorted(changed.keys() - at_once.keys()):
            self._host.tell(f"Changes at the next start: {', '.join(later)}.")


def changes(old: Config, new: Config) -> dict[str, Any]:
    """The new values of what differs, by the name of the config's field."""
    names = [field.name for field in fields(Config) if field.compare]
    return {name: getattr(new, name) for name in names if getattr(old, name) != getattr(new, name)}
