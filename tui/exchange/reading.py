"""Reading JSON that an exchange sent: what all exchange files share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from tui.errors import ExchangeError
from tui.market.events import EARLIEST, LATEST
from tui.text import clean

# What msgspec raises for bytes that are not what was expected, or not JSON at all.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
# ms UTC of our age: seconds, microseconds and nanoseconds do not pass.
Time = Annotated[int, Meta(ge=EARLIEST, lt=LATEST)]
# What is counted and numbered: trades, their ids.
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
# Ms by which what we take for the present may lag behind the exchange's own clock.
CLOCK_SKEW = 60_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LINE_CELLS = 200
_DECIMALS = 8
_MOST_DECIMALS = 18
_T = TypeVar("_T")


def one_line(said: str) -> str:
    """The exchange's own words, or a decoder's about them, clean and at most 200 cells."""
    return clean(said, _LINE_CELLS)


def unexpected(title: str, expected: str, hint: str = "") -> ExchangeError:
    """The exchange of that title sent something else than what was expected."""
    return ExchangeError(f"{title} answered with something else than {expected}.", hint)


def decoded(decoder: msgspec.json.Decoder[_T], body: bytes, title: str, expected: str) -> _T:
    """The body of an answer; raises ExchangeError that names the exchange and what was expected."""
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        raise unexpected(title, expected, one_line(str(error))) from error


def readable(decoder: msgspec.json.Decoder[_T], items: Iterable[msgspec.Raw]) -> Iterator[_T]:
    """The items of a list that can be read: one that cannot does not take the others with it."""
    for item in items:
        try:
            yield decoder.decode(item)
        except UNREADABLE:
            continue


def moment(text: str) -> int:
    """ms UTC of a time of our age as RFC 3339 has it; what is finer is cut off, never rounded up.

    A trade of the last microsecond of a minute stays in that minute, which msgspec's own reading
    of nine digits would move to the next. Raises ValueError for all else.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("a time must say its offset from UTC")
    milliseconds = (time - _EPOCH) // _MILLISECOND
    if not EARLIEST <= milliseconds < LATEST:
        raise ValueError("a time must be of our age")
    return milliseconds


def decimals(size: str) -> int:
    """Decimals that a step such as `0.01000000` or `1e-8` leaves, at most 18; 8 without one.

    A step of zero switches an exchange's rule off, so it is none.
    """
    try:
        step = Decimal(size).normalize()
    except ArithmeticError:  # no number, or one with an exponent beyond all bounds
        return _DECIMALS
    if not step or not step.is_finite():
        return _DECIMALS
    return max(0, min(_MOST_DECIMALS, -int(step.as_tuple().exponent)))
