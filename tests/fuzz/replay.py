"""An input that broke a decoder, as one line that brings it back."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def replayable(name: str, data: bytes) -> Iterator[None]:
    """Whatever goes wrong inside says how to do it again."""
    try:
        yield
    except Exception as error:
        packed = b64encode(zlib.compress(data, 9)).decode()
        error.add_note(f"{data[:200]!r}\nreplay: python -m tests.fuzz --replay {name} {packed}")
        raise


def unpacked(text: str) -> bytes:
    """The input behind a replay line."""
    return zlib.decompress(b64decode(text))
