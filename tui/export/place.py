"""Where an exported file goes: a name of its own, whole or not at all."""

from __future__ import annotations

import os
from itertools import chain, count
from pathlib import Path

from tui.errors import TradexError
from tui.text import clean

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY


def write_new(folder: Path, name: str, data: bytes) -> Path:
    """Write the data to a file that was not there before, and say which.

    Where `prices.csv` is taken it is `prices-2.csv`, and so on. Raises TradexError when the disk
    is full or the folder cannot be written; nothing is left behind then.
    """
    try:
        path = _claimed(folder.absolute() / name)
        try:
            path.write_bytes(data)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        place, reason = clean(str(folder)), error.strerror or "it failed"
        raise TradexError(f"{clean(name)} could not be written to {place}: {reason}.") from error
    return path


def _claimed(path: Path) -> Path:
    """An empty new file of this name, or of the next that is free."""
    others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(filter(_claims, chain([path], others)))


def _claims(path: Path) -> bool:
    try:
        os.close(os.open(path, _NEW, 0o666))
    except FileExistsError:
        return False
    return True
