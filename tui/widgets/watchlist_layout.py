"""Which columns of the watchlist have room, where they stand, and its rows cut into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len

from tui.chart.glyphs import GlyphSet
from tui.chart.picture import Row
from tui.listing import Listing, Sort
from tui.widgets.picture import cut, row_cells
from tui.widgets.watchlist_row import COLUMNS, Column, Entry

_MARK = 1
_ROOMY = 110
_ESSENTIAL = 4
_WHOLE_NAME = 16
# How much of the room that is left each column takes, one after another; then the spark all.
_GROWTH: tuple[tuple[Sort, int], ...] = (
    ("name", 24), ("spark", 14), ("state", 16), ("range", 14), ("spark", 32), ("state", 30),
    ("range", 24),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A column from cell `x` on, `width` cells wide; the gap behind it comes on top."""

    column: Column
    x: int
    width: int


def measured(rows: Iterable[Entry], glyphs: GlyphSet) -> dict[Sort, int]:
    """The width in cells that each column needs for the rows."""
    known = list(rows)
    return {column.id: _needed(column, known, glyphs) for column in COLUMNS}


def _needed(column: Column, rows: Sequence[Entry], glyphs: GlyphSet) -> int:
    if column.id == "name":
        return max([column.least, *(cell_len(row.name) for row in rows)])
    texts = (column.draw(row, 99, glyphs) for row in rows) if column.measured else ()
    return max([column.least, *map(row_cells, texts)])


def fitting(needed: Mapping[Sort, int], width: int) -> tuple[Place, ...]:
    """The columns that have room in `width` cells, and where.

    A column goes as a whole, those of the highest rank first. Names of up to 16 cells are whole
    as long as there is any column but name, price, change and state; with those alone they are
    cut. What is left goes to names, words and pictures.
    """
    gap = 2 if width >= _ROOMY else 1
    by_rank = sorted(COLUMNS, key=lambda column: column.rank)
    for count in range(len(COLUMNS), 0, -1):
        widths = {column.id: needed[column.id] for column in by_rank[:count]}
        widths["name"] = min(needed["name"], _WHOLE_NAME) if count > _ESSENTIAL else 4
        spare = width - _MARK - sum(widths.values()) - gap * (count - 1)
        if spare >= 0:
            break
    widths = _grown(widths, needed["name"], max(0, spare))
    return tuple(_placed(widths, gap))


def _grown(widths: Mapping[Sort, int], name: int, spare: int) -> dict[Sort, int]:
    grown = dict(widths)
    for id_, most in _GROWTH:
        if id_ in grown:
            more = min(spare, max(0, (min(most, name) if id_ == "name" else most) - grown[id_]))
            grown[id_] += more
            spare -= more
    grown["spark" if "spark" in grown else "name"] += spare
    return grown


def _placed(widths: Mapping[Sort, int], gap: int) -> Iterable[Place]:
    x = _MARK
    for column in COLUMNS:
        if column.id in widths:
            yield Place(column, x, widths[column.id])
            x += widths[column.id] + gap


def titles(places: Iterable[Place], listing: Listing) -> list[Row]:
    """The head of each column; that of the sorting has its direction."""
    return [_title(place, listing) for place in places]


def _title(place: Place, listing: Listing) -> Row:
    column, width = place.column, place.width
    sorting = listing.sort == column.id
    sign = ("▼" if listing.descending else "▲") if sorting else ""
    text = cut(column.title or column.id, width - len(sign)) + sign
    space = " " * (width - cell_len(text))
    return ((f"{space}{text}" if column.right else f"{text}{space}", _TITLE_ROLES[sorting]),)


_TITLE_ROLES = {True: "strong", False: "muted"}


def sliced(text: str, edges: Sequence[int]) -> list[str]:
    """The text cut into the spans between edges, in cells; half of a wide letter is a blank."""
    cells: list[str] = []
    for char in text:
        if width := cell_len(char):
            cells += [char, *[_REST] * (width - 1)]
        elif cells:
            cells[-1] += char
    return [_span(cells, start, end) for start, end in pairwise(edges)]


_REST = ""  # of a wide letter


def _span(cells: Sequence[str], start: int, end: int) -> str:
    span = list(cells[start:end])
    if span and span[0] == _REST:
        span[0] = " "
    if span and cells[end : end + 1] == [_REST]:
        span[-1] = " "
    return "".join(span)
