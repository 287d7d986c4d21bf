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
from tui.widgets.detail_places import Detail, places
from tui.widgets.facts import statistics, titled
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import Pane
from tui.widgets.parts import Parts
from tui.widgets.picture import TextPicture
from tui.widgets.study_plots import ProfilePlot, ReturnsPlot

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
        & TextPicture { padding: 0 1; }
        & > #hints { height: 1; background: $surface; }
    }
    """

    def __init__(self, grid: PaneGrid, subscription: Subscription, chronicle: Chronicle) -> None:
        super().__init__()
        self._grid = grid
        self._chronicle = chronicle
        self._front: Detail | None = None
        self._pane = Pane(grid.engine, subscription, replace(grid.options, offset=0))
        self._texts = {part: TextPicture() for part in (Detail.STATISTICS, Detail.HISTORY)}
        self._profile, self._returns = ProfilePlot(), ReturnsPlot()
        self._widgets: Mapping[Detail, Widget] = {
            **self._texts,
            Detail.PROFILE: self._profile,
            Detail.RETURNS: self._returns,
        }
        self._parts = Parts([self._pane, *self._widgets.values()], self._places)
        self._hints = TextPicture(id="hints")

    def compose(self) -> ComposeResult:
        yield from (self._parts, self._hints)

    def on_mount(self) -> None:
        self._pane.focus()
        self._hints.show([_hint_row()])
        self.call_after_refresh(self._draw_parts)

    @property
    def current(self) -> Pane:
        return self._pane

    def update(self, dirty: Set[Subscription]) -> None:
        self._draw_like_the_grid()
        if self.is_current and self._pane.subscription in dirty:
            self._pane.wake()

    def tick(self, moment: datetime, remarks: Sequence[Run] = ()) -> None:
        if self.is_current:
            self._grid.engine.prefer(frozenset({self._pane.subscription}))
            self._pane.tick()
            self._draw_parts()

    def action_back(self) -> None:
        if self._pane.options.offset:
            self._pane.action_live_edge()
        else:
            self.dismiss()

    def action_front(self, by: int) -> None:
        """Bring another part forward; after the last one the chart alone where it is small."""
        order: list[Detail | None] = [None, *self._widgets]
        self._front = order[(order.index(self._front) + by) % len(order)]
        self._parts.rearrange()
        self.call_after_refresh(self._draw_parts)

    def _places(self, size: Size) -> Mapping[Widget, Region]:
        chart, found = places(size.width, size.height, self._front, list(self._widgets))
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
        view = self._grid.engine.view(subscription, _CANDLES)
        for part, picture in self._texts.items():
            if picture.display:
                size = picture.size
                rows = (
                    statistics(view, size.width)
                    if part is Detail.STATISTICS
                    else self._history(subscription)
                )
                picture.show(titled(part.value, rows, size.height))
        if self._profile.display:
            self._profile.show(view.candles, view.price_digits)
        if self._returns.display:
            self._returns.show(view.candles, subscription.interval)

    def _history(self, subscription: Subscription) -> list[Row]:
        """What happened to the connection, the newest first."""
        now = monotonic()
        return [
            ((f"{age(now - told.at):>6} ago  ", "muted"), (told.text, told.role))
            for told in reversed(self._chronicle.of(subscription))
        ]


def _hint_row() -> Row:
    return tuple(run for key, word in _HINTS for run in ((key, "strong"), (f" {word}   ", "muted")))
