"""Reading a TOML file that a person, or a crash, may have damaged."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from tui.text import clean

SIZE_LIMIT = 1 << 20
# A dotted key of n parts costs tomllib n * n memory; keys do not span lines.
DOTS_LIMIT = 500
_HEADER = re.compile(r"\s*\[([^\[\]]+)\]")
_PAIR = re.compile(r"\s*([^#=]+)=")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(path: Path) -> dict[str, Any]:
    """The table in `path`: UTF-8 with or without a byte order mark, at most 1 MiB.

    Raises OSError when it cannot be read, ValueError with a reason of one clean line
    (`line 3, column 7: ...`) when it is not such a file.
    """
    with path.open("rb") as file:
        raw = file.read(SIZE_LIMIT + 1)
    if len(raw) > SIZE_LIMIT:
        raise ValueError(f"larger than {SIZE_LIMIT >> 20} MiB")
    if max((line.count(b".") for line in raw.split(b"\n")), default=0) > DOTS_LIMIT:
        raise ValueError("nested too deeply")
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line}: not UTF-8 text") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ValueError as error:
        raise ValueError(_placed(str(error), raw)) from error


def line_of(path: Path, key: str) -> int | None:
    """The line, from 1, in which the dotted `key` is set or its table begins, if that is found.

    Keys are looked for as people write them: `name = value` below a `[table]`.
    """
    table = ""
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        if header := _HEADER.match(line):
            name = table = header[1].strip()
        elif pair := _PAIR.match(line):
            name = f"{table}.{pair[1].strip()}".removeprefix(".")
        else:
            continue
        if name.replace('"', "").replace("'", "") == key:
            return number
    return None


def _placed(message: str, raw: bytes) -> str:
    """tomllib's `reason (at line 3, column 7)` with the place in front."""
    place = _PLACE.search(message)
    if not place:
        return clean(message)
    line = place[1] or raw.count(b"\n") + 1
    column = place[2] or len(raw) - raw.rfind(b"\n")
    return clean(f"line {line}, column {column}: {message[: place.start()]}")
