"""Reading one value of a JSON message: where it stands, what it must be, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from tui.exchange.jsonfeed.frames import brief
from tui.exchange.jsonfeed.paths import JsonPath
from tui.market.events import EARLIEST, LATEST
from tui.market.interval import Interval

Reader = Callable[[Any], Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# So many of the unit are a millisecond, or so many milliseconds one of the unit.
_PER_MILLISECOND = {"ms": 1, "us": 1_000, "ns": 1_000_000}
_SECOND = 1_000
TIME_UNITS = ("ms", "s", "us", "ns", "iso")
_LARGEST_ID = 2**63 - 1


class Unreadable(Exception):  # noqa: N818 it is what a message is, not a mistake of ours
    """A message that should have been read cannot be: which field, and why, in clean text."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value: its name, its place, and what makes something of it or raises ValueError."""

    name: str
    path: JsonPath
    read: Reader

    def of(self, message: Any, row: Any) -> Any:
        """The value in a message, or in one of its rows. Raises Unreadable."""
        found = self.path.find(message, row)
        if found is None:
            raise Unreadable(f"{self.name}: nothing at '{self.path.text}'")
        return made_of(found, self.read, self.name, f" at '{self.path.text}'")


def made_of(found: Any, read: Reader, name: str, where: str = "") -> Any:
    """What `read` makes of a value; raises Unreadable that names it, and where it stands."""
    try:
        return read(found)
    except ValueError as error:
        flaw = str(error)
    except OverflowError:
        flaw = "too large"
    raise Unreadable(f"{name}: {brief(found)}{where} is {flaw}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """An interval by its word on the wire."""

    intervals: Mapping[str, Interval]

    def __call__(self, found: Any) -> Interval:
        interval = self.intervals.get(str(found)) if isinstance(found, str | int) else None
        if interval is None:
            raise ValueError(f"none of {', '.join(self.intervals)}")
        return interval


@dataclass(frozen=True, slots=True)
class Time:
    """A time in this unit, as int ms UTC of our age; ISO 8601 without a zone is UTC."""

    unit: str

    def __call__(self, found: Any) -> int:
        time = _milliseconds(found, self.unit)
        if not EARLIEST <= time < LATEST:
            raise ValueError(f"no time in {self.unit}{_better_unit(found)}")
        return time


def number(found: Any) -> float:
    """A finite number, also one in a text."""
    if type(found) not in (int, float, str):
        raise ValueError("no number")
    try:
        value = float(found)
    except ValueError:
        raise ValueError("no number") from None
    if not isfinite(value):
        raise ValueError("no finite number")
    return value


def truth(found: Any) -> bool:
    """True or false, and nothing that could be taken for one of them."""
    if not isinstance(found, bool):
        raise ValueError("neither true nor false")
    return found


def name_text(found: Any) -> str:
    """A text that is not empty."""
    if not isinstance(found, str) or not found:
        raise ValueError("no name")
    return found


def count(found: Any) -> int:
    """A whole number that is not negative, also one in a text: an id."""
    text = str(found) if type(found) is int else found
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal() or len(text) > 19:
        raise ValueError("no whole number")
    if int(text) > _LARGEST_ID:
        raise ValueError("no whole number")
    return int(text)


def written_time(time: int, unit: str) -> str:
    """A time (ms UTC) in a unit of the wire."""
    if unit == "iso":
        return (_EPOCH + time * _MILLISECOND).isoformat().replace("+00:00", "Z")
    return str(time // _SECOND if unit == "s" else time * _PER_MILLISECOND[unit])


def _milliseconds(found: Any, unit: str) -> int:
    if unit == "iso":
        if not isinstance(found, str):
            raise ValueError("no ISO 8601 time")
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            raise ValueError("no ISO 8601 time") from None
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND
    whole = count(found) if isinstance(found, str) and found.isdecimal() else found
    exact = whole if type(whole) is int else number(found)
    return round(exact * _SECOND) if unit == "s" else int(exact // _PER_MILLISECOND[unit])


def _better_unit(found: Any) -> str:
    """What unit would make a time of it, as a hint."""
    for unit in TIME_UNITS[:-1]:
        try:
            if EARLIEST <= _milliseconds(found, unit) < LATEST:
                return f"; it may be in {unit}"
        except ValueError:
            return ""
    return ""
