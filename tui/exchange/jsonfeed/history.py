"""The history of a declared JSON feed: what to ask for, and the candles in the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from tui.exchange.base import Request
from tui.exchange.jsonfeed.fields import Unreadable, written_time
from tui.exchange.jsonfeed.frames import Template, head
from tui.exchange.jsonfeed.parts import Bar
from tui.exchange.jsonfeed.paths import JsonPath
from tui.exchange.reading import CLOCK_SKEW, UNREADABLE, one_line, unexpected
from tui.market.candle import Candle
from tui.market.interval import Interval


@dataclass(frozen=True, slots=True)
class History:
    """A GET below the REST url, and the rows in its answer: a list at `rows`, or the whole.

    Times in the request are written in `unit`; parameters with a start or an end stay away when
    there is none.
    """

    path: Template
    params: tuple[tuple[str, Template], ...]
    unit: str
    rows: JsonPath | None
    bar: Bar

    @property
    def asks_for_a_time(self) -> bool:
        """Whether a request can say where its candles begin; else the newest come."""
        return any({"start", "end"} & template.places for _, template in self.params)

    def request(
        self, places: Mapping[str, Any], interval: Interval, start: int | None, limit: int
    ) -> Request:
        """What brings `limit` candles from `start` (ms) on; the newest ones without it."""
        values = {**places, "limit": limit}
        if start is not None:
            values["start"] = written_time(start, self.unit)
            values["end"] = written_time(interval.after(start, limit), self.unit)
        path = self.path.text({key: quote(str(value), "") for key, value in values.items()})
        known = values.keys()
        return Request(path, {k: str(t.fill(values)) for k, t in self.params if t.places <= known})

    def rows_of(self, body: bytes, title: str, expected: str) -> list[Any]:
        """The rows, not read yet. Raises ExchangeError."""
        try:
            answer = msgspec.json.decode(body)
        except UNREADABLE as error:
            raise unexpected(title, expected, one_line(str(error))) from error
        found = self.rows.find(answer, answer) if self.rows else answer
        if not isinstance(found, list):
            raise unexpected(title, expected, f"No list of rows is in {one_line(head(body))}")
        return found

    def candles(
        self, body: bytes, interval: Interval, now: int, settle: int, title: str, expected: str
    ) -> list[Candle]:
        """Candles by open time, closed when they ended `settle` ms before exchange time `now`.

        What cannot be a candle, or is of the future, is left out. Raises ExchangeError when there
        are rows, and none of them can be read.
        """
        rows, flaws = self.rows_of(body, title, expected), list[Unreadable]()
        latest = interval.after(now) + CLOCK_SKEW
        found = {c.open_time: c for c in self._readable(rows, interval, now, settle, flaws)}
        if flaws and not found:
            raise unexpected(title, expected, one_line(f"{flaws[0]} in {head(body)}"))
        return [found[time] for time in sorted(found) if time <= latest]

    def _readable(
        self, rows: list[Any], interval: Interval, now: int, settle: int, flaws: list[Unreadable]
    ) -> Iterator[Candle]:
        for row in rows:
            try:
                time = self.bar.time.of(rows, row)
                values = self.bar.values(rows, row)
            except Unreadable as flaw:
                flaws.append(flaw)
            else:
                closed = interval.after(time) + settle <= now
                yield Candle(time, *values, closed, as_of=now if closed else 0)
