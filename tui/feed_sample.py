"""How a declared feed reads a sample message, in words: each field, where it stands, what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tui.errors import ExchangeError, UnreadError
from tui.exchange.jsonfeed.feed import JsonFeed
from tui.exchange.jsonfeed.fields import Field, Unreadable
from tui.exchange.jsonfeed.frames import brief
from tui.exchange.jsonfeed.parts import CandleParts, TradeParts
from tui.exchange.jsonfeed.reading import Found, Kind
from tui.market.events import (
    LATEST,
    Ack,
    CandleReport,
    Event,
    LoggedIn,
    LoginRefused,
    Malformed,
    Ping,
    Pong,
    Refusal,
    Trade,
)
from tui.market.symbol import Subscription, Symbol
from tui.text import clean

_ROWS_SHOWN = 3
_HEADS = ("field", "where", "found", "read as")
Cells = tuple[str, str, str, str]


def message_read(feed: JsonFeed, frame: bytes) -> Iterator[str]:
    """Lines on a frame and what it says; at their end UnreadError when it is not all read."""
    events = feed.parse(frame)
    flaw = next((event.reason for event in events if isinstance(event, Malformed)), "")
    try:
        message = feed.reader.message(frame)
    except Unreadable:
        raise UnreadError(f"{feed.title} cannot read this: {flaw}.") from None
    known = feed.reader.kind_of(message)
    if known is None:
        yield f"{feed.title} has no such kind of message:"
        yield from (_mismatch(kind, message) for kind in feed.reader.kinds)
        raise UnreadError(f"{feed.title} does not read this message; no kind has these marks.")
    kind, found = known
    yield f"{feed.title} takes this message for: {kind.name}"
    yield from _parts_read(feed, kind, message, found)
    yield from (_in_words(event) for event in events if not isinstance(event, Malformed))
    if flaw:
        raise UnreadError(f"{feed.title} cannot read this {kind.name}: {flaw}.")


def history_read(feed: JsonFeed, body: bytes) -> Iterator[str]:
    """Lines on the answer to a request for history; at their end UnreadError when it is none."""
    history = feed.declared.history
    if history is None:
        raise UnreadError(f"{feed.title} declares no history.", "It needs a rest_url.")
    subscription = Subscription(Symbol(feed.name, "SYMBOL"), min(feed.intervals))
    try:
        rows = history.rows_of(body, feed.title, "a history")
        for row in rows[:_ROWS_SHOWN]:
            yield from _table([_field_read(field, rows, row) for field in history.bar.fields])
        candles = feed.parse_history(subscription, body, LATEST - 1)
    except ExchangeError as error:
        raise UnreadError(str(error)) from error
    if not candles:
        raise UnreadError(f"{feed.title} reads no candle in this.")
    span = f"from {_time(candles[0].open_time)} to {_time(candles[-1].open_time)}"
    yield f"candles: {len(candles)} in {len(rows)} rows, {span}"


def _mismatch(kind: Kind, message: Any) -> str:
    return f"  {kind.name}: {clean(kind.shape.mismatch(message), 120)}"


def _parts_read(feed: JsonFeed, kind: Kind, message: Any, found: Found) -> Iterator[str]:
    """The fields of the first candles or trades in a message."""
    parts = {"candle": feed.declared.candle, "trade": feed.declared.trade}.get(kind.name)
    try:
        rows = parts.subject.rows_of(message) if parts else []
    except Unreadable:  # nothing to show: the message as a whole is wrong, which is told in the end
        rows = []
    for row in rows[:_ROWS_SHOWN]:
        assert parts  # or there are no rows
        yield from _table(list(_row_read(feed, parts, message, row, found)))


def _row_read(
    feed: JsonFeed, parts: CandleParts | TradeParts, message: Any, row: Any, found: Found
) -> Iterator[Cells]:
    subject, reader = parts.subject, feed.reader
    read: Callable[[], Any] = partial(reader.symbol, subject, message, row, found)
    yield _subject_read("symbol", subject.symbol, read, message, row, found)
    if isinstance(parts, CandleParts):
        read = partial(reader.interval, subject, message, row, found)
        yield _subject_read("interval", subject.interval, read, message, row, found)
    for field in parts.fields:
        yield _field_read(field, message, row)


def _subject_read(
    name: str, field: Field | None, read: Callable[[], Any], message: Any, row: Any, found: Found
) -> Cells:
    """What stands in a field, or in the marks of the message, or goes without saying."""
    if field:
        where, value = field.path.text, brief(field.path.find(message, row))
    elif name in found:
        where, value = "when", brief(found[name])
    else:
        where, value = "intervals", "the only one"
    return name, where, value, _read_as(name, read)


def _field_read(field: Field, message: Any, row: Any) -> Cells:
    value = brief(field.path.find(message, row))
    return field.name, field.path.text, value, _read_as(field.name, partial(field.of, message, row))


def _read_as(name: str, read: Callable[[], Any]) -> str:
    try:
        value = read()
    except Unreadable as flaw:
        return f"wrong: {str(flaw).removeprefix(f'{name}: ')}"
    match name:
        case "time" | "as_of":
            return _time(value)
        case "closed":
            return _closed(value)
        case _:
            return str(value)


def _table(rows: list[Cells]) -> Iterator[str]:
    cells = [[clean(cell, 70) for cell in row] for row in (_HEADS, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(padded).rstrip()


def _in_words(event: Event) -> str:
    match event:
        case CandleReport(name, interval, candle):
            prices = f"open {candle.open}, high {candle.high}, low {candle.low}"
            values = f"{prices}, close {candle.close}, volume {candle.volume}"
            said = f"a candle of {name}, {interval}, {_time(candle.open_time)}: {values}, "
            return clean(said + _closed(candle.closed))
        case Trade(name, price, size, time, number):
            told = "without a number" if number is None else f"number {number}"
            return clean(f"a trade of {name}, {_time(time)}: price {price}, size {size}, {told}")
        case Ack(number):
            return f"the command {number} is confirmed"
        case Refusal(number, reason, name):
            what = name or ("something" if number is None else f"the command {number}")
            return clean(f"refused: {what}: {reason}")
        case LoggedIn():
            return "the token is taken"
        case LoginRefused(reason):
            return f"the token is refused: {reason}"
        case Ping(reply):
            return clean(f"a ping, to be answered with {reply}")
        case Pong(number):
            return f"the answer to our ping{'' if number is None else f' {number}'}"
    raise TypeError(event)  # no declaration has other events


def _closed(closed: bool) -> str:
    return "closed" if closed else "not closed yet"


def _time(time: int) -> str:
    moment = datetime.fromtimestamp(time / 1_000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{time % 1_000:03} UTC"
