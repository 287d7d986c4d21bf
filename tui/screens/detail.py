"""One symbol and all that is known of it: chart, day, trades, order book, connection, studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.widget import Widget

from tui.chart.picture import Row, Run
from tui.keys import GRID, PANE, bindings
from tui.market.format import age
from tui.market.symbol import Subscription
from tui.screens.chronicle import Chronicle
from tui.screens.live import LiveScreen
from tui.screens.watching import Watching
from tui.widgets.depth import Digits, book_rows, trade_rows
from tui.widgets.detail_places import TEXTS, Detail, places
from tui.widgets.facts import statistics, titled
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import Pane
from tui.widgets.parts import Parts
from tui.widgets.picture import TextPicture
from tui.widgets.study_plots import ProfilePlot, ReturnsPlot, SpreadPlot

_CANDLES = 500
_HINTS = (("esc", "back"), ("tab", "next part"), ("[ ]", "interval"), ("+ -", "zoom"))


class DetailScreen(LiveScreen, inherit_bindings=False):
    """The symbol of a pane of the grid, drawn as the grid's charts are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,enter", "back", "Back"),
        ("tab", "front(1)", "Next part"),
        ("shift+tab", "front(-1)", "Previous part"),
        ("left,h", "pane.pan(1)", "Earlier"),
        ("right,l", "pane.pan(-1)", "Later"),
        *bindings(PANE),
        *bindings(GRID, group="Chart"),
    ]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    DetailScreen {
        & > #hints { height: 1; background: $surface; }
    }
    """

    def __init__(self, grid: PaneGrid, subscription: Subscription, chronicle: Chronicle) -> None:
        super().__init__()
        self._grid = grid
        self._chronicle = chronicle
        self._front: Detail | None = None
        self._pane = grid.pane_of(subscription)
        self._pane.frozen = False
        self._watching = Watching(grid.engine)
        self._texts = {part: TextPicture() for part in TEXTS}
        self._profile, self._returns, self._spread = ProfilePlot(), ReturnsPlot(), SpreadPlot()
        self._widgets: Mapping[Detail, Widget] = {
            **self._texts,
            Detail.PROFILE: self._profile,
            Detail.RETURNS: self._returns,
            Detail.SPREAD: self._spread,
        }
        self._parts = Parts([self._pane, *self._widgets.values()], self._places)
        self._hints = TextPicture(id="hints")

    def compose(self) -> ComposeResult:
        yield from (self._parts, self._hints)

    def on_mount(self) -> None:
        self._pane.focus()
        self._hints.show([_hint_row()])
        self.call_after_refresh(self._draw_parts)

    def on_unmount(self) -> None:
        self._watching.close()

    @property
    def current(self) -> Pane:
        return self._pane

    def update(self, dirty: Set[Subscription]) -> None:
        self._draw_like_the_grid()
        if self.is_current and self._pane.subscription in dirty:
            self._pane.wake()
            self._draw_text(Detail.TRADES)

    def tick(self, moment: datetime, remarks: Sequence[Run] = ()) -> None:
        if self.is_current:
            self._grid.engine.prefer(frozenset({self._pane.subscription}))
            self._pane.tick()
            self._watching.sample(int(moment.timestamp() * 1000))
            self._draw_parts()

    def action_back(self) -> None:
        if self._pane.options.offset:
            self._pane.action_live_edge()
        else:
            self.dismiss()

    def action_front(self, by: int) -> None:
        """Bring another part forward; after the last one the chart alone where it is small."""
        order: list[Detail | None] = [None, *Detail]
        self._front = order[(order.index(self._front) + by) % len(order)]
        self._parts.rearrange()
        self.call_after_refresh(self._draw_parts)

    def _places(self, size: Size) -> Mapping[Widget, Region]:
        chart, found = places(size.width, size.height, self._front)
        self._pane.fit(chart.size)
        return {self._pane: chart, **{self._widgets[part]: r for part, r in found.items()}}

    def _draw_like_the_grid(self) -> None:
        wanted = replace(self._grid.options, offset=self._pane.options.offset)
        if wanted != self._pane.options:
            self._pane.options = wanted
            self._pane.wake()

    def _draw_parts(self) -> None:
        """The parts on view; once a second is enough for them."""
        subscription = self._pane.subscription
        self._watching.follow(subscription)
        for part in self._texts:
            self._draw_text(part)
        view = self._grid.engine.view(subscription, _CANDLES)
        if self._profile.display:
            self._profile.show(view.candles, view.price_digits)
        if self._returns.display:
            self._returns.show(view.candles, subscription.interval)
        if self._spread.display:
            self._spread.show(self._watching.spreads, self._grid.options.tz)

    def _draw_text(self, part: Detail) -> None:
        picture = self._texts[part]
        if picture.display:
            picture.show(self._rows(part, *picture.size))

    def _rows(self, part: Detail, width: int, height: int) -> list[Row]:
        view = self._grid.engine.view(self._pane.subscription, _CANDLES)
        digits = Digits(view.price_digits, view.volume_digits)
        match part:
            case Detail.BOOK:
                return book_rows(self._watching.book(), digits, width, height)
            case Detail.TRADES:
                tz = self._grid.options.tz
                return trade_rows(self._watching.trades(), digits, width, height, tz)
            case Detail.HISTORY:
                return titled(part.value, self._history(view.subscription), height)
            case _:
                return titled(part.value, statistics(view, width), height)

    def _history(self, subscription: Subscription) -> list[Row]:
        """What happened to the connection, the newest first."""
        now = monotonic()
        return [
            ((f"{age(now - told.at):>6} ago  ", "muted"), (told.text, told.role))
            for told in reversed(self._chronicle.of(subscription))
        ]


def _hint_row() -> Row:
    return tuple(run for key, word in _HINTS for run in ((key, "strong"), (f" {word}   ", "muted")))
