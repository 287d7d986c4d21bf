"""Files that the program writes itself: whole or not at all, and set aside when damaged."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import tomli_w

from tui.text import clean

_HALF = ".half"


def write_toml(path: Path, table: dict[str, Any]) -> None:
    """Write the file, which only its owner may read: whoever reads sees the old one or the new.

    Raises OSError when the disk is full or the folder cannot be written; the old one stands then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, tomli_w.dumps(table).encode())


def sweep(path: Path) -> None:
    """Remove what a kill in the middle of writing left behind."""
    for left in path.parent.glob(f"{path.name}.*{_HALF}"):
        with suppress(OSError):
            left.unlink()


def set_aside(path: Path) -> str:
    """Rename the file to the next free `NAME.bad-N`; a sentence that says so, or why not."""
    names = (path.with_name(f"{path.name}.bad-{number}") for number in count(1))
    bad = next(name for name in names if not name.exists())
    try:
        path.rename(bad)
    except OSError as error:
        return f"It could not be set aside: {error.strerror}."
    return f"It is kept as {clean(str(bad))}."


def _replace(path: Path, content: bytes) -> None:
    # mkstemp's mode is 0600, and the name after the rename keeps it.
    with NamedTemporaryFile(
        dir=path.parent, prefix=f"{path.name}.", suffix=_HALF, delete=False
    ) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlive a power cut, where folders can be synced at all."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
