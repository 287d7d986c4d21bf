"""Messages that no decoder may trust, made out of true ones.

What is left of the true message stays true: a decoder that is content with it does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from tui.simulator.frame import encode

_TEXTS = (
    *("", " ", "hello", "<html><body>502</body></html>", "{]", "{'e':'kline'}", "\ufeff{}"),
    *("null", "true", "42", '"x"', "[]", "{}", "[null]", '{"e":null}', "NaN", "9" * 5_000),
    *("[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000),
)
# JSON texts that replace one value. None of them is a value that could pass for another.
_VALUES = (
    *("null", "[]", "{}", '""', '"abc"', "[[1]]", '{"e":1}'),
    *("NaN", "Infinity", "1e999", "-1e999", "-1.5", '"NaN"', '"-Infinity"', '"1e999"', '"-1.5"'),
    *("9" * 5_000, f'"{"9" * 5_000}"', "[" * 2_000 + "]" * 2_000),
    *(
        r'"\u001b]52;c;ZXZpbA==\u0007"',
        r'"\u001b[2J\u001b[1;1H"',
        r'"\u202eTDSU\u0000"',
        r'"\ud800"',
    ),
    *('"[red]BTC[/red]"', '"../../etc/passwd"', '"' + "A" * 10_000 + '"'),
)
_HERE = "\u0001here\u0001"


def garbage(true: str, rng: Random) -> str | bytes:
    """One message: noise (bytes), no JSON, JSON of another shape, a cut one, a value replaced."""
    match rng.randrange(6):
        case 0:
            return rng.randbytes(rng.randrange(200))
        case 1:
            return rng.choice(_TEXTS)
        case 2:
            return true[: rng.randrange(len(true))]
        case _:
            return replaced(true, rng)


def replaced(true: str, rng: Random, values: Sequence[str] = _VALUES) -> str:
    """The message with one of the values, JSON or not, in the place of one of its own."""
    root = json.loads(true)
    found = list(places(root))
    if not found:
        return rng.choice(values)
    container, key = rng.choice(found)
    container[key] = _HERE
    return encode(root).replace(encode(_HERE), rng.choice(values))


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value that holds another one: its container and key or index."""
    if isinstance(node, dict | list):
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            yield node, key
            yield from places(node[key])
