"""One row of the watchlist: what each column says of a symbol, and what it is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui.chart.glyphs import GlyphSet
from tui.chart.picture import Row, Run, merge
from tui.feed.status import SeriesView
from tui.listing import Sort
from tui.market.candle import Candle
from tui.market.format import age as age_text
from tui.market.format import change as change_text
from tui.market.format import percent
from tui.market.format import price as price_text
from tui.market.format import volume as volume_text
from tui.market.series import Hole
from tui.widgets.freshness import Freshness
from tui.widgets.headline import reference
from tui.widgets.picture import cut, row_cells

_NOTHING: Row = (("–", "muted"),)
# Trouble first.
_SEVERITY = ("stopped", "late", "waiting", "live")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row is made of; `before` is the price that its change counts from, `reach` ago.

    `age` is that of the newest data, in seconds. The change is that of the last full second,
    while the price of `view` may be newer.
    """

    name: str
    group: str
    view: SeriesView
    fresh: Freshness
    age: float | None
    before: float | None
    reach: str
    changed: float | None

    @property
    def amount(self) -> float | None:
        """How far the price has come, in the quote."""
        return self.changed - self.before if self.changed and self.before else None

    @property
    def ratio(self) -> float | None:
        """How far the price has come, as a part of where it was."""
        return self.changed / self.before - 1 if self.changed and self.before else None

    @property
    def role(self) -> str:
        """The colour of price and change: none is shown with a price that may be old."""
        if not self.fresh.current:
            return "stale"
        return "text" if self.ratio is None else "up" if self.ratio >= 0 else "down"

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Low and high of the last 24 hours, or of the candles loaded, the price within them."""
        view, candles = self.view, self.view.candles
        if view.price is None or not (view.ticker or candles):
            return None
        low = view.ticker.low if view.ticker else min(candle.low for candle in candles)
        high = view.ticker.high if view.ticker else max(candle.high for candle in candles)
        return min(low, view.price), max(high, view.price)

    @property
    def position(self) -> float | None:
        """Where the price stands between low (0) and high (1)."""
        if self.bounds is None or self.view.price is None:
            return None
        low, high = self.bounds
        return (self.view.price - low) / (high - low) if high > low else 0.5


def entry(
    name: str,
    group: str,
    view: SeriesView,
    fresh: Freshness,
    age: float | None,
    changed: float | None,
) -> Entry:
    """The row of a view; the change is that of the price `changed`."""
    before, reach = reference(view)
    return Entry(name, group, view, fresh, age, before, reach, changed)


Value = str | float
Draw = Callable[[Entry, int, GlyphSet], Row]


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of a symbol: when it gives way, its least width in cells, its text, its title.

    In a narrow terminal the columns of the highest `rank` go first, always as a whole. A
    `measured` column is as wide as its widest text. `value` is what rows are sorted by; with
    `falling` the greatest stands first until the direction is turned.
    """

    id: Sort
    rank: int
    least: int
    draw: Draw
    value: Callable[[Entry], Value | None]
    measured: bool = False
    right: bool = False
    falling: bool = False
    title: str = ""

    def cell(self, row: Entry, width: int, glyphs: GlyphSet) -> Row:
        """The cell of exactly `width` cells."""
        text = self.draw(row, width, glyphs)
        space = (" " * (width - row_cells(text)), text[0][1] if text else "muted")
        return merge((space, *text) if self.right else (*text, space))


def _price(row: Entry, _: int, __: GlyphSet) -> Row:
    view = row.view
    if view.price is None:
        return _NOTHING
    return ((price_text(view.price, view.price_digits), row.role),)


def _change(row: Entry, _: int, __: GlyphSet) -> Row:
    return _NOTHING if row.ratio is None else ((percent(row.ratio), row.role),)


def _amount(row: Entry, _: int, __: GlyphSet) -> Row:
    if row.amount is None:
        return _NOTHING
    amount = change_text(row.amount, row.view.price_digits)
    return (amount, row.role), (f" {row.reach}", "muted")


