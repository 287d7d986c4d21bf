"""A layout as one line of text: `2 columns: binance:BTCUSDT@5m | kraken:BTC/USD@1m`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tui.errors import UsageError
from tui.text import SYMBOL_CELLS, clean

EXAMPLE = "binance:BTCUSDT@5m | kraken:BTC/USD@1m"
MOST_COLUMNS = 64
MOST_PANES = 100
_MOST_CHARACTERS = 10_000
_COLUMNS = re.compile(r"\s*(\d{1,9})\s+columns?\s*:")
# A bar of a symbol's own name is written twice.
_BAR = re.compile(r"(?<!\|)\|(?!\|)")


@dataclass(frozen=True, slots=True)
class Layout:
    """Panes as they are written, each `binance:BTCUSDT@5m` or a part of that, and the columns.

    `columns` 0 (nothing written) fits them to the terminal.
    """

    panes: tuple[str, ...]
    columns: int = 0


def parse(text: str) -> Layout:
    """Read a layout; the panes themselves are not checked, since exchanges differ in names.

    Raises UsageError, one sentence, for what is no layout.
    """
    if len(text) > _MOST_CHARACTERS:
        raise UsageError(f"A layout has at most {_MOST_CHARACTERS} characters.", _hint())
    prefix = _COLUMNS.match(text)
    columns = _columns(int(prefix[1])) if prefix else 0
    panes = [_pane(part) for part in _BAR.split(text[prefix.end() :] if prefix else text)]
    if not all(panes):
        raise UsageError("A layout names a symbol on both sides of each bar.", _hint())
    if len(panes) > MOST_PANES:
        raise UsageError(f"A layout has at most {MOST_PANES} panes, not {len(panes)}.")
    return Layout(tuple(panes), columns)


def write(panes: Iterable[object], columns: int = 0) -> str:
    """The text that `parse` reads as these panes; they are written in full by their `str`."""
    prefix = f"{columns} column{'' if columns == 1 else 's'}: " if columns else ""
    return prefix + " | ".join(str(pane).replace("|", "||") for pane in panes)


def is_meant(text: str) -> bool:
    """Whether a person who types this means a layout: it has a bar, or the columns before it."""
    return bool(_BAR.search(text) or _COLUMNS.match(text))


def _columns(asked: int) -> int:
    if not 1 <= asked <= MOST_COLUMNS:
        raise UsageError(f"A layout has 1 to {MOST_COLUMNS} columns, not {asked}.")
    return asked


def _pane(part: str) -> str:
    return clean(part.replace("||", "|"), 4 * SYMBOL_CELLS).strip()


def _hint() -> str:
    return f"Write it like {EXAMPLE}."
