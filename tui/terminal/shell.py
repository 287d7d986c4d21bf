"""Whether a stopped program could be made to go on."""

from __future__ import annotations

import os


def shell_waits() -> bool:
    """False when the parent is of another session, or none: no `fg` can come from there.

    The system stops no job that nobody in its session watches over (POSIX, orphaned process
    groups). A parent in our own group may be watched over in its turn, and is believed.
    """
    parent = os.getppid()
    try:
        return parent > 0 and os.getsid(parent) == os.getsid(0)
    except OSError:  # the parent ended just now, or may not be asked about
        return False
