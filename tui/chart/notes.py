"""What is written into the plot where nothing else is drawn: highest, lowest, and what this is."""

from __future__ import annotations

from collections.abc import Iterator

from tui.chart.frame import Frame
from tui.chart.glyphs import SETS
from tui.chart.kinds import Kind, extent
from tui.chart.picture import Run
from tui.market import format as text

LEAST_ROWS = 6
"""Lower plots have no marks at the highest and lowest price."""

_FREE = {"blank", "grid", "cursor"}
Line = list[Run]
Place = tuple[int, int, str]
"""Row, first cell and text."""


def write_notes(lines: list[Line], frame: Frame) -> None:
    """Write into the rows of the history's plot; the two prices only where they hide nothing."""
    places = [_first_free(lines, places) for places in _extremes(frame)]
    places.append(_caption(lines, frame))
    for place in places:
        if place:
            row, at, words = place
            cells = _cells(lines[row])
            cells[at : at + len(words)] = [(char, "axis") for char in words]
            lines[row] = cells


def _extremes(frame: Frame) -> Iterator[list[Place]]:
    """Where the highest and the lowest price of the history may be written, best first.

    Of several columns that reach as far the newest has the mark.
    """
    if not frame.axis_width or frame.bands.plot < LEAST_ROWS:
        return
    lows, highs = {}, {}
    for index, column in enumerate(frame.history.columns):
        if column.shape:
            low, high = extent(column.shape, frame.kind)
            lows[low], highs[high] = index, index
    if highs and frame.tops:
        yield _beside(frame, highs[frame.history.high], frame.history.high, -1)
    if lows and frame.bottoms:
        yield _beside(frame, lows[frame.history.low], frame.history.low, 1)


def _beside(frame: Frame, index: int, price: float, beyond: int) -> list[Place]:
    """Right and left of a column at the price's row, and in the row beyond it."""
    columns, cells = len(frame.history.columns), frame.zoom.cells
    left = frame.history_width - (columns - index) * cells
    row, words = frame.scale.row(price), text.price(price, frame.digits)
    dash = SETS[frame.glyphs].dash
    middle = left + cells // 2 - len(words) // 2
    return [
        (row, left + cells, f"{dash}{words}"),
        (row, left - len(words) - 1, f"{words}{dash}"),
        (row + beyond, max(0, min(frame.history_width - len(words), middle)), words),
    ]


def _caption(plot: list[Line], frame: Frame) -> Place | None:
    """What a chart must say of itself: a corner where it hides nothing, else the first."""
    averaged = frame.kind is Kind.HEIKIN_ASHI
    forms = [
        ", ".join(filter(None, (name if averaged else "", "log" if frame.scale.log else "")))
        for name in ("Heikin-Ashi", "HA")
    ]
    width = frame.history_width
    words = next((form for form in forms if form and len(form) <= width // 2), "")
    if not words:
        return None
    corners = [(row, at, words) for at in (0, width - len(words)) for row in (0, len(plot) - 1)]
    return _first_free(plot, corners) or corners[0]


def _first_free(plot: list[Line], places: list[Place]) -> Place | None:
    return next((place for place in places if _is_free(plot, *place)), None)


def _is_free(plot: list[Line], row: int, at: int, words: str) -> bool:
    if not 0 <= row < len(plot) or at < 0:
        return False
    under = _cells(plot[row])[at : at + len(words)]
    return len(under) == len(words) and all(role in _FREE for _, role in under)


def _cells(line: Line) -> Line:
    """Run by run of one cell each."""
    return [(char, role) for run, role in line for char in run]
