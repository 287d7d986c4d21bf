"""Candle intervals, from one second to calendar months, all aligned to UTC."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import total_ordering

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
# 1970-01-01 was a Thursday; weeks open on Mondays, as Binance's do.
_ORIGINS = {"w": 4 * DAY}
_PATTERN = re.compile(r"([1-9][0-9]{0,3})([smhdwM])")


@total_ordering
@dataclass(frozen=True, slots=True)
class Interval:
    """The length of a candle: `count` of `unit`, one of s m h d w M.

    Case matters as it does on the wire: `1m` is a minute, `1M` a calendar month.
    Times are int ms UTC.
    """

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read `1s`, `15m`, `4h`, `1M`; raises ValueError for anything else."""
        match = _PATTERN.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not an interval")
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    def __lt__(self, other: Interval) -> bool:
        return self.milliseconds < other.milliseconds

    @property
    def milliseconds(self) -> int:
        """The length in ms; exact for all but months, which count 30 days each here."""
        return self.count * _UNITS.get(self.unit, 30 * DAY)

    def floor(self, time: int) -> int:
        """The open time of the candle that `time` falls in."""
        if self.unit == "M":
            return _month_start(_month_index(time) // self.count * self.count)
        origin = _ORIGINS.get(self.unit, 0)
        return (time - origin) // self.milliseconds * self.milliseconds + origin

    def after(self, open_time: int, steps: int = 1) -> int:
        """The open time `steps` candles later (earlier when negative).

        Off-grid open times stay off-grid: exchanges have candles that open at odd times
        around their own outages.
        """
        if self.unit == "M":
            return _month_start(_month_index(open_time) + steps * self.count)
        return open_time + steps * self.milliseconds

    def steps(self, start: int, end: int) -> int:
        """How many candles open in [start, end), counted from `start`; 0 when end <= start."""
        if end <= start:
            return 0
        if self.unit == "M":
            return -((_month_index(start) - _month_index(end - 1) - 1) // self.count)
        return -((start - end) // self.milliseconds)


def _month_index(time: int) -> int:
    moment = datetime.fromtimestamp(time / 1000, UTC)
    return (moment.year - 1970) * 12 + moment.month - 1


def _month_start(index: int) -> int:
    return int(datetime(1970 + index // 12, index % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000
