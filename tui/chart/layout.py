"""Which candles fall in which column: the time grid of a chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice

from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.series import Hole


class Zoom(Enum):
    """How wide candles are drawn, from the closest to the farthest.

    `cells` is how many cells across one column takes: 1, 3 or 5; `candles` how many are merged
    into it.
    """

    WIDEST = "widest"
    WIDE = "wide"
    NORMAL = "normal"
    PAIRS = "pairs"
    QUADS = "quads"
    EIGHTS = "eights"
    SIXTEENS = "sixteens"

    def __init__(self, name: str) -> None:
        self.cells = {"widest": 5, "wide": 3}.get(name, 1)
        merged = {"pairs": 2, "quads": 4, "eights": 8, "sixteens": 16}
        self.candles = merged.get(name, 1)

    def within(self, cells: int) -> Zoom:
        """This zoom, or the closest one whose columns take no more than `cells`, 1 at least."""
        return self if self.cells <= cells else next(z for z in Zoom if z.cells <= max(1, cells))

    def step(self, by: int) -> Zoom:
        """The zoom `by` steps closer, farther when negative; stops at the ends."""
        order = list(Zoom)
        return order[max(0, min(len(order) - 1, order.index(self) - by))]


@dataclass(frozen=True, slots=True)
class Column:
    """One step of the time grid.

    `time` is where it starts, ms UTC. Without a `candle` it is a hole when `mark` says so, and
    otherwise a time in which nothing was traded. `mark` is empty or a role: `hole`, `uncertain`
    or `repaired`. `folded` is the number of candles missing in a hole too long to be drawn to
    scale, the same in all of the columns that stand for it; 0 elsewhere. `shape` is what is drawn
    of the candle: itself, or its Heikin-Ashi.
    """

    time: int
    candle: Candle | None = None
    mark: str = ""
    provisional: bool = False
    folded: int = 0
    shape: Candle | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """All that decides the columns before `until`, at most `count` of them.

    `bucket` is the length of a column: the interval of the candles, or a multiple of it. A hole
    of more columns than `fold` is drawn with that many.
    """

    candles: tuple[Candle, ...]
    holes: tuple[Hole, ...]
    repaired: tuple[Hole, ...]
    uncertain_from: int | None
    interval: Interval
    bucket: Interval
    until: int
    count: int = 0
    fold: int = 1


def arrange(past: Past) -> tuple[Column, ...]:
    """The columns up to `past.until`, oldest first, fewer than `count` when there are no more.

    A hole takes the columns of the candles that it lacks, a long one a few with their number.
    """
    return tuple(reversed(list(islice(_backwards(past), past.count))))


def start_of(time: int, interval: Interval, bucket: Interval) -> int:
    """Where the column of a candle that opens at `time` starts.

    A column of one candle starts with it: not every exchange's weeks begin on Mondays.
    """
    return time if bucket == interval else bucket.floor(time)


def column(group: Iterable[Candle], past: Past, newest: Candle | None = None) -> Column:
    """One column from the candles in it, at least one; `newest` may rightly be open still."""
    candles = tuple(group)
    start = start_of(candles[0].open_time, past.interval, past.bucket)
    open_ones = any(not c.closed and c is not newest for c in candles)
    whole = merged(candles)
    return Column(start, whole, _mark(start, past, open_ones), open_ones, shape=whole)


def merged(candles: tuple[Candle, ...]) -> Candle:
    """Several candles in a row as the one that they make together; at least one."""
    first, last = candles[0], candles[-1]
    if first is last:
        return first
    return replace(
        last,
        open_time=first.open_time,
        open=first.open,
        high=max(c.high for c in candles),
        low=min(c.low for c in candles),
        volume=sum(c.volume for c in candles),
        closed=all(c.closed for c in candles),
        trades=sum(c.trades for c in candles),
    )


def _backwards(past: Past) -> Iterator[Column]:
    later = past.until
    for start, group in _groups(past):
        yield from _between(past.bucket.after(start), later, past)
        yield column(reversed(group), past)
        later = start


def _groups(past: Past) -> Iterator[tuple[int, list[Candle]]]:
    """The candles of each column, newest first, with the column's start."""
    group: list[Candle] = []
    start = past.until
    for candle in reversed(past.candles):
        if group and candle.open_time < start:
            yield start, group
            group = []
        if not group:
            start = start_of(candle.open_time, past.interval, past.bucket)
        group.append(candle)
    if group:
        yield start, group


def _between(start: int, end: int, past: Past) -> Iterator[Column]:
    """The columns without candles in [start, end), newest first."""
    length = past.bucket.steps(start, end)
    if length > past.fold:
        missing = sum(_missing(hole, start, end, past.interval) for hole in past.holes)
        folded = Column(start, None, "hole" if missing else "", folded=missing)
        yield from [folded] * past.fold
        return
    for back in range(1, length + 1):
        time = past.bucket.after(start, length - back)
        unknown = _touches(past.holes, time, past.bucket.after(time))
        yield Column(time, None, "hole" if unknown else "")


def _missing(hole: Hole, start: int, end: int, interval: Interval) -> int:
    return interval.steps(max(hole.start, start), min(hole.end, end))


def _mark(start: int, past: Past, open_ones: bool) -> str:
    end = past.bucket.after(start)
    if _touches(past.holes, start, end):
        return "hole"
    if open_ones or (past.uncertain_from is not None and past.uncertain_from < end):
        return "uncertain"
    return "repaired" if _touches(past.repaired, start, end) else ""


def _touches(ranges: tuple[Hole, ...], start: int, end: int) -> bool:
    return any(r.start < end and start < r.end for r in ranges)
