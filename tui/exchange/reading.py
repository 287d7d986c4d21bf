"""Reading JSON that an exchange sent: what all exchange files share."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from tui.errors import ExchangeError
from tui.text import clean

# What msgspec raises for bytes that are not what was expected, or not JSON at all.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
# ms UTC from 2009 to 2100: seconds and microseconds do not pass.
Time = Annotated[int, Meta(ge=1_230_768_000_000, lt=4_102_444_800_000)]
_LINE_CELLS = 200
_MOST_DECIMALS = 18
_T = TypeVar("_T")


def one_line(said: str) -> str:
    """The exchange's own words, or a decoder's about them, clean and at most 200 cells."""
    return clean(said, _LINE_CELLS)


def decoded(decoder: msgspec.json.Decoder[_T], body: bytes, title: str, expected: str) -> _T:
    """The body of an answer; raises ExchangeError that names the exchange and what was expected."""
    try:
        return decoder.decode(body)
    except UNREADABLE as error:
        message = f"{title} answered with something else than {expected}."
        raise ExchangeError(message, one_line(str(error))) from error


def decimals(size: str) -> int:
    """Decimals that a step such as `0.01000000` leaves; 8 without one (zero: no such rule)."""
    if not size.strip("0."):
        return 8
    return min(_MOST_DECIMALS, len(size.rstrip("0").partition(".")[2]))
