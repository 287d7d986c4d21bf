"""Messages like the true ones, but wrong: bytes, and the shape of JSON, under one seed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.foreign_text import PIECES
from tui.simulator.frame import encode
from tui.simulator.garbage import garbage, places, replaced

_BYTES = (
    *(b"", b"null", b"[]", b"{}", b"-1", b"1e999", b'"NaN"', b"true", b"9" * 30, b"9" * 5_000),
    *(
        b'"\\u001b["',
        b"\x00",
        b"\xff",
        b"\xed\xa0\x80",
        b"\n",
        b'"',
        b"'",
        b"=",
        b".",
        b"[[",
        b"0x",
    ),
    *(b"inf", b"1979-05-27T07:32:00Z", b"99999999999999999999", b"1_0", b"\xef\xbb\xbf", b"\r"),
)


def mutated(true: bytes, odd: Sequence[str], rng: Random) -> bytes:
    """One input made of a true one; `odd` are JSON texts to put in the place of a value."""
    tree = _tree(true)
    if not (tree and isinstance(tree, dict | list)) or rng.random() < 0.4:
        return _damaged(true, rng)
    text = true.decode()
    match rng.randrange(6):
        case 0:
            spoilt = garbage(text, rng)
            return spoilt if isinstance(spoilt, bytes) else spoilt.encode("utf-8", "surrogatepass")
        case 1 if odd:
            return replaced(text, rng, odd).encode("utf-8", "surrogatepass")
        case 2:
            return _without(tree, rng)
        case 3:
            return _shifted(tree, rng)
        case 4:
            return replaced(text, rng).encode()
        case _:
            return _swapped(tree, rng)


def _tree(true: bytes) -> Any:
    try:
        return json.loads(true.decode())
    except (ValueError, RecursionError):
        return None


def _damaged(true: bytes, rng: Random) -> bytes:
    """Some bytes overwritten, cut out, doubled, or replaced by odd ones."""
    data = bytearray(true)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.randrange(12))
        piece = rng.choice(PIECES).encode("utf-8", "surrogatepass")
        data[at:to] = rng.choice((rng.randbytes(2), data[at:to] * 2, rng.choice(_BYTES), piece))
    return bytes(data)


def _without(tree: Any, rng: Random) -> bytes:
    container, key = rng.choice(list(places(tree)))
    del container[key]
    return encode(tree).encode()


def _swapped(tree: Any, rng: Random) -> bytes:
    """Two values in each other's place, the way a sender mixes up its fields."""
    leaves = [(c, k) for c, k in places(tree) if not isinstance(c[k], dict | list)]
    if leaves:
        (one, at), (other, to) = rng.choice(leaves), rng.choice(leaves)
        one[at], other[to] = other[to], one[at]
    return encode(tree).encode()


def _shifted(tree: Any, rng: Random) -> bytes:
    """A number in another unit, of another sign, or a little off."""
    numbers = [(c, k) for c, k in places(tree) if _is_number(c[k])]
    if numbers:
        container, key = rng.choice(numbers)
        factor = rng.choice((0, -1, 1e-3, 1e3, 1e6, 1e-9, 1e-320, 1e280, 0.5, 1.0001, 2))
        changed = float(container[key]) * factor
        container[key] = int(changed) if type(container[key]) is int else repr(changed)
    return encode(tree).encode()


def _is_number(value: object) -> bool:
    text = value if isinstance(value, str) else str(value) if type(value) is int else ""
    return len(text) <= 20 and text.replace(".", "", 1).isdecimal()
