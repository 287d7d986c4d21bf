"""Whether what a person wrote can be used, and what the program writes can be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from tui import workspace
from tui.config import Config, config_folder
from tui.doctor.findings import Finding, Group, State, of_error
from tui.errors import ConfigError
from tui.journal import journal_path
from tui.keys import remapped
from tui.text import clean, file_stem
from tui.theme import load_themes, theme_folders
from tui.workspace import Workspace

_ENOUGH = 65_536
_LET_IT = "Let the file and its folder be yours to read and write."


def examine_files(config: Config | ConfigError, config_path: Path, workspace_path: Path) -> Group:
    """The config as it was read, the keys and themes that it names, the workspace, the log."""
    if isinstance(config, ConfigError):
        of_config = [of_error("config", config)]
    else:
        remembered = usable_workspace(workspace_path)
        of_config = [*_of_config(config, config_path), *_of_themes(config, remembered)]
    of_workspace = _of_workspace(workspace_path)
    return Group("files", (*of_config, of_workspace, _of_writing("log", journal_path())))


def usable_workspace(path: Path) -> Workspace:
    """The workspace, as far as it can be read: that it cannot is another finding."""
    try:
        return workspace.read(path)
    except (OSError, ValueError):
        return Workspace()


def _of_config(config: Config, path: Path) -> Iterator[Finding]:
    said = f"{clean(str(path))} is read" if path.exists() else f"There is no {clean(str(path))}"
    yield Finding("config", State.OK, f"{said}{'.' if path.exists() else ': defaults hold.'}")
    for notice in config.notices:
        yield Finding("config", State.NOTE, notice)
    for problem in remapped(config.keys)[1]:
        yield Finding("keys", State.FAIL, clean(problem), "Change it in [keys] of the config.")


def _of_themes(config: Config, remembered: Workspace) -> Iterator[Finding]:
    loaded = load_themes(theme_folders(config_folder()))
    for error in loaded.failures.values():
        yield of_error("themes", error)
    known = {*loaded.usable, *(file_stem(path.stem) for path in loaded.failures)}
    if config.theme not in known:
        said, valid = f"There is no theme {clean(config.theme)}.", ", ".join(loaded.themes)
        yield Finding("themes", State.FAIL, said, f"Valid: {valid}, and those of Textual.")
    if remembered.theme and remembered.theme not in known:
        said = f"There is no theme {remembered.theme}, which you chose in the monitor."
        yield Finding("themes", State.FAIL, said, "Choose another one there.")
    if not loaded.failures:
        yield Finding("themes", State.OK, f"{len(loaded.themes)} theme files can be used.")


def _of_workspace(path: Path) -> Finding:
    try:
        workspace.read(path)
    except FileNotFoundError:
        return _of_writing("workspace", path)
    except OSError as error:
        said = f"{clean(str(path))} cannot be read: {error.strerror}."
        return Finding("workspace", State.FAIL, said, _LET_IT)
    except ValueError as error:
        said = f"{clean(str(path))} is damaged: {clean(str(error))}."
        advice = "The next start sets it aside and begins with the default symbols."
        return Finding("workspace", State.FAIL, said, advice)
    return _of_writing("workspace", path)


def _of_writing(name: str, path: Path) -> Finding:
    """Whether a file could be written there, tried in its folder, or in the one it would be in."""
    shown = clean(str(path))
    # Path.exists raises where one on the way may not be entered.
    folder = next(folder for folder in path.parents if os.path.exists(folder))  # noqa: PTH110
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(bytes(_ENOUGH))
            file.flush()
        if path.exists():
            path.open("ab").close()
    except OSError as error:
        return Finding(name, State.FAIL, f"{shown} cannot be written: {error.strerror}.", _LET_IT)
    return Finding(name, State.OK, f"{shown} can be written.")
