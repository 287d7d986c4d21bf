"""The parts of a declared JSON feed: where in its messages candles and trades stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tui.exchange.jsonfeed.fields import Field, Unreadable
from tui.exchange.jsonfeed.frames import Shape, Template, brief
from tui.exchange.jsonfeed.paths import JsonPath
from tui.market.candle import flaw_of

Values = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """The time of a candle and its values; without a `volume` that is 0."""

    time: Field
    open: Field
    high: Field
    low: Field
    close: Field
    volume: Field | None

    @property
    def fields(self) -> list[Field]:
        """What is read, in order."""
        every = (self.time, self.open, self.high, self.low, self.close, self.volume)
        return [field for field in every if field]

    def values(self, message: Any, row: Any) -> Values:
        """Open, high, low, close and volume. Raises Unreadable, also for what is no candle."""
        first, high, low, last = (
            field.of(message, row) for field in (self.open, self.high, self.low, self.close)
        )
        volume = self.volume.of(message, row) if self.volume else 0.0
        if flaw := flaw_of(first, high, low, last, volume):
            raise Unreadable(flaw)
        return first, high, low, last, volume


@dataclass(frozen=True, slots=True)
class Subject:
    """Which messages have candles or trades: those of a shape in `when`, at `rows` or one alone.

    The symbol and the interval stand in a field, or at a place of the shape.
    """

    when: tuple[Shape, ...]
    rows: JsonPath | None
    symbol: Field | None
    interval: Field | None

    def rows_of(self, message: Any) -> list[Any]:
        """The candles or trades of a message. Raises Unreadable."""
        if self.rows is None:
            return [message]
        found = self.rows.find(message, message)
        if not isinstance(found, list):
            raise Unreadable(f"rows: {brief(found)} at '{self.rows.text}' is no list")
        return found


@dataclass(frozen=True, slots=True)
class CandleParts:
    """A candle of the stream. Its time is that of its end where `at_end`.

    Without `closed` the feed does not say when a candle is; without `as_of` not when it spoke.
    """

    subject: Subject
    bar: Bar
    at_end: bool
    closed: Field | None
    as_of: Field | None

    @property
    def fields(self) -> list[Field]:
        """What is read besides the subject, in order."""
        return [*self.bar.fields, *(field for field in (self.closed, self.as_of) if field)]


@dataclass(frozen=True, slots=True)
class TradeParts:
    """A trade of the stream; without a `size` that is 0, without an `id` gaps cannot be seen."""

    subject: Subject
    time: Field
    price: Field
    size: Field | None
    id: Field | None

    @property
    def fields(self) -> list[Field]:
        """What is read besides the subject, in order."""
        every = (self.time, self.price, self.size, self.id)
        return [field for field in every if field]


@dataclass(frozen=True, slots=True)
class Frames:
    """What is sent besides data, and what comes; None and () for what the feed does not have."""

    subscribe: Template | None
    unsubscribe: Template | None
    ack: tuple[Shape, ...]
    error: tuple[Shape, ...]
    ping: Template | None
    pong: tuple[Shape, ...]
    server_ping: tuple[Shape, ...]
    server_pong: Template | None
    login: Template | None
    logged_in: tuple[Shape, ...]
    login_refused: tuple[Shape, ...]
    login_refused_closes: frozenset[int]

    def texts(self) -> Iterator[str]:
        """The messages that are no JSON."""
        shapes = (self.ack, self.error, self.pong, self.server_ping, self.logged_in)
        for shape in sum((*shapes, self.login_refused), ()):
            if shape.text is not None:
                yield shape.text
