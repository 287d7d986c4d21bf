"""One decoder under atheris, guided by coverage; or one input once more."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]  # not a dependency

with atheris.instrument_imports(include=["tui", "email", "tomllib", "json"]):
    from tests.fuzz.decoders import DECODERS
from tests.fuzz.mutate import mutated
from tests.fuzz.replay import replayable, unpacked

_BY_NAME = {decoder.name: decoder for decoder in DECODERS}


def main(args: list[str]) -> None:
    """`NAME [libFuzzer options]` searches; `--replay NAME LINE` checks one input."""
    if args[0] == "--replay":
        _BY_NAME[args[1]].check(unpacked(args[2]))
    else:
        search(args[0], args[1:])


def search(name: str, options: list[str]) -> None:
    decoder = _BY_NAME[name]

    def check(data: bytes) -> None:
        with replayable(name, data):
            decoder.check(data)

    def mutate(data: bytes, size: int, seed: int) -> bytes:
        """Half of the time the shape of the message, else atheris's own way with bytes."""
        rng = Random(seed)
        if rng.random() < 0.5 and data:
            return mutated(data, (), rng)[:size]
        return bytes(atheris.Mutate(data, size))

    with TemporaryDirectory(prefix=f"fuzz-{name}-") as corpus:
        for number, true in enumerate(decoder.true):
            Path(corpus, str(number)).write_bytes(true)
        atheris.Setup([sys.argv[0], corpus, *options], check, custom_mutator=mutate)
        atheris.Fuzz()


main(sys.argv[1:])
