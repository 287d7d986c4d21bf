"""The time axis: labels at round times under the columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from tui.chart.layout import Column
from tui.market.interval import DAY, MINUTE, Interval

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Step:
    """The distance between labels: seconds of local time, or calendar months."""

    seconds: int = 0
    months: int = 0

    @property
    def milliseconds(self) -> int:
        """The length, months as 30 days each."""
        return self.seconds * 1000 + self.months * 30 * DAY

    def index(self, moment: datetime) -> int:
        """The number of the step `moment` is in; weeks start on Mondays, as 0001-01-01 was one."""
        if self.months:
            return (moment.year * 12 + moment.month - 1) // self.months
        clock = moment.hour * 3600 + moment.minute * 60 + moment.second
        return ((moment.toordinal() - 1) * _DAY + clock) // self.seconds

    def label(self, moment: datetime, before: datetime) -> str:
        """`12:30`, or `12 Mar` on another day than `before`; `Mar`, or `2026` in another year."""
        month = _MONTHS[moment.month - 1]
        if self.months:
            return month if moment.year == before.year else str(moment.year)
        if self.seconds >= _DAY or moment.date() != before.date():
            return f"{moment.day} {month}"
        return f"{moment:%H:%M:%S}" if self.seconds < 60 else f"{moment:%H:%M}"

    @property
    def cells(self) -> int:
        """The width of the widest label and the space that it needs around it."""
        return 11 if self.seconds and self.seconds < 60 else 9


_STEPS = (
    *(Step(seconds) for seconds in (5, 10, 15, 30)),
    *(Step(minutes * 60) for minutes in (1, 2, 5, 10, 15, 30)),
    *(Step(hours * 3600) for hours in (1, 2, 3, 6, 12)),
    *(Step(days * _DAY) for days in (1, 2, 7, 14)),
    *(Step(months=months) for months in (1, 3, 6, 12, 60, 120)),
)


def ticks(columns: Sequence[Column], bucket: Interval, cells: int, tz: tzinfo) -> dict[int, str]:
    """Index of a column to the label of the round time that starts there or since the one before.

    `cells` is the width of a column. Labels are far enough apart not to touch when centred.
    """
    step = _step(bucket, cells)
    found: dict[int, str] = {}
    labelled: datetime | None = None
    at = free = 0
    for index, column in enumerate(columns):
        moment = datetime.fromtimestamp(column.time / 1000, tz)
        before, at = at, step.index(moment)
        labelled = labelled or moment
        if before and at != before and index * cells >= free:
            found[index] = step.label(moment, labelled)
            free, labelled = index * cells + step.cells - 1, moment
    return found


def moment(time: int, bucket: Interval, tz: tzinfo) -> tuple[str, str]:
    """The start of a column in a long and a short form: `12 Mar 14:05` and `14:05`.

    `12 Mar 2026` and `12 Mar` for columns of a day or more.
    """
    at = datetime.fromtimestamp(time / 1000, tz)
    day = f"{at.day} {_MONTHS[at.month - 1]}"
    if bucket.milliseconds >= DAY:
        return f"{day} {at.year}", day
    clock = f"{at:%H:%M:%S}" if bucket.milliseconds < MINUTE else f"{at:%H:%M}"
    return f"{day} {clock}", clock


def label_row(labels: dict[int, str], columns: int, cells: int) -> str:
    """The labels centred under their columns, as a text of `columns * cells` cells.

    A label that the edges would cut is left out.
    """
    row = ""
    for index, label in labels.items():
        start = index * cells + cells // 2 - len(label) // 2
        if start >= len(row) and start + len(label) <= columns * cells:
            row = row.ljust(start) + label
    return row.ljust(columns * cells)


def _step(bucket: Interval, cells: int) -> Step:
    """The finest step whose labels have room and that whole columns make up."""
    length = bucket.milliseconds
    for step in _STEPS:
        room = step.milliseconds // length * cells >= step.cells
        if room and (step.milliseconds % length == 0 or step.milliseconds >= DAY):
            return step
    return _STEPS[-1]
