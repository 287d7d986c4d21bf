"""What the messages of a declared JSON feed say: from a frame to events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from tui.exchange.jsonfeed.declaration import Declaration
from tui.exchange.jsonfeed.fields import OneOf, Unreadable, count, made_of, name_text
from tui.exchange.jsonfeed.frames import Shape, head
from tui.exchange.jsonfeed.parts import CandleParts, Subject, TradeParts
from tui.exchange.reading import UNREADABLE, one_line
from tui.market.candle import Candle
from tui.market.events import (
    EARLIEST,
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
from tui.market.interval import Interval
from tui.text import clean

Found = Mapping[str, Any]
Said = Event | Unreadable
_LONGEST_PING = 4_096


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message: the key that declares it, how it is known, and what it says."""

    name: str
    shape: Shape
    read: Callable[[Any, Found], Iterable[Said]]


class FeedReader:
    """Reads frames as they are declared; `kinds` are tried in their order."""

    def __init__(self, declared: Declaration) -> None:
        self._declared = declared
        self._texts = frozenset(declared.frames.texts())
        self._read_interval = OneOf({str(word): i for i, word in declared.intervals.items()})
        sole = len(declared.intervals) == 1
        self._sole = next(iter(declared.intervals)) if sole else None
        self._ping_keys = frozenset().union(*(s.keys for s in declared.frames.server_ping))
        self.kinds = (*self._steering(), *self._data())

    def _steering(self) -> Iterator[Kind]:
        """Before data, which may be marked by nothing."""
        frames = self._declared.frames
        readers: list[tuple[str, tuple[Shape, ...], Callable[[Any, Found], Event]]] = [
            ("pong", frames.pong, _pong),
            ("server_ping", frames.server_ping, self._ping),
            ("ack", frames.ack, _ack),
            ("logged_in", frames.logged_in, lambda *_: LoggedIn()),
            ("login_refused", frames.login_refused, _login_refused),
            ("error", frames.error, self._refusal),
        ]
        for name, shapes, read in readers:
            yield from (Kind(name, shape, partial(_alone, read)) for shape in shapes)

    def _data(self) -> Iterator[Kind]:
        candle, trade = self._declared.candle, self._declared.trade
        if candle:
            read = partial(_each_row, candle.subject, partial(self._candle, candle))
            yield from (Kind("candle", shape, read) for shape in candle.subject.when)
        if trade:
            read = partial(_each_row, trade.subject, partial(self._trade, trade))
            yield from (Kind("trade", shape, read) for shape in trade.subject.when)

    def events(self, frame: bytes | str) -> tuple[Event, ...]:
        """All that a frame says; of the rows that cannot be read the first one is told."""
        events, flaws = list[Event](), list[Unreadable]()
        try:
            message = self.message(frame)
            for said in self._said(message):
                if isinstance(said, Unreadable):
                    flaws.append(said)
                else:
                    events.append(said)
        except Unreadable as flaw:
            flaws.append(flaw)
        if flaws:
            events.append(Malformed(one_line(f"{flaws[0]} in {head(frame)}")))
        return tuple(events)

    def message(self, frame: bytes | str) -> Any:
        """The JSON of a frame, or its text where that is declared. Raises Unreadable."""
        try:
            return msgspec.json.decode(frame)
        except UNREADABLE as error:
            text = frame if isinstance(frame, str) else frame.decode(errors="replace")
            if text in self._texts:
                return text
            raise Unreadable(f"no JSON: {one_line(str(error))}") from error

    def kind_of(self, message: Any) -> tuple[Kind, Found] | None:
        """What kind of message this is, and what stands at the places of its shape."""
        for kind in self.kinds:
            found = kind.shape.match(message)
            if found is not None:
                return kind, found
        return None

    def _said(self, message: Any) -> Iterable[Said]:
        known = self.kind_of(message)
        return known[0].read(message, known[1]) if known else ()

    # Data

    def _candle(self, parts: CandleParts, message: Any, row: Any, found: Found) -> Event:
        name = self.symbol(parts.subject, message, row, found)
        interval = self.interval(parts.subject, message, row, found)
        open_time = parts.bar.time.of(message, row)
        if parts.at_end:
            open_time = max(EARLIEST, interval.after(open_time, -1))
        values = parts.bar.values(message, row)
        closed = parts.closed.of(message, row) if parts.closed else False
        as_of = parts.as_of.of(message, row) if parts.as_of else 0
        if as_of and as_of < open_time:
            raise Unreadable("as_of: earlier than the candle")
        return CandleReport(name, interval, Candle(open_time, *values, closed, 0, as_of))

    def _trade(self, parts: TradeParts, message: Any, row: Any, found: Found) -> Event:
        name = self.symbol(parts.subject, message, row, found)
        price = parts.price.of(message, row)
        size = parts.size.of(message, row) if parts.size else 0.0
        if price <= 0 or size < 0:
            raise Unreadable("a trade needs a price above zero, and no size below")
        number = parts.id.of(message, row) if parts.id else None
        return Trade(name, price, size, parts.time.of(message, row), number, number)

    def symbol(self, subject: Subject, message: Any, row: Any, found: Found) -> str:
        """Whose a row is, as it is spelled here. Raises Unreadable."""
        if "symbol" in found:
            return self.spelled(made_of(found["symbol"], name_text, "symbol"))
        if subject.symbol is None:
            raise Unreadable("symbol: nothing where when has {symbol}")
        return self.spelled(subject.symbol.of(message, row))

    def interval(self, subject: Subject, message: Any, row: Any, found: Found) -> Interval:
        """What candles a row is of. Raises Unreadable."""
        field = subject.interval
        if "interval" in found:
            read: Interval = made_of(found["interval"], self._read_interval, "interval")
        elif self._sole and (field is None or field.path.find(message, row) is None):
            read = self._sole
        elif field is None:
            raise Unreadable("interval: nothing where when has {interval}")
        else:
            read = field.of(message, row)
        return read

    def spelled(self, name: str) -> str:
        """A symbol in the case that is declared."""
        case = self._declared.case
        return name.upper() if case == "upper" else name.lower() if case == "lower" else name

    # What steers the connection

    def _ping(self, message: Any, found: Found) -> Event:
        """The answer has what is declared, and all else that the ping has."""
        answer = self._declared.frames.server_pong
        assert answer  # a ping is only declared with its answer
        if missing := answer.places - found.keys():
            raise Unreadable(f"server_ping: nothing at its {{{min(missing)}}}")
        reply = answer.fill(found)
        if isinstance(message, dict) and isinstance(reply, dict):
            reply = {k: v for k, v in message.items() if k not in self._ping_keys} | reply
        return Ping(reply if isinstance(reply, str) else _written(reply))

    def _refusal(self, _: Any, found: Found) -> Event:
        number = made_of(found["id"], count, "id") if "id" in found else None
        symbol = found.get("symbol")
        name = clean(self.spelled(symbol)) if isinstance(symbol, str) else None
        return Refusal(number, _reason(found), name)


