"""A file that one process at a time may claim."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Whether this process alone has claimed `path`, until the block or the process ends.

    The claim is a lock on `path` itself, which is made and stays; a kill ends it. Where locks or
    the file cannot be had (a read-only folder, some network file systems, Windows) everyone is
    told True: whoever writes last is remembered, as each writes whole files.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError:
        yield True
    else:
        with file:
            yield _lock(file.fileno())


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, BlockingIOError)
    return True
