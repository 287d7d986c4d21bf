"""What a pane's header says: symbol, price, change, and how fresh that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rich.cells import cell_len
from textual.geometry import Region

from tui.chart.picture import Row, blank
from tui.feed.status import SeriesView
from tui.market.candle import Candle
from tui.market.format import age, percent, price
from tui.widgets.freshness import Freshness
from tui.widgets.mosaic import Part
from tui.widgets.picture import cut, row_cells

_MARGIN = 1
# From roomy to tight: the cells between the fields of one row, and the least that the change and
# the words of the freshness take, so that the rows of a list stand in columns.
_SPACINGS = ((2, 8, 10), (1, 8, 7), (1, 0, 0))


@dataclass(frozen=True, slots=True)
class Change:
    """How far the price has come, as text, and since when; `up` gives both their arrow."""

    text: str
    reach: str
    up: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """The texts of a header, those with several forms from the longest to the shortest.

    `readings`, what the crosshair is on, take the place of the change.
    """

    name: str
    titles: tuple[str, ...]
    price: Row
    change: Row
    reach: Row
    freshness: tuple[Row, ...]
    cause: Row = ()
    readings: tuple[Row, ...] = ()


def reference(view: SeriesView) -> tuple[float | None, str]:
    """The price that the change counts from: 24 hours ago, or the oldest candle loaded."""
    if view.ticker:
        return view.ticker.open, "24h"
    if not view.candles:
        return None, ""
    first: Candle = view.candles[0]
    span = (view.candles[-1].open_time - first.open_time) / 1000
    return first.open, age(span).replace(" ", "")


def change_of(view: SeriesView) -> Change | None:
    """The change since 24 hours ago, or since the oldest candle loaded; None without either."""
    before, reach = reference(view)
    if view.price is None or not before:
        return None
    ratio = view.price / before - 1
    return Change(percent(ratio), reach, ratio >= 0)


def headline(
    view: SeriesView, fresh: Freshness, change: Change | None, *, back: int, name: str = ""
) -> Headline:
    """What the header of this view says; the chart is panned `back` candles.

    A `name` of the user's own stands in the place of the symbol.

    Price and arrow take the colour of the change, and lose it with a price that may be old.
    """
    symbol = view.subscription.symbol
    interval = f"{view.subscription.interval}{f' · {back} back' if back else ''}"
    direction = ("up" if change.up else "down") if change else "text"
    role = direction if fresh.current else "stale"
    name = name or symbol.name
    return Headline(
        name=name,
        titles=(
            f"{name} {interval} {symbol.exchange}",
            f"{name} {symbol.exchange}",
            f"{name} {interval}",
            name,
        ),
        price=_price(view, change, role),
        change=((change.text, role),) if change else (),
        reach=((change.reach, "muted"),) if change else (),
        freshness=tuple(((form, fresh.role),) for form in fresh.forms),
        cause=((f"{fresh.forms[0]}: {fresh.cause}", fresh.role),) if fresh.cause else (),
    )


def place(line: Headline, width: int, rows: int) -> tuple[Part, Part]:
    """The two parts of a header of `width` x `rows` (1 or 2) cells, an empty cell at both ends.

    What changes most stands first in its part: what follows a change is not painted again. One
    row: the title, and beside it price, change and freshness. Two rows: title and freshness, and
    below them price and change. The fields give way in this order: cause, the space between them,
    reach of the change, the freshness' detail, interval, exchange, the change. The exchange tells
    apart two panes of one market, while a cause stands at the foot of the screen, too; the
    interval takes the place of an exchange that is too long for it.
    """
    inner = max(0, width - 2 * _MARGIN)
    if rows > 1:
        above, below = _two_rows(line, inner)
        return (
            Part(Region(0, 0, width, 1), [_framed(above)]),
            Part(Region(0, 1, width, 1), [_framed(below)]),
        )
    title, tail = _one_row(line, inner)
    edge = min(width, _MARGIN + row_cells(title))
    return (
        Part(Region(0, 0, edge, 1), [(blank(_MARGIN), *title)]),
        Part(Region(edge, 0, width - edge, 1), [(*tail, blank(_MARGIN))]),
    )


def _one_row(line: Headline, width: int) -> tuple[Row, Row]:
    """The title with the space after it, and the rest."""
    for title, gap, tail in _layouts(line):
        if cell_len(title) + gap + row_cells(tail) <= width:
            break
    edge = max(0, width - row_cells(tail))
    return _apart(_title(line.name, title, edge - gap), (), edge), tail


def _two_rows(line: Headline, width: int) -> tuple[Row, Row]:
    for title, fresh in _forms(line):
        if cell_len(title) + 1 + row_cells(fresh) <= width:
            break
    above = _apart(_title(line.name, title, width - row_cells(fresh) - 1), fresh, width)
    return above, _apart(line.price, _change_that_fits(line, width), width)


def _change_that_fits(line: Headline, width: int) -> Row:
    room = width - row_cells(line.price) - 1
    whole = _spaced((line.change, 0), (line.reach, 1))
    rows = line.readings or (whole, line.change)
    return next((row for row in rows if row_cells(row) <= room), ())


def _forms(line: Headline) -> Iterator[tuple[str, Row]]:
    """Title and freshness, best first; the words on the state outlive the exchange."""
    whole, placed, *shorter = line.titles
    if line.cause:
        yield whole, line.cause
    yield from product((whole, placed), line.freshness[:-1] or line.freshness)
    yield from product(shorter, line.freshness)


def _layouts(line: Headline) -> Iterator[tuple[str, int, Row]]:
    """Title, the gap after it and all the rest of one row, best first.

    A reading is what a person looks at now: the title gives way to it.
    """
    for reading, (title, fresh) in product(line.readings, _forms(line)):
        yield title, 1, _tail(line.price, reading, (), fresh, (2, 0, 0))
    reaches: tuple[Row, ...] = (line.reach, ()) if line.reach else ((),)
    for (title, fresh), reach, spacing in product(_forms(line), reaches, _SPACINGS):
        yield title, spacing[0], _tail(line.price, line.change, reach, fresh, spacing)
    for form in line.freshness:
        yield line.titles[-1], 1, _tail(line.price, (), (), form, _SPACINGS[-1])


def _tail(price: Row, change: Row, reach: Row, fresh: Row, spacing: tuple[int, int, int]) -> Row:
    gap, change_cells, words_cells = spacing
    change, fresh = _padded(change, change_cells), _padded(fresh, words_cells)
    return _spaced((price, 0), (change, gap), (reach, 1), (fresh, gap))


def _spaced(*fields: tuple[Row, int]) -> Row:
    """The fields that are not empty beside each other, each with so many cells before it."""
    row: Row = ()
    for field, gap in fields:
        if field:
            row += (blank(gap), *field) if row else field
    return row


def _apart(left: Row, right: Row, width: int) -> Row:
    """Both ends of a row of `width` cells."""
    return (*left, blank(max(0, width - row_cells(left) - row_cells(right))), *right)


def _framed(row: Row) -> Row:
    return (blank(_MARGIN), *row, blank(_MARGIN))


def _padded(row: Row, cells: int) -> Row:
    missing = cells - row_cells(row)
    if not row or missing <= 0:
        return row
    (text, role), *rest = row
    return ((" " * missing + text, role), *rest)


def _price(view: SeriesView, change: Change | None, role: str) -> Row:
    if view.price is None:
        return (("–", "muted"),)
    arrow = (" ▲" if change.up else " ▼") if change else ""
    return ((f"{price(view.price, view.price_digits)}{arrow}", role),)


def _title(name: str, title: str, width: int) -> Row:
    rest = title[len(name) + 1 :]
    if cell_len(name) > width:
        return ((cut(name, width), "strong"),) if width > 0 else ()
    return ((name, "strong"), (f" {rest}", "muted"))[: 2 if rest else 1]
