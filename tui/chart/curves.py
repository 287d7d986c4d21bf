"""The values of studies at the columns of a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Protocol

from tui.chart.layout import Column, Past, start_of
from tui.market.candle import Candle

Values = tuple[float | None, ...]
"""One value a line of a study; None where it has none."""

ROLES = 5
"""How many studies differ in colour and pattern; the next one looks like the first again."""


class Kind(Protocol):
    """How a study is drawn, in the words of tui.studies.

    One with a `panel` stands below the chart, with `guides` at these values and, for `bounds`,
    always at that scale; the line of index `bars` is drawn as bars from zero. `unit` is `price`,
    `share` (of a hundred) or `volume`.
    """

    @property
    def lines(self) -> tuple[str, ...]: ...
    @property
    def panel(self) -> bool: ...
    @property
    def unit(self) -> str: ...
    @property
    def guides(self) -> tuple[float, ...]: ...
    @property
    def bounds(self) -> tuple[float, float] | None: ...
    @property
    def bars(self) -> int | None: ...


class Figures(Protocol):
    """A study's values by open time (ms UTC): of all candles but the newest, and of that one.

    `closed` is the same object as long as nothing in it changes.
    """

    @property
    def study(self) -> object: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def closed(self) -> Mapping[int, Values]: ...
    @property
    def live(self) -> Values: ...


@dataclass(frozen=True, slots=True)
class Curve:
    """One study on one chart: its values at the columns of the history, and at the live column.

    Two are equal when their histories look the same. `number` counts the studies from 0, in the
    order of choice; `low` and `high` are the least and the greatest value of the history, inf and
    -inf without one.
    """

    label: str
    number: int
    past: tuple[Values, ...]
    low: float
    high: float
    kind: Kind = field(compare=False)
    live: Values = field(compare=False)
    closed: Mapping[int, Values] = field(compare=False)
    columns: tuple[Column, ...] = field(compare=False)

    @property
    def role(self) -> str:
        """The style of its lines."""
        return f"study-{self.number % ROLES + 1}"

    def span(self) -> tuple[float, float]:
        """The least and the greatest value on view, the live one too; inf and -inf without."""
        known = [value for value in self.live if value is not None]
        return min([self.low, *known]), max([self.high, *known])


def curves(
    figures: Sequence[Figures],
    past: Past,
    columns: tuple[Column, ...],
    live: tuple[Candle, ...],
    previous: Iterable[Curve],
    newest: int,
) -> tuple[Curve, ...]:
    """The studies at the history's `columns` and at the live column, which holds `live`.

    A column of several candles takes the last one's value. What `previous` has and what did not
    change is taken over. `newest` is the open time of the series' newest candle.
    """
    before = {curve.label: curve for curve in previous}
    found = []
    for number, one in enumerate(figures):
        now = _at(one, live, newest)
        old = before.get(str(one.study))
        if old and old.closed is one.closed and old.columns is columns:
            found.append(replace(old, number=number, live=now))
        else:
            found.append(_curve(one, number, _sampled(one, past, columns), columns, now))
    return tuple(found)


def widened(low: float, high: float, drawn: Iterable[Curve]) -> tuple[float, float]:
    """The range of prices with that of the curves in it, as far as candles stay readable.

    Each side grows by half of the range of prices at most; what lies beyond is not drawn.
    """
    least, most = low - (high - low) / 2, high + (high - low) / 2
    for curve in drawn:
        lower, upper = curve.span()
        low, high = max(least, min(low, lower)), min(most, max(high, upper))
    return low, high


def _curve(
    one: Figures, number: int, past: tuple[Values, ...], columns: tuple[Column, ...], live: Values
) -> Curve:
    known = [value for values in past for value in values if value is not None]
    low, high = min(known, default=inf), max(known, default=-inf)
    return Curve(str(one.study), number, past, low, high, one.kind, live, one.closed, columns)


def _at(one: Figures, live: tuple[Candle, ...], newest: int) -> Values:
    if not live:
        return _nothing(one)
    time = live[-1].open_time
    return one.live if time == newest else one.closed.get(time, _nothing(one))


def _sampled(one: Figures, past: Past, columns: tuple[Column, ...]) -> tuple[Values, ...]:
    nothing = _nothing(one)
    last = {
        start_of(candle.open_time, past.interval, past.bucket): candle.open_time
        for candle in past.candles
    }
    return tuple(
        one.closed.get(last[column.time], nothing) if column.candle else nothing
        for column in columns
    )


def _nothing(one: Figures) -> Values:
    return (None,) * len(one.kind.lines)
