"""What Kraken says over a WebSocket, in either protocol, as events.

All but `replied` raise ValueError for what cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import TypeVar

import msgspec

from tui.exchange.kraken.names import BY_MINUTES
from tui.exchange.reading import UNREADABLE, one_line
from tui.market.candle import Candle, flaw_of
from tui.market.events import (
    EARLIEST,
    LATEST,
    Ack,
    CandleReport,
    Event,
    Malformed,
    Refusal,
    Ticker,
    Trade,
)

_T = TypeVar("_T")
Values = tuple[float, float, float, float, float]


def of_rows(
    rows: Iterable[msgspec.Raw], decoder: msgspec.json.Decoder[_T], event_of: Callable[[_T], Event]
) -> list[Event]:
    """An event for each row: one that cannot be read does not take the others with it."""
    events: list[Event] = []
    for row in rows:
        try:
            events.append(event_of(decoder.decode(row)))
        except UNREADABLE as error:
            events.append(malformed(error))
    return events


def malformed(error: Exception) -> Malformed:
    """What was wrong with a frame, or with a part of one."""
    return Malformed(one_line(str(error)))


def candle_report(
    name: str, minutes: int, open_time: int, values: Values, trades: int, as_of: int
) -> CandleReport:
    """Open, high, low, close and volume; never closed, since Kraken has no word for that."""
    interval = BY_MINUTES.get(minutes)
    if interval is None or not EARLIEST <= open_time <= as_of < LATEST:
        raise ValueError("a candle of an unknown interval, or not of its time")
    candle = Candle(open_time, *values, closed=False, trades=trades, as_of=as_of)
    if candle.flaw:
        raise ValueError(candle.flaw)
    return CandleReport(name, interval, candle)


def trade(name: str, price: float, size: float, time: int, number: int | None) -> Trade:
    """One trade; only v2 numbers them."""
    if not (0 < price < inf and 0 <= size < inf and EARLIEST <= time < LATEST):
        raise ValueError("a trade without a finite price, or not of our age")
    return Trade(name, price, size, time, number, number)


def ticker(name: str, values: Values, time: int) -> Ticker:
    """The last 24 hours: the price then, high, low, last price and volume; `time` may be 0.

    The price then may be of a trade just before, which the high and low do not count.
    """
    first, high, low, last, volume = values
    highest, lowest = max(high, first), min(low, first)
    flaw = flaw_of(last, high, low, last, volume)
    if flaw := flaw or flaw_of(first, highest, lowest, last, volume):
        raise ValueError(flaw)
    return Ticker(name, first, highest, lowest, last, volume, time)


def replied(number: int | None, name: str | None, refused: bool, why: str) -> Sequence[Event]:
    """The reply to the command `number`, as to one symbol.

    Over its rate of messages Kraken loses a command. That is no answer to it: unconfirmed, it is
    sent again later. A connection of ours never wants two intervals of a symbol, so that one
    which is subscribed already is what was asked for.
    """
    if refused and "Exceeded msg rate" in why:
        return ()
    if refused and not why.startswith("Already subscribed"):
        reason = one_line(why) or "refused without a reason"
        return (Refusal(number, reason, name and one_line(name)),)
    return () if number is None else (Ack(number, name),)