def _alone(read: Callable[[Any, Found], Event], message: Any, found: Found) -> Iterable[Event]:
    return (read(message, found),)


def _each_row(
    subject: Subject, read: Callable[[Any, Any, Found], Event], message: Any, found: Found
) -> Iterator[Said]:
    """One row that cannot be read does not take the others with it."""
    for row in subject.rows_of(message):
        try:
            yield read(message, row, found)
        except Unreadable as flaw:
            yield flaw


def _ack(_: Any, found: Found) -> Event:
    if "id" not in found:
        raise Unreadable("ack: nothing at its {id}")
    return Ack(made_of(found["id"], count, "id"))


def _pong(_: Any, found: Found) -> Event:
    return Pong(made_of(found["id"], count, "id") if "id" in found else None)


def _login_refused(_: Any, found: Found) -> Event:
    return LoginRefused(_reason(found))


def _written(reply: Any) -> str:
    try:
        text = json.dumps(reply)
    except RecursionError:
        raise Unreadable("server_ping: nested too deeply") from None
    if len(text) > _LONGEST_PING:
        raise Unreadable(f"server_ping: longer than {_LONGEST_PING} bytes")
    return text


def _reason(found: Found) -> str:
    said = found.get("message")
    return (one_line(said) if isinstance(said, str) else "") or "It did not say why."
