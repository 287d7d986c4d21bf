"""What every drawing here is made of: rows of text runs, each with the name of a style."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

Run = tuple[str, str]
"""(text, role): text of one-cell glyphs only; the role names a style."""

Row = tuple[Run, ...]
"""One line from left to right, neighbours of one role merged, nothing empty."""

ROLES = (
    "blank",
    "grid",
    "axis",
    "up",
    "down",
    "up-provisional",
    "down-provisional",
    "line",
    "area",
    "cursor",
    "volume-up",
    "volume-down",
    "hole",
    "repaired",
    "uncertain",
    "tag-up",
    "tag-down",
    "study-1",
    "study-2",
    "study-3",
    "study-4",
    "study-5",
)

_role = itemgetter(1)


def merge(runs: Iterable[Run]) -> Row:
    """The runs as a row: neighbours of one role joined, empty ones dropped."""
    return tuple(
        ("".join([text for text, _ in group]), role)
        for role, group in groupby((run for run in runs if run[0]), _role)
    )


def blank(width: int) -> Run:
    """`width` empty cells."""
    return " " * width, "blank"
