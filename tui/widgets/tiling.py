"""How any number of panes share the terminal: as charts, as lines of text, or page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from textual.geometry import Region, Size

_GUTTER = 1
# A pane at least this large has a chart that is worth its place; smaller ones become lines.
_CHART_WIDTH, _CHART_HEIGHT = 24, 4
# The shape that a chart looks best in, as cells.
_GOOD_WIDTH, _GOOD_HEIGHT = 44, 12
# Whoever fixes the columns wants charts: none is smaller than this, whatever does not fit.
_FIXED_WIDTH, _FIXED_HEIGHT = 20, 7
_LINE_WIDTH = 38
_LINE_HEIGHT = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How many panes stand side by side, and how many rows of them a page has.

    Rows share the page's height, or are `line` cells high where that is not 0. Rows that are
    `filled` hold as many panes as there are columns, but for the last; others hold as many as
    their neighbours, or one less.
    """

    columns: int
    rows: int
    line: int = 0
    filled: bool = False

    @property
    def page(self) -> int:
        """How many panes a page holds."""
        return self.columns * self.rows


def plan(count: int, width: int, height: int, columns: int = 0) -> Plan:
    """The best arrangement of `count` panes in `width` x `height` cells.

    `columns` 0 chooses: the arrangement whose panes come nearest to a good chart in both
    directions. Where no arrangement leaves room for charts, panes become lines of text, as
    many side by side as stay readable. With fixed columns panes stay charts, of fewer columns
    where those would be too narrow. What does not fit stands on further pages.
    """
    if columns:
        return _fixed(count, width, height, columns)
    charts = [c for c in range(1, count + 1) if _has_charts(count, width, height, c)]
    if charts:
        best = max(charts, key=lambda c: _score(count, width, height, c))
        return Plan(best, _rows(count, best))
    columns = min(max(1, width // _LINE_WIDTH), max(1, count))
    rows = min(_rows(count, columns), max(1, height))
    return Plan(columns, rows, min(max(height // rows, 1), _LINE_HEIGHT))


def regions(count: int, width: int, height: int, chosen: Plan) -> list[Region]:
    """Where each of the `count` panes of a page stands; panes of a row share its whole width."""
    if chosen.line:
        return _lines(count, width, chosen)
    across = _across(count, chosen)
    found: list[Region] = []
    for row, number in enumerate(across):
        top, bottom = row * height // len(across), (row + 1) * height // len(across)
        found += _row(width, number, top, bottom)
    return found


def beside(places: Sequence[Region], index: int, down: int) -> int | None:
    """Which pane of the row above (`down` -1) or below (1) has the nearest left edge.

    None where there is no such row.
    """
    here = places[index]
    tops = sorted({place.y for place in places})
    row = tops.index(here.y) + down
    if not 0 <= row < len(tops):
        return None
    there = [i for i, place in enumerate(places) if place.y == tops[row]]
    return min(there, key=lambda i: abs(places[i].x - here.x))


def least(places: Sequence[Region]) -> Size:
    """The width of the narrowest and the height of the lowest of at least one place."""
    return Size(min(place.width for place in places), min(place.height for place in places))


def _fixed(count: int, width: int, height: int, columns: int) -> Plan:
    widest = max(1, (width + _GUTTER) // (_FIXED_WIDTH + _GUTTER))
    columns = min(columns, widest, max(1, count))
    rows = min(_rows(count, columns), max(1, height // _FIXED_HEIGHT))
    return Plan(columns, rows, filled=True)


def _rows(count: int, columns: int) -> int:
    return max(1, -(-count // columns))


def _share(count: int, width: int, height: int, columns: int) -> tuple[float, float]:
    pane_width = (width - _GUTTER * (columns - 1)) / columns
    return pane_width, height / _rows(count, columns)


def _has_charts(count: int, width: int, height: int, columns: int) -> bool:
    pane_width, pane_height = _share(count, width, height, columns)
    return pane_width >= _CHART_WIDTH and pane_height >= _CHART_HEIGHT


def _score(count: int, width: int, height: int, columns: int) -> float:
    pane_width, pane_height = _share(count, width, height, columns)
    wasted = columns * _rows(count, columns) - count
    return min(pane_width / _GOOD_WIDTH, pane_height / _GOOD_HEIGHT) - 0.02 * wasted


def _across(count: int, chosen: Plan) -> list[int]:
    """How many panes stand in each row of a page."""
    rows = _rows(count, chosen.columns)
    if chosen.filled:
        return [min(chosen.columns, count - row * chosen.columns) for row in range(rows)]
    each, more = divmod(count, rows)
    return [each + (row < more) for row in range(rows)]


def _lines(count: int, width: int, chosen: Plan) -> list[Region]:
    """Lines stand in columns of one width, the last row too."""
    tops = accumulate([chosen.line] * chosen.rows, initial=0)
    places = [p for a, b in pairwise(tops) for p in _row(width, chosen.columns, a, b)]
    return places[:count]


def _row(width: int, across: int, top: int, bottom: int) -> list[Region]:
    edges = [round(i * (width + _GUTTER) / across) for i in range(across + 1)]
    return [
        Region(left, top, max(1, right - left - _GUTTER), bottom - top)
        for left, right in pairwise(edges)
    ]
