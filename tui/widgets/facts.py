"""The text parts of the detail view, each as a title and rows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.chart.picture import Row
from tui.feed.status import SeriesView
from tui.market.events import Ticker
from tui.market.format import change, percent, price, volume
from tui.widgets.picture import cut

_NOTHING = "–"


def titled(title: str, rows: Sequence[Row], height: int) -> list[Row]:
    """The rows that fit below the title."""
    return [((title, "strong"),), *rows][: max(0, height)]


def pair(label: str, value: str, width: int, role: str = "text") -> Row:
    """A label to the left and a value to the right of `width` cells; the label gives way."""
    shown = cut(label, max(0, width - cell_len(value) - 1))
    return ((shown, "muted"), (" " * max(1, width - cell_len(shown) - cell_len(value)), "muted"),
            (value, role))  # fmt: skip


def statistics(view: SeriesView, width: int) -> list[Row]:
    """The day as the exchange tells it, then what the loaded candles say."""
    digits = view.price_digits
    rows = _day(view.ticker, view.price, digits, width) if view.ticker else []
    if not view.candles:
        return rows
    low, high = min(c.low for c in view.candles), max(c.high for c in view.candles)
    count = len(view.candles)
    return [
        *rows,
        pair(f"highest of {count} candles", price(high, digits), width),
        pair(f"lowest of {count} candles", price(low, digits), width),
        pair("candles missing", str(_missing(view)), width, "late" if view.holes else "text"),
    ]


def _day(ticker: Ticker, last: float | None, digits: int, width: int) -> list[Row]:
    last = ticker.last if last is None else last
    moved, span = last - ticker.open, ticker.high - ticker.low
    role = "up" if moved >= 0 else "down"
    place = (last - ticker.low) / span if span else 0.5
    return [
        pair("change", f"{change(moved, digits)}  {percent(moved / ticker.open)}", width, role),
        pair("high", price(ticker.high, digits), width),
        pair("low", price(ticker.low, digits), width),
        pair("range", percent(span / ticker.low).removeprefix("+"), width),
        pair("price in the range", _bar(place), width),
        pair("volume", volume(ticker.volume), width),
    ]


def _bar(place: float, cells: int = 11) -> str:
    """`────●──────`: where between low and high."""
    at = max(0, min(cells - 1, int(place * cells)))
    return "─" * at + "●" + "─" * (cells - 1 - at)


def _missing(view: SeriesView) -> int:
    interval = view.subscription.interval
    first = view.candles[0].open_time
    return sum(interval.steps(hole.start, hole.end) for hole in view.holes if hole.end > first)
