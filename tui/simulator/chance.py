"""Choices that follow from names and numbers alone."""

from __future__ import annotations

from hashlib import blake2b


def scattered(name: str, number: int, size: int) -> int:
    """A number in [0, size) that follows from the name and the number and from nothing else."""
    digest = blake2b(f"{name}:{number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % size
