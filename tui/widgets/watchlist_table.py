"""The watchlist's table on the screen: which lines are on view, and painting what changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from textual.geometry import Region
from textual.widgets import Input, Static

from tui.chart.glyphs import SETS, Glyphs
from tui.chart.picture import Row
from tui.listing import Listing, Sort
from tui.widgets.mosaic import Mosaic, Part
from tui.widgets.picture import TextPicture, row_cells
from tui.widgets.watchlist_column import ColumnPicture
from tui.widgets.watchlist_layout import Place, fitting, measured, sliced, titles
from tui.widgets.watchlist_order import Head
from tui.widgets.watchlist_row import COLUMNS, Entry

_MARK, _NO_MARK = ("›", "strong"), (" ", "muted")
# What a tick may change; the rest of a row follows once a second, which saves half the bytes.
_QUICK: tuple[Sort, ...] = ("price", "state")
_NOWHERE = Part(Region(), ())


class WatchlistTable(Mosaic):
    """Shows `lines`: rows by their number among `entries`, and the heads of groups.

    Row `current` is the selection. With `filtering` the last line is one to type in.
    """

    DEFAULT_CSS = """
    WatchlistTable {
        width: 1fr; height: 1fr; display: none;
        & > Static { content-align: center middle; text-align: center; color: $market-axis; }
        & > Input, & > Input:focus {
            border: none; height: 1; padding: 0; background: $surface;
        }
        & > .label { background: $surface; }
    }
    """

    def __init__(self, listing: Listing) -> None:
        self.columns = tuple(ColumnPicture() for _ in COLUMNS)
        self.label = TextPicture(classes="label")
        self.note = Static("", markup=False)
        self.input = Input(placeholder="name, exchange, group", select_on_focus=False)
        super().__init__((*self.columns, self.label), [self.note, self.input])
        self.listing = listing
        self.glyphs = SETS[Glyphs.HEAVY]
        self.entries: list[Entry] = []
        self.lines: list[Head | int] = []
        self.current = -1
        self.filtering = False
        self.places: tuple[Place, ...] = ()
        self._top = 0
        self._needed: dict[Sort, int] = {}
        self._drawn: dict[int, tuple[Entry, list[Row]]] = {}

    # --- what is on view ------------------------------------------------------------------

    @property
    def window(self) -> list[Head | int]:
        """The lines on view."""
        return self.lines[self._top : self._top + self._room]

    @property
    def _room(self) -> int:
        return max(0, self.size.height - 1 - self.filtering)

    def stands(self, line: Head | int) -> bool:
        """Whether the selection is shown in this line: a folded group stands for its rows."""
        if isinstance(line, Head):
            return line.folded and self.current in line.members
        return line == self.current

    @property
    def _line(self) -> int:
        return next((y for y, line in enumerate(self.lines) if self.stands(line)), -1)

    @property
    def shows_current(self) -> bool:
        """Whether the selection is on view."""
        return any(map(self.stands, self.window))

    def reveal(self) -> None:
        """Scroll as little as brings the selection on view, with the head right above it."""
        line = self._line
        above = line > 0 and isinstance(self.lines[line - 1], Head)
        self.scroll(max(min(self._top, max(0, line - above)), line - self._room + 1))

    def scroll(self, top: int) -> None:
        """Let the lines on view begin with this one, or the nearest that fills the height."""
        self._top = max(0, min(top, len(self.lines) - self._room))

    def scroll_by(self, by: int) -> None:
        """So many lines down (negative: up)."""
        self.scroll(self._top + by)

    # --- drawing --------------------------------------------------------------------------

    def measure(self, *, anew: bool = False) -> None:
        """Give the columns their places; until `anew` they only get wider, so that none jumps."""
        before = {} if anew else self._needed
        wide = measured(self.entries, self.glyphs)
        self._needed = {id_: max(cells, before.get(id_, 0)) for id_, cells in wide.items()}
        places = fitting(self._needed, self.size.width)
        if anew or places != self.places:
            self.places = places
            self._drawn.clear()

    def replace_price(self, number: int, entry: Entry) -> bool:
        """Take the row's newest price, and draw no more of it unless its colour changed.

        Returns False when the price has become wider than its column.
        """
        before, self.entries[number] = self.entries[number], entry
        _, cells = self._drawn.pop(number, (None, []))
        if cells and before.role == entry.role:
            for x, place in enumerate(self.places):
                if place.column.id in _QUICK:
                    cells[x] = self._cell(entry, place)
            self._drawn[number] = entry, cells
        prices = (place for place in self.places if place.column.id == "price")
        return all(row_cells(self._cell(entry, place)) <= place.width for place in prices)

    def draw(self) -> None:
        """Paint what differs from what is shown."""
        width, height = self.size
        if not self.places or not height:
            return
        below = height - self.filtering
        edges = [0, *(place.x for place in self.places[1:]), width]
        rows = [self._titles(), *(self._row(line, edges) for line in self.window)]
        parts = [
            Part(Region(start, 0, end - start, below), column)
            for (start, end), column in zip(pairwise(edges), zip(*rows, strict=True), strict=True)
        ]
        parts += [_NOWHERE] * (len(self.columns) - len(parts))
        label = f" {sum(map(_symbols, self.lines))} of {len(self.entries)} with "
        start = len(label) if self.filtering else 0
        parts.append(Part(Region(0, below, start, 1), [((label, "muted"),)]))
        line = Region(start, below, width - start, 1) if self.filtering else Region()
        note = Region() if self.lines else Region(0, 1, width, max(0, below - 1))
        self._mark(next((y for y, x in enumerate(self.window, 1) if self.stands(x)), -1))
        self.paint(parts, {self.note: note, self.input: line})

    def _titles(self) -> list[Row]:
        first, *others = titles(self.places, self.listing)
        return [(_NO_MARK, *first), *others]

    def _row(self, line: Head | int, edges: Sequence[int]) -> list[Row]:
        mark = _MARK if self.stands(line) else _NO_MARK
        if not isinstance(line, Head):
            first, *others = self._cells(line)
            return [(mark, *first), *others]
        # A folded group says on which of its symbols the keys act.
        symbol = f" · {self.entries[self.current].name}" if self.stands(line) else ""
        spans = sliced(f"{mark[0]}{line.text}{symbol}", edges)
        return [((text, "strong"),) if text else () for text in spans]

    def _cells(self, number: int) -> list[Row]:
        """One cell a column; drawn again when there is something new."""
        entry = self.entries[number]
        known = self._drawn.get(number)
        if not known or known[0] is not entry:
            known = entry, [self._cell(entry, place) for place in self.places]
            self._drawn[number] = known
        return known[1]

    def _cell(self, entry: Entry, place: Place) -> Row:
        return place.column.cell(entry, place.width, self.glyphs)

    def _mark(self, y: int) -> None:
        old = self.columns[0].current
        if old != y:
            for column in self.columns:
                column.mark(y)
            self.refresh(*(Region(0, row, self.size.width, 1) for row in (old, y) if row > 0))


def _symbols(line: Head | int) -> int:
    """How many symbols a line shows that no other does."""
    return len(line.members) if isinstance(line, Head) and line.folded else isinstance(line, int)
