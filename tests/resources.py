"""What a process uses, read from Linux's /proc."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 2**20
_C = ctypes.CDLL(None)  # glibc


def memory_in_use() -> int:
    """Bytes of this process in memory, once all that nobody uses was given back."""
    gc.collect()
    _C.malloc_trim(0)
    return _status("VmRSS")


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir())) - 1  # one is that of this very list


@contextmanager
def peak() -> Iterator[Callable[[], int]]:
    """Gives how far (bytes) memory rose above what it was at the start of the block."""
    before = memory_in_use()
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest value so far
    yield lambda: _status("VmHWM") - before


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