def _volume(row: Entry, _: int, __: GlyphSet) -> Row:
    ticker = row.view.ticker
    return ((volume_text(ticker.volume), "text"),) if ticker else _NOTHING


def _age(row: Entry, _: int, __: GlyphSet) -> Row:
    role = "muted" if row.fresh.current else row.fresh.role
    return _NOTHING if row.age is None else ((age_text(row.age), role),)


def _state(row: Entry, width: int, _: GlyphSet) -> Row:
    """The longest words that have room; half a number is no number."""
    forms = row.fresh.forms
    words = next((form for form in forms if len(form) <= width), forms[-1].split()[0])
    return ((words, row.fresh.role),)


def _range(row: Entry, width: int, glyphs: GlyphSet) -> Row:
    """A line from low to high with a mark where the price stands."""
    if row.position is None:
        return _NOTHING
    at = min(width - 1, int(row.position * width))
    left, right = glyphs.rule * at, glyphs.rule * (width - 1 - at)
    return merge(((left, "muted"), (glyphs.levels[-1], row.role), (right, "muted")))


def _spark(row: Entry, width: int, glyphs: GlyphSet) -> Row:
    """The newest closes, one a cell, the newest at the right; a mark where candles are missing."""
    points = list(_points(row.view.candles[-width:], row.view.holes))[-width:]
    closes = [close for close in points if close is not None]
    if not closes:
        return _NOTHING
    rising = "up" if closes[-1] >= closes[0] else "down"
    role = rising if row.fresh.current else "stale"
    return merge(_bar(close, closes, glyphs, role) for close in points)


def _points(candles: Sequence[Candle], holes: Sequence[Hole]) -> Iterator[float | None]:
    """The closes, and None between two that have a hole between them."""
    if candles:
        yield candles[0].close
    for before, after in pairwise(candles):
        if any(before.open_time < hole.end and hole.start < after.open_time for hole in holes):
            yield None
        yield after.close


def _bar(close: float | None, closes: Sequence[float], glyphs: GlyphSet, role: str) -> Run:
    if close is None:
        return glyphs.hole, "late"
    levels = glyphs.levels[1:]
    low, high = min(closes), max(closes)
    height = (close - low) / (high - low) if high > low else 0.5
    return levels[min(len(levels) - 1, int(height * len(levels)))], role


def _rise(row: Entry) -> float | None:
    candles = row.view.candles
    return candles[-1].close / candles[0].open - 1 if candles else None


def _traded(row: Entry) -> float | None:
    return row.view.ticker.volume if row.view.ticker else None


def _text(text: Callable[[Entry], str], role: str) -> Draw:
    return lambda row, width, _: ((cut(text(row), width), role),)


def _exchange(row: Entry) -> str:
    return row.view.subscription.symbol.exchange


def _interval(row: Entry) -> str:
    return str(row.view.subscription.interval)


def _length(row: Entry) -> float:
    return row.view.subscription.interval.milliseconds


def _number(id_: Sort, rank: int, draw: Draw, value: Callable[[Entry], float | None]) -> Column:
    return Column(id_, rank, 7, draw, value, measured=True, right=True, falling=True)


COLUMNS = (
    Column("name", 0, 4, _text(lambda row: row.name, "strong"), lambda row: row.name.casefold()),
    _number("price", 2, _price, lambda row: row.view.price),
    _number("change", 3, _change, lambda row: row.ratio),
    _number("amount", 10, _amount, lambda row: row.amount),
    Column("spark", 5, 8, _spark, _rise, right=True, falling=True),
    Column("range", 6, 7, _range, lambda row: row.position, falling=True),
    _number("volume", 7, _volume, _traded),
    Column("age", 9, 6, _age, lambda row: row.age, right=True),
    Column("state", 1, 11, _state, lambda row: _SEVERITY.index(row.fresh.role)),
    Column("interval", 8, 4, _text(_interval, "muted"), _length, measured=True, title="bar"),
    Column("exchange", 4, 9, _text(_exchange, "muted"), _exchange, measured=True),
)
BY_ID = {column.id: column for column in COLUMNS}
