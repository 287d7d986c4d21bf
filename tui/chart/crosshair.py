"""The crosshair: which column it is on, and what that column's candle says."""

from __future__ import annotations

from bisect import bisect_right

from tui.chart import timeline
from tui.chart.frame import Frame
from tui.chart.layout import Column
from tui.chart.picture import Row, Run
from tui.market import format as text
from tui.market.candle import Candle

_OFF_VIEW: Row = (("not on view", "muted"),)


def read_out(frame: Frame) -> tuple[Row, ...]:
    """The candle under the crosshair as rows of texts, from the longest form to the shortest.

    Time, open, high, low, close, volume, and the change since the close before it: always what
    was traded, whatever the chart draws of it.
    """
    columns = _columns(frame)
    at = next((n for n, column in enumerate(columns) if column.time == frame.cursor), None)
    if at is None:
        return (_OFF_VIEW,)
    column, before = columns[at], columns[at - 1] if at else None
    when = timeline.moment(column.time, frame.history.past.bucket, frame.tz)
    if column.candle is None:
        said = "missing" if column.mark == "hole" else "no trades"
        return (((f"{when[0]} {said}", "muted"),), ((f"{when[1]} {said}", "muted"),))
    return _of_candle(column.candle, before.candle if before else None, when, frame.digits)


def time_at(frame: Frame, x: int) -> int | None:
    """The time of the column at the cell `x` of the chart; None where there is none."""
    columns = _columns(frame)
    index = (x - frame.history_width - frame.live_width) // frame.zoom.cells
    return columns[index].time if -len(columns) <= index < 0 else None


def beside(frame: Frame, cursor: int, by: int) -> int | None:
    """The time `by` columns later than that of `cursor`, earlier when negative.

    It may be beyond the view. None without candles.
    """
    after = frame.history.past.bucket.after
    # The columns of a folded hole have one time.
    times = list(dict.fromkeys(column.time for column in _columns(frame)))
    if not times:
        return None
    if not times[0] <= cursor < after(times[-1]):
        return after(cursor, by)
    at = bisect_right(times, cursor) - 1
    inside = 0 <= at + by < len(times)
    return times[at + by] if inside else after(times[at], by)


def _columns(frame: Frame) -> tuple[Column, ...]:
    return (*frame.history.columns, frame.live) if frame.live else ()


def _of_candle(
    candle: Candle, before: Candle | None, when: tuple[str, str], digits: int
) -> tuple[Row, ...]:
    role = "up" if candle.close >= candle.open else "down"
    first, high, low, last = (
        _named(name, text.price(value, digits), role)
        for name, value in zip("OHLC", candle.values[:4], strict=True)
    )
    volume = _named("V", text.volume(candle.volume), "text")
    reference = before.close if before else candle.open
    change: Run = f" {text.percent(candle.close / reference - 1)}", role
    date, clock = (((words, "strong"),) for words in when)
    prices = (*first, *high, *low, *last)
    return (
        (*date, *prices, *volume, change),
        (*clock, *prices, *volume, change),
        (*clock, *prices, change),
        (*clock, *prices),
        prices,
        (*clock, *last, change),
        (*clock, *last),
    )


def _named(name: str, value: str, role: str) -> Row:
    """` H 56256.37`."""
    return ((f" {name} ", "muted"), (value, role))
