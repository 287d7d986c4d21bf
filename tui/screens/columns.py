"""Groups of rows set in columns, as many as the width has room for: the page of the help."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from rich.cells import cell_len

from tui.chart.picture import Row
from tui.keys import HelpRow
from tui.widgets.picture import row_cells

GAP = 3
_NARROWEST = 46
_WIDEST = 64
_MOST = 4
_KEYS = 20
_LEAST_TEXT = 24
_BETWEEN = 2

Groups = Mapping[str, Sequence[HelpRow]]


def matching(groups: Groups, query: str) -> dict[str, list[HelpRow]]:
    """The rows that have every word of the query in their keys, their text or their group."""
    words = query.casefold().split()

    def fits(group: str, row: HelpRow) -> bool:
        text = f"{group} {row.keys} {row.description}".casefold()
        return all(word in text for word in words)

    kept = {group: [row for row in rows if fits(group, row)] for group, rows in groups.items()}
    return {group: rows for group, rows in kept.items() if rows}


def count(width: int) -> int:
    """How many columns stand side by side in `width` cells."""
    return max(1, min(_MOST, (width + GAP) // (_NARROWEST + GAP)))


def widest(width: int) -> int:
    """The cells that a page makes use of, of `width` that there are."""
    return min(width, count(width) * (_WIDEST + GAP) - GAP)


def page(groups: Groups, width: int) -> list[Row]:
    """Rows of `width` cells at most: groups in their order down the columns, none torn apart."""
    columns = count(width)
    each = (width - GAP * (columns - 1)) // columns
    filled = _balanced([_block(group, rows, each) for group, rows in groups.items()], columns)
    return [_side_by_side(cells, each) for cells in zip_longest(*filled, fillvalue=())]


def _balanced(blocks: Sequence[list[Row]], columns: int) -> list[list[Row]]:
    """The blocks in so many columns at most, the longest of them as short as can be."""
    height = max(map(len, blocks), default=0)
    while len(filled := _filled(blocks, height)) > columns:
        height += 1
    return filled


def _filled(blocks: Sequence[list[Row]], height: int) -> list[list[Row]]:
    """Columns of at most `height` rows, an empty one between two blocks."""
    columns: list[list[Row]] = []
    for block in blocks:
        if columns and len(columns[-1]) + 1 + len(block) <= height:
            columns[-1] += [(), *block]
        else:
            columns.append([*block])
    return columns


def _block(group: str, rows: Sequence[HelpRow], width: int) -> list[Row]:
    """A heading and its rows; what has keys longer than usual stands below them."""
    room = max(1, min(_KEYS, width - _LEAST_TEXT - _BETWEEN))
    lengths = (cell_len(row.keys) for row in rows)
    indent = max((length for length in lengths if length <= room), default=0) + _BETWEEN
    rule = "─" * (width - cell_len(group) - 1)
    block: list[Row] = [((f"{group} ", "live"), (rule, "muted"))]
    for row in rows:
        block += _lines(row, indent, width)
    return block


def _lines(row: HelpRow, indent: int, width: int) -> list[Row]:
    texts = textwrap.wrap(row.description, max(1, width - indent))
    space = indent - cell_len(row.keys)
    lines: list[Row] = [((row.keys, "strong"),)]
    if space >= _BETWEEN:
        lines = [((row.keys + " " * space, "strong"), (texts.pop(0), "text"))]
    return [*lines, *(((" " * indent + text, "text"),) for text in texts)]


def _side_by_side(cells: Sequence[Row], width: int) -> Row:
    runs: list[tuple[str, str]] = []
    for cell in cells[:-1]:
        runs += [*cell, (" " * (width - row_cells(cell) + GAP), "text")]
    return (*runs, *cells[-1])
