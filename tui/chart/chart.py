"""A frame drawn: history, live column and price axis, each as rows of runs.

They are separate so that a tick redraws two narrow strips and the history stays on the screen.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from tui.chart import axis, studied, timeline
from tui.chart.frame import Frame, Options, Series, frame, wanted
from tui.chart.glyphs import SETS
from tui.chart.kinds import extent
from tui.chart.notes import LEAST_ROWS, write_notes
from tui.chart.picture import Row, Run, blank, merge
from tui.chart.strip import strip
from tui.market import format as text

__all__ = [
    "Frame",
    "Options",
    "Series",
    "axis_rows",
    "frame",
    "history_rows",
    "live_rows",
    "wanted",
]


def history_rows(frame: Frame) -> list[Row]:
    """All columns but the newest: `frame.height` rows of `frame.history_width` cells."""
    columns, cells = frame.history.columns, frame.zoom.cells
    labels = timeline.ticks(columns, frame.history.past.bucket, cells, frame.tz)
    grid = axis.labels(frame.scale, frame.digits) if frame.axis_width else ()
    befores = (None, *columns)
    strips = [
        strip(column, before, frame, index in labels, grid)
        for index, (column, before) in enumerate(zip(columns, befores, strict=False))
    ]
    _write_on_folds(strips, frame)
    lines = [list(line) for line in zip(_margin(frame), *strips, strict=True)]
    plot = lines[: frame.bands.plot]
    write_notes(plot, frame)
    lines[: frame.bands.plot] = plot
    if frame.bands.times:
        times = timeline.label_row(labels, len(columns), cells).rjust(frame.history_width)
        lines.append([(times, "axis")] if frame.bands.rule else _over(times, lines.pop()))
    rows = [merge(line) for line in lines]
    return studied.history_rows(rows, frame) if frame.curves else rows


def live_rows(frame: Frame) -> list[Row]:
    """The newest column: `frame.height` rows of `frame.live_width` cells."""
    nothing = blank(frame.live_width)
    if frame.live is None:
        return [(nothing,)] * frame.height
    before = frame.history.columns[-1] if frame.history.columns else None
    runs = strip(frame.live, before, frame, False, ())
    runs += [nothing] * (frame.bands.height - len(runs))
    rows: list[Row] = [(run,) for run in runs]
    return studied.live_rows(rows, frame) if frame.curves else rows


def axis_rows(frame: Frame) -> list[Row]:
    """The price axis: `frame.height` rows of `frame.axis_width` cells.

    The last price stands on its row, up or down by the newest column, and so do the newest
    column's highest and lowest where no other goes beyond them; under them the greatest volume
    and the time zone.
    """
    cells, live = frame.axis_width, frame.live.candle if frame.live else None
    if not cells or not live:
        return [(blank(cells),) if cells else ()] * frame.height
    rows = list(axis.price_rows(frame.scale, frame.digits, cells))
    dash = SETS[frame.glyphs].dash
    for price in _live_extremes(frame):
        rows[frame.scale.row(price)] = axis.mark(price, frame.scale, frame.digits, cells, dash)
    if frame.price is not None:
        rising = frame.price >= live.open
        pointer = SETS[frame.glyphs].pointer
        row, run = axis.tag(frame.price, rising, frame.scale, frame.digits, cells, pointer)
        rows[row] = (run,)
    rows += [(blank(cells),)] * (frame.bands.height - len(rows))
    if frame.bands.volume:
        rows[frame.bands.plot] = _label(text.volume(frame.volume_high), cells)
    if frame.bands.times:
        zone = datetime.fromtimestamp(live.open_time / 1000, frame.tz).tzname()
        rows[-1] = _label(zone or "", cells)
    return studied.axis_rows(rows, frame) if frame.panels else rows


def _live_extremes(frame: Frame) -> list[float]:
    """The highest and the lowest price on view, as far as they are in the newest column."""
    if not frame.live or not frame.live.shape or frame.bands.plot < LEAST_ROWS:
        return []
    low, high = extent(frame.live.shape, frame.kind)
    return [low] * (not frame.bottoms) + [high] * (not frame.tops)


def _label(words: str, cells: int) -> Row:
    return ((f" {words}".ljust(cells)[:cells], "axis"),)


def _margin(frame: Frame) -> list[Run]:
    """What is left of the oldest column."""
    room = frame.history_width - len(frame.history.columns) * frame.zoom.cells
    bands = frame.bands
    rule = (SETS[frame.glyphs].rule * room, "axis") if bands.rule else blank(room)
    return [blank(room)] * (bands.plot + bands.volume) + [rule] * bands.foot


def _write_on_folds(strips: list[list[Run]], frame: Frame) -> None:
    """Write how many candles are missing on the columns that stand for a long hole."""
    cells, middle = frame.zoom.cells, frame.bands.plot // 2
    folds = groupby(range(len(strips)), lambda index: frame.history.columns[index].folded)
    for missing, places in folds:
        if not missing:
            continue
        fold = list(places)
        line = _fold_text(missing, len(fold) * cells, SETS[frame.glyphs].hole)
        for place, index in enumerate(fold):
            strips[index][middle] = line[place * cells : (place + 1) * cells], "hole"


def _fold_text(missing: int, cells: int, hatch: str) -> str:
    """The longest wording that fits, in the middle of the hatching."""
    wordings = (f" {missing} missing ", f" {missing} ", "")
    return next(w for w in wordings if len(w) <= cells).center(cells, hatch)


def _over(times: str, marks: list[Run]) -> list[Run]:
    """Times and marks on one row; a time hides the marks under it."""
    below = [(char, role) for run, role in marks for char in run]
    pairs = zip(times, below, strict=True)
    return [mark if time == " " else (time, "axis") for time, mark in pairs]
