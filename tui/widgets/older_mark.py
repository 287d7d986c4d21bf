"""The mark at the left edge of a chart: what is known of the candles before the oldest one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len

from tui.chart.frame import Options, wanted
from tui.chart.picture import Row, Run, merge
from tui.feed.status import Older, OlderState, SeriesView
from tui.widgets.mosaic import Part

_LOADING = ("loading older…", "older…")
_NONE = ("no older candles", "no older")
_FULL = ("no more candles are kept", "no more kept")


def wants_older(view: SeriesView, width: int, options: Options) -> bool:
    """Whether less than a screenful is left before a chart of `width` that looks at the past.

    One that is not panned looks at it where it draws several candles in a column.
    """
    if not options.offset and options.zoom.candles == 1:
        return False
    shown = wanted(width, options)
    ahead = shown - options.offset if options.offset else 0
    return view.known < shown + ahead


def marked(part: Part, view: SeriesView, width: int, options: Options, now: float) -> Part:
    """The history of a chart with the mark in its upper left corner, where it has one.

    `now` is by the engine's clock, in seconds.
    """
    if not wants_older(view, width, options) or not part.rows:
        return part
    at_its_end = view.known < wanted(width, options)
    forms, role = _words(view.older, now, at_its_end=at_its_end)
    room = part.region.width - 2
    text = next((f" {form} " for form in forms if cell_len(form) <= room), "")
    if not text:
        return part
    return replace(part, rows=[_over(part.rows[0], (text, role)), *part.rows[1:]])


def _words(older: Older, now: float, *, at_its_end: bool) -> tuple[Sequence[str], str]:
    """From the longest to the shortest; that there is nothing more is said at the end only."""
    match older.state:
        case OlderState.LOADING:
            return _LOADING, "axis"
        case OlderState.FAILED:
            wait = max(0, round(older.retry_at - now))
            again = f"next try in {wait} s" if wait else "trying again"
            said = f"No older candles yet: {older.reason} {again.capitalize()}."
            return (said, f"older: failed, {again}", "older: failed"), "uncertain"
        case OlderState.NONE if at_its_end:
            return _NONE, "axis"
        case OlderState.FULL if at_its_end:
            return _FULL, "axis"
    return (), ""


def _over(row: Row, run: Run) -> Row:
    """A row whose first cells are hidden by a run."""
    hidden = cell_len(run[0])
    rest: list[Run] = []
    for text, role in row:
        rest.append((text[hidden:], role))
        hidden = max(0, hidden - len(text))
    return merge((run, *rest))
