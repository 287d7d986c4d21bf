"""A chart's rows with the studies in them: lines over the plot, panels between volume and rule."""

from __future__ import annotations

from collections.abc import Sequence

from tui.chart.frame import Frame
from tui.chart.glyphs import SETS, Glyphs
from tui.chart.overlay import Canvas, draw, over, put
from tui.chart.panel import Panel
from tui.chart.picture import Row, blank, merge
from tui.chart.scale import Scale
from tui.market import format as text


def history_rows(rows: list[Row], frame: Frame) -> list[Row]:
    """The history's rows with all studies."""
    columns = range(len(frame.history.columns))
    margin = frame.history_width - len(columns) * frame.zoom.cells
    return _studied(rows, frame, columns, margin, frame.history_width, named=True)


def live_rows(rows: list[Row], frame: Frame) -> list[Row]:
    """The live column's rows with all studies."""
    columns = [len(frame.history.columns)]
    return _studied(rows, frame, columns, 0, frame.live_width, named=False)


def axis_rows(rows: list[Row], frame: Frame) -> list[Row]:
    """The price axis' rows with the panels' values in them."""
    below = frame.bands.plot + frame.bands.volume
    inserted = [row for panel in frame.panels for row in _labels(panel, frame)]
    return [*rows[:below], *inserted, *rows[below:]]


def value(number: float | None, unit: str, digits: int) -> str:
    """A study's value as the legend has it; a dash where there is none."""
    if number is None:
        return "–"
    if unit == "volume":
        return text.volume(number)
    return text.price(number, 1 if unit == "share" else digits)


def _studied(
    rows: list[Row], frame: Frame, columns: Sequence[int], margin: int, width: int, *, named: bool
) -> list[Row]:
    plot, below = frame.bands.plot, frame.bands.plot + frame.bands.volume
    inserted: list[Row] = []
    for panel in frame.panels:
        cells = _drawn(panel, frame, columns, margin, width)
        if named:
            _name(cells, panel)
        inserted += [merge(line) for line in cells]
    return [
        *over(rows[:plot], frame, columns, margin),
        *rows[plot:below],
        *inserted,
        *rows[below:],
    ]


def _drawn(panel: Panel, frame: Frame, columns: Sequence[int], margin: int, width: int) -> Canvas:
    """The cells of a panel: lines before bars before guides."""
    cells = [[blank(1)] * width for _ in range(panel.scale.rows)]
    curve = panel.curve
    for look, index in enumerate(i for i in range(len(curve.kind.lines)) if i != curve.kind.bars):
        draw(cells, curve, index, 2 * look, panel.scale, frame, columns, margin)
    if curve.kind.bars is not None:
        _bars(cells, panel, curve.kind.bars, frame, columns, margin)
    for guide in curve.kind.guides:
        for x in range(width):
            put(cells, panel.scale.row(guide), x, SETS[frame.glyphs].grid, "grid")
    return cells


def _bars(
    cells: Canvas, panel: Panel, line: int, frame: Frame, columns: Sequence[int], margin: int
) -> None:
    width, past = frame.zoom.cells, panel.curve.past
    for place, column in enumerate(columns):
        value = (past[column] if column < len(past) else panel.curve.live)[line]
        if value is None:
            continue
        role = "volume-up" if value >= 0 else "volume-down"
        for row, char in _bar(value, panel.scale, frame.glyphs).items():
            for x in range(width):
                put(cells, row, margin + place * width + x, char, role)


def _bar(value: float, scale: Scale, glyphs: Glyphs) -> dict[int, str]:
    """Row to glyph of a bar from zero to `value`, in half cells."""
    ends = sorted((scale.level(0.0), scale.level(value)))
    halves: dict[int, int] = {}
    for level in range(ends[0], ends[1] + 1):
        row = scale.rows - 1 - level // 2
        halves[row] = halves.get(row, 0) | 1 << level % 2
    return {row: "|" if glyphs is Glyphs.ASCII else " ▄▀█"[both] for row, both in halves.items()}


def _name(cells: Canvas, panel: Panel) -> None:
    """The study's name at the left, where the oldest values are."""
    name = f"{panel.curve.label} "
    if len(name) < len(cells[0]) // 2:
        cells[0][: len(name)] = [(char, "axis") for char in name]


def _labels(panel: Panel, frame: Frame) -> list[Row]:
    """The guides, or the ends of the scale, and on its row the newest value."""
    scale, unit, width = panel.scale, panel.curve.kind.unit, frame.axis_width
    words = {scale.row(guide): f" {guide:g}" for guide in panel.curve.kind.guides}
    if not words:
        ends = (0, scale.high), (scale.rows - 1, scale.low)
        words = {row: f" {_fitting(end, unit, frame.digits, width - 2)}" for row, end in ends}
    rows = [_label(words.get(row, ""), width, "axis") for row in range(scale.rows)]
    newest = panel.curve.live[0]
    if newest is not None:
        shown = SETS[frame.glyphs].pointer + _fitting(newest, unit, frame.digits, width - 1)
        rows[scale.row(newest)] = _label(shown, width, panel.curve.role)
    return rows


def _fitting(number: float, unit: str, digits: int, width: int) -> str:
    """The value with as many decimals as there is room for."""
    wordings = (value(number, unit, d) for d in range(digits, -1, -1))
    return next((words for words in wordings if len(words) <= width), text.volume(number))


def _label(words: str, width: int, role: str) -> Row:
    return ((words.ljust(width)[:width], role),)
