"""The table of a comparison: one row a symbol, against the one that is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.chart.picture import Row
from tui.feed.status import SeriesView
from tui.market.format import change, percent, price
from tui.widgets.freshness import freshness
from tui.widgets.picture import cut

_NOTHING = "–"
_GAP = 2


@dataclass(frozen=True, slots=True)
class Compared:
    """A symbol of the comparison; `percent` is None while its line is hidden.

    `spread` is its price less that of the symbol pointed at, `base`, and `lead` the seconds by
    which it moves before that one; None where they are not of one thing, or it cannot be told.
    """

    number: int
    view: SeriesView
    percent: float | None
    spread: float | None
    base: float | None
    lead: float | None


def rows(table: Sequence[Compared], at: int, width: int) -> list[Row]:
    """A title and a row for each; the row `at` is the one that the others are compared with.

    Where it is narrow lead, then spread, then the change of the line give way; symbol, price and
    freshness stay.
    """
    cells = [_TITLES, *(_cells(row, number == at) for number, row in enumerate(table))]
    count = len(_TITLES)
    for dropped in ((), (5,), (5, 4), (5, 4, 3)):
        kept = [n for n in range(count) if n not in dropped]
        widths = {n: max(cell_len(row[n]) for row in cells) for n in kept}
        if sum(widths.values()) + _GAP * (len(kept) - 1) <= width:
            break
    fresh = [freshness(row.view.status) for row in table]
    roles = ["muted", *(f.role if not f.current else "text" for f in fresh)]
    return [
        (
            (
                cut(_line(row, widths), width),
                "strong" if role == "text" and number == at + 1 else role,
            ),
        )
        for number, (row, role) in enumerate(zip(cells, roles, strict=True))
    ]


_TITLES = ("", "symbol", "price", "line", "spread", "moves", "state")


def _cells(row: Compared, pointed_at: bool) -> tuple[str, ...]:
    view = row.view
    mark = "▸" if pointed_at else " "
    shown = f"{row.number}" if row.percent is not None else "·"
    return (
        f"{mark}{shown}",
        str(view.subscription),
        _NOTHING if view.price is None else price(view.price, view.price_digits),
        "hidden" if row.percent is None else percent(row.percent / 100),
        _spread(row, pointed_at),
        _moves(row.lead, pointed_at),
        freshness(view.status).forms[0],
    )


def _spread(row: Compared, pointed_at: bool) -> str:
    if pointed_at or row.spread is None or not row.base:
        return "" if pointed_at else _NOTHING
    return f"{change(row.spread, row.view.price_digits)}  {percent(row.spread / row.base)}"


def _moves(seconds: float | None, pointed_at: bool) -> str:
    if pointed_at or seconds is None:
        return "" if pointed_at else _NOTHING
    if abs(seconds) < 0.05:
        return "together"
    return f"{abs(seconds):.1f} s {'earlier' if seconds > 0 else 'later'}"


def _line(row: tuple[str, ...], widths: dict[int, int]) -> str:
    """Numbers to the right, words to the left."""
    right = (2, 3, 4)
    parts = []
    for n, width in widths.items():
        space = " " * (width - cell_len(row[n]))
        parts.append(space + row[n] if n in right else row[n] + space)
    return (" " * _GAP).join(parts).rstrip()
