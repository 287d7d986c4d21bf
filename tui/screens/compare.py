"""Symbols beside each other: as lines in per cent, and where one is traded on several exchanges
how far apart its prices are and which of them moves first."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Static

from tui.chart.picture import Row
from tui.feed.engine import Engine
from tui.feed.status import SeriesView
from tui.market.lead import lead
from tui.market.percent import common_start, percents
from tui.market.symbol import Subscription
from tui.widgets.compared import Compared, rows
from tui.widgets.percent_plot import Line, PercentPlot
from tui.widgets.picture import TextPicture

# Seconds between two redraws, and between two samples of the prices.
_REDRAW, _SAMPLE = 0.5, 0.1
_SAMPLES = 1_200  # two minutes
_MOST_LEAD = 30  # samples
_CANDLES = 400
_HINT = "↑ ↓ choose · space shows and hides a line · esc back"
_CURRENCIES = "The prices are in different currencies: their rate is part of the spread."


@dataclass(slots=True)
class Entry:
    """One symbol of the comparison; `prices` are samples taken at the same instants for all."""

    subscription: Subscription
    chosen: bool = True
    prices: deque[float] = field(default_factory=lambda: deque(maxlen=_SAMPLES))


class CompareScreen(Screen[None], inherit_bindings=False):
    """Per-cent lines of the chosen symbols above a table; all of them must be leased."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,percent_sign,q", "dismiss", "Close"),
        ("down,j", "move(1)", "Next"),
        ("up,k", "move(-1)", "Previous"),
        ("space,enter", "show_or_hide", "Show or hide"),
    ]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CompareScreen {
        & > PercentPlot { height: 1fr; min-height: 4; }
        & > #table { height: auto; max-height: 50%; padding: 0 1; background: $surface; }
        & > #note { height: 1; padding: 0 1; color: $market-axis; background: $surface; }
    }
    """

    def __init__(
        self, engine: Engine, subscriptions: Sequence[Subscription], at: int, tz: tzinfo
    ) -> None:
        super().__init__()
        self._engine = engine
        self._entries = [Entry(subscription) for subscription in subscriptions]
        self._at = at
        self._tz = tz
        self._plot = PercentPlot()
        self._table = TextPicture(id="table")
        self._note = Static("", id="note", markup=False)

    def compose(self) -> ComposeResult:
        yield from (self._plot, self._table, self._note)

    def on_mount(self) -> None:
        self._table.styles.height = len(self._entries) + 1
        self.set_interval(_SAMPLE, self._sample)
        self.set_interval(_REDRAW, self._draw)
        self.call_after_refresh(self._draw)

    def action_move(self, by: int) -> None:
        self._at = (self._at + by) % len(self._entries)
        self._draw()

    def action_show_or_hide(self) -> None:
        entry = self._entries[self._at]
        entry.chosen = not entry.chosen
        self._draw()

    def _sample(self) -> None:
        """All prices at one instant; until each has one there is nothing to compare."""
        prices = [self._engine.view(entry.subscription, 1).price for entry in self._entries]
        for entry, price in zip(self._entries, prices, strict=True):
            if price:
                entry.prices.append(price)
            else:
                entry.prices.clear()

    def _draw(self) -> None:
        views = [self._engine.view(entry.subscription, _CANDLES) for entry in self._entries]
        chosen = [n for n, entry in enumerate(self._entries) if entry.chosen]
        since = common_start([views[n].candles for n in chosen])
        lines = [
            Line(n + 1, percents(views[n].candles, views[n].subscription.interval, since))
            for n in chosen
        ]
        self._plot.show(lines, self._tz)
        compared = [self._compare(n, views, line) for n, line in _numbered(lines, views)]
        self._table.show(self._rows(compared))
        self._note.update(self._remark(views))

    def _rows(self, compared: Sequence[Compared]) -> list[Row]:
        return rows(compared, self._at, max(0, self.size.width - 2))

    def _compare(self, n: int, views: Sequence[SeriesView], line: Line | None) -> Compared:
        base, view = views[self._at], views[n]
        same = n != self._at and _base(view, self._engine) == _base(base, self._engine)
        change = line.pieces[-1][-1][1] if line and line.pieces else None
        spread = view.price - base.price if same and view.price and base.price else None
        return Compared(n + 1, view, change, spread, base.price, self._lead(n) if same else None)

    def _lead(self, n: int) -> float | None:
        """Seconds by which this symbol moves before the one that is pointed at."""
        first, second = self._entries[n].prices, self._entries[self._at].prices
        count = min(len(first), len(second))
        found = lead(list(first)[-count:], list(second)[-count:], _MOST_LEAD) if count else None
        return found.steps * _SAMPLE if found else None

    def _remark(self, views: Sequence[SeriesView]) -> str:
        base = views[self._at]
        of_one = [v for v in views if _base(v, self._engine) == _base(base, self._engine)]
        quotes = {_quote(view, self._engine) for view in of_one}
        return _CURRENCIES if len(quotes) > 1 else _HINT


def _numbered(lines: Sequence[Line], views: Sequence[SeriesView]) -> list[tuple[int, Line | None]]:
    by_number = {line.number: line for line in lines}
    return [(n, by_number.get(n + 1)) for n in range(len(views))]


def _base(view: SeriesView, engine: Engine) -> str:
    """What is traded; the whole name where the exchange does not say."""
    return _info(view, engine)[0]


def _quote(view: SeriesView, engine: Engine) -> str:
    return _info(view, engine)[1]


def _info(view: SeriesView, engine: Engine) -> tuple[str, str]:
    symbol = view.subscription.symbol
    info = engine.symbols(symbol.exchange).symbols.get(symbol.name)
    return (info.base.upper(), info.quote.upper()) if info else (str(symbol), "")
