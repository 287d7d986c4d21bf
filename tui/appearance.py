"""How the screen looks and what keys it has, as the config asks and as it was left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, tzinfo

from tui.config import Config
from tui.keys import Key, remapped
from tui.local_time import LocalTime
from tui.workspace import Workspace


def configured(config: Config) -> Workspace:
    """How the screen looks while nothing else is chosen on it."""
    return Workspace(
        theme=config.theme,
        swapped=config.swap_up_down,
        transparent=config.transparent,
    )


def filled(workspace: Workspace, usual: Workspace) -> Workspace:
    """The workspace with the usual look where none was chosen."""
    return replace(
        workspace,
        theme=workspace.theme or usual.theme,
        swapped=usual.swapped if workspace.swapped is None else workspace.swapped,
        transparent=usual.transparent if workspace.transparent is None else workspace.transparent,
    )


def clock(config: Config) -> tzinfo:
    """The zone of the time axis."""
    return UTC if config.timezone == "utc" else LocalTime()


def used_keys(config: Config) -> tuple[tuple[Key, ...], list[str]]:
    """The table of keys, and a sentence on those of the config that cannot be used, if any."""
    table, problems = remapped(config.keys)
    return table, [f"Keys: {' '.join(problems)}"] if problems else []
