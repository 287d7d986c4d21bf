"""How any number of panes share the terminal: as charts, or where there is no room as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from textual.geometry import Region, Size

_GUTTER = 1
# A pane at least this large has a chart that is worth its place; smaller ones become lines.
_CHART_WIDTH, _CHART_HEIGHT = 24, 4
# The shape that a chart looks best in, as cells.
_GOOD_WIDTH, _GOOD_HEIGHT = 44, 12
_LINE_WIDTH = 38
_LINE_HEIGHT = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """How many panes stand side by side, and how high a row is; None shares the height out."""

    columns: int
    row_height: int | None = None


def plan(count: int, width: int, height: int, columns: int = 0) -> Plan:
    """The best arrangement of `count` panes in `width` x `height` cells.

    `columns` 0 chooses: the arrangement whose panes come nearest to a good chart in both
    directions. Where no arrangement leaves room for charts, panes become lines of text, as
    many side by side as stay readable; what does not fit then is reached by scrolling.
    """
    if columns:
        columns = min(columns, max(1, count))
        share = height // _rows(count, columns)
        return Plan(columns, None if share >= _CHART_HEIGHT else min(max(share, 1), _LINE_HEIGHT))
    charts = [c for c in range(1, count + 1) if _has_charts(count, width, height, c)]
    if charts:
        return Plan(max(charts, key=lambda c: _score(count, width, height, c)))
    columns = min(max(1, width // _LINE_WIDTH), max(1, count))
    return Plan(columns, min(max(height // _rows(count, columns), 1), _LINE_HEIGHT))


def regions(count: int, width: int, height: int, chosen: Plan) -> list[Region]:
    """Where each pane stands; the last row's panes share its whole width."""
    rows = _rows(count, chosen.columns)
    found: list[Region] = []
    for row in range(rows):
        top, bottom = (
            (row * chosen.row_height, (row + 1) * chosen.row_height)
            if chosen.row_height
            else (row * height // rows, (row + 1) * height // rows)
        )
        across = min(chosen.columns, count - row * chosen.columns)
        if chosen.row_height:
            found += _row(width, chosen.columns, top, bottom)[:across]
        else:
            found += _row(width, across, top, bottom)
    return found


def least(places: Sequence[Region]) -> Size:
    """The width of the narrowest and the height of the lowest of at least one place."""
    return Size(min(place.width for place in places), min(place.height for place in places))


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


def _row(width: int, across: int, top: int, bottom: int) -> list[Region]:
    edges = [round(i * (width + _GUTTER) / across) for i in range(across + 1)]
    return [
        Region(left, top, max(1, right - left - _GUTTER), bottom - top)
        for left, right in pairwise(edges)
    ]
