"""The main screen: the grid of panes, the connection panel, the status bar."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from datetime import datetime

from textual import work
from textual.app import ComposeResult
from textual.events import DescendantFocus
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from tui.chart.frame import Options
from tui.chart.picture import Run
from tui.feed.engine import Engine
from tui.feed.status import FeedEvent, Rejected
from tui.keys import MONITOR, bindings
from tui.market.interval import Interval
from tui.market.symbol import Subscription
from tui.screens.add import AddScreen
from tui.widgets.connection_panel import ConnectionPanel
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import Pane
from tui.widgets.picture import Plain
from tui.widgets.status_bar import StatusBar, trouble
from tui.workspace import Workspace

_UNDO_DEPTH = 50


class MonitorScreen(Screen[None], Plain, inherit_bindings=False):
    """Panes in their order, one of them current; what a key does to them."""

    class Changed(Message):
        """Something that the workspace remembers is different now."""

    BINDINGS = bindings(MONITOR)
    AUTO_FOCUS = None
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    MonitorScreen {
        & > #empty {
            display: none; height: 1fr; content-align: center middle;
            text-align: center; color: $market-axis;
        }
        &.-empty > #empty { display: block; }
        &.-empty > PaneGrid { display: none; }
    }
    """

    def __init__(
        self,
        engine: Engine,
        workspace: Workspace,
        options: Options,
        default: tuple[str, Interval],
        *,
        demo: bool,
    ) -> None:
        super().__init__()
        self.engine = engine
        self.default_exchange, self.default_interval = default
        self.options = options
        self.zoomed = False
        self.frozen = False
        self.grid = PaneGrid(workspace.columns)
        self.panel = ConnectionPanel()
        self.bar = StatusBar(demo)
        self._restored = workspace
        self._current: Pane | None = None
        self._removed: deque[tuple[int, Subscription]] = deque(maxlen=_UNDO_DEPTH)

    def compose(self) -> ComposeResult:
        yield self.grid
        yield Static("No symbols here.\n\na adds some, u undoes a removal", id="empty")
        yield self.panel
        yield self.bar

    async def on_mount(self) -> None:
        self.panel.set_class(self._restored.panel_open, "-open")
        await self._mount_panes(self._restored.panes)
        zoomed = self._restored.zoomed
        self.action_select(zoomed or 0)
        if zoomed is not None:
            self.action_zoom()

    # --- what the frame timer calls -------------------------------------------------------

    def hear(self, events: Iterable[FeedEvent]) -> None:
        """Take what happened since the last frame."""
        for event in events:
            if isinstance(event, Rejected):
                self._tell_nearest(event)

    def update(self, dirty: Set[Subscription]) -> None:
        """Wake the visible panes that have news."""
        if not self.frozen:
            changed = [pane for pane in self.panes if pane.subscription in dirty]
            for pane in filter(self.sees, changed):
                pane.wake()

    def tick(self, moment: datetime, remarks: Sequence[Run] = ()) -> None:
        """Once a second: ages and countdowns go on though nothing happens.

        `remarks` on the drawing itself stand in the status bar.
        """
        connections = self.engine.connections()
        self.bar.show(connections, self.frozen, moment, remarks)
        self._say_trouble()
        if self.panel.has_class("-open"):
            self.panel.show(connections)
        seen = list(filter(self.sees, self.panes))
        self.engine.prefer(frozenset(pane.subscription for pane in seen))
        for pane in seen:
            pane.tick()

    # --- what is on the screen ------------------------------------------------------------

    @property
    def panes(self) -> list[Pane]:
        """All panes in their order."""
        return self.grid.panes

    @property
    def current(self) -> Pane | None:
        """The pane that keys act on."""
        return self._current if self._current in self.panes else next(iter(self.panes), None)

    def snapshot(self) -> Workspace:
        """All of this screen that is worth remembering."""
        current = self.current
        return Workspace(
            panes=tuple(pane.subscription for pane in self.panes),
            columns=self.grid.columns,
            zoomed=self.panes.index(current) if self.zoomed and current else None,
            panel_open=self.panel.has_class("-open"),
            glyphs=self.options.glyphs.value,
            volume=self.options.show_volume,
            zoom=self.options.zoom.value,
        )

    # --- panes: add, remove, undo, select -------------------------------------------------

    async def add(self, subscriptions: Iterable[Subscription]) -> None:
        """Add panes at the end; one that is there already is selected instead."""
        wanted = list(dict.fromkeys(subscriptions))
        present = {pane.subscription: pane for pane in self.panes}
        await self._mount_panes(s for s in wanted if s not in present)
        for subscription in filter(present.__contains__, wanted):
            self.notify(f"{subscription} is here already.", markup=False)
        if wanted:
            last = next(p for p in self.panes if p.subscription == wanted[-1])
            self._select(last)
        self._changed()

    @work(group="add", exclusive=True)
    async def action_add(self) -> None:
        screen = AddScreen(self.engine, self.default_exchange, self.default_interval)
        chosen: tuple[Subscription, ...] = await self.app.push_screen_wait(screen)
        await self.add(chosen)

    async def remove_pane(self, pane: Pane) -> None:
        """Take the pane away; undo brings it back to its place."""
        index = self.panes.index(pane)
        self._removed.append((index, pane.subscription))
        await pane.remove()
        self._arrange()
        if self.panes:
            self._select(self.panes[min(index, len(self.panes) - 1)])
        self.notify(_removed(pane.subscription), markup=False, timeout=4)
        self._changed()

    async def action_remove(self) -> None:
        if self.current:
            await self.remove_pane(self.current)

    async def action_undo(self) -> None:
        if self._removed:
            index, subscription = self._removed.pop()
            await self._mount_panes([subscription], before=index)
            self._take_back(_removed(subscription))
            self.action_select(min(index, len(self.panes) - 1))
            self._changed()

    def action_select(self, index: int) -> None:
        if -len(self.panes) <= index < len(self.panes):
            self._select(self.panes[index])

    def action_step(self, by: int) -> None:
        if self.current:
            index = self.panes.index(self.current)
            self.action_select((index + by) % len(self.panes))

    def action_move(self, right: int, down: int) -> None:
        if self.zoomed and right:
            self.action_pan(-right)
        elif self.zoomed:
            self.action_step(down)
        elif self.current:
            index = self.panes.index(self.current) + right + down * self.grid.chosen.columns
            if down > 0:
                index = min(index, len(self.panes) - 1)
            if index >= 0:
                self.action_select(index)

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed and self.current is not None
        self._arrange()
        self._changed()

    def action_back(self) -> None:
        if self.current and self.current.options.offset:
            self.current.pan(0)
        elif self.zoomed:
            self.action_zoom()
        elif self.panel.has_class("-open"):
            self.action_connections()

    def on_pane_zoom_asked(self, message: Pane.ZoomAsked) -> None:
        self._select(message.pane)
        self.action_zoom()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Pane):
            self._current = event.widget
            self._say_trouble()

    # --- charts ---------------------------------------------------------------------------

    def action_interval(self, by: int) -> None:
        if self.current:
            subscription = self.current.subscription
            known = sorted(self.engine.intervals(subscription.symbol.exchange))
            index = known.index(subscription.interval) + by
            if 0 <= index < len(known):
                self.use_interval(known[index], [self.current])

    def use_interval(self, interval: Interval, panes: Iterable[Pane]) -> None:
        """Follow the same symbols with candles of another length."""
        for pane in panes:
            pane.switch(replace(pane.subscription, interval=interval))
        self._changed()

    def use_options(self, options: Options) -> None:
        """Draw all charts like this; each keeps its place in time."""
        self.options = options
        for pane in self.panes:
            pane.options = replace(options, offset=pane.options.offset)
            pane.wake()
        self._changed()

    def use_columns(self, columns: int) -> None:
        """Arrange panes in so many columns; 0 lets the terminal's size decide."""
        self.grid.use_columns(columns)
        self._changed()

    def action_chart_zoom(self, by: int) -> None:
        self.use_options(replace(self.options, zoom=self.options.zoom.step(by)))

    def on_pane_chart_zoom_asked(self, message: Pane.ChartZoomAsked) -> None:
        self.action_chart_zoom(message.by)

    def action_volume(self) -> None:
        self.use_options(replace(self.options, show_volume=not self.options.show_volume))

    def action_pan(self, by: int) -> None:
        if self.current:
            self.current.pan(by)

    def action_live_edge(self) -> None:
        self.action_pan(0)

    # --- feed -----------------------------------------------------------------------------

    def action_connections(self) -> None:
        self.panel.toggle_class("-open")
        self.call_after_refresh(self.panel.show, self.engine.connections())
        self._changed()

    def action_reconnect(self) -> None:
        if self.current:
            self.engine.reconnect(self.current.subscription)

    def action_freeze(self) -> None:
        self.frozen = not self.frozen
        for pane in self.panes:
            pane.frozen = self.frozen
            pane.wake()

    # --------------------------------------------------------------------------------------

    async def _mount_panes(
        self, subscriptions: Iterable[Subscription], before: int | None = None
    ) -> None:
        panes = [Pane(self.engine, s, replace(self.options, offset=0)) for s in subscriptions]
        inside = before is not None and before < len(self.panes)
        await self.grid.mount(*panes, before=before if inside else None)
        for pane in panes:
            pane.frozen = self.frozen
        self._arrange()

    def sees(self, pane: Pane) -> bool:
        """Whether a person can see the pane now."""
        return self.is_current and pane.display and self.grid.region.overlaps(pane.region)

    def _select(self, pane: Pane) -> None:
        self._current = pane
        if self.zoomed:
            self._arrange()
        pane.focus()

    def _arrange(self) -> None:
        """A zoomed pane hides the others; without panes a line says what to do."""
        self.zoomed = self.zoomed and bool(self.panes)
        current = self.current
        for pane in self.panes:
            pane.display = not self.zoomed or pane is current
        self.set_class(not self.panes, "-empty")

    def _say_trouble(self) -> None:
        """Why the current pane gets no data: few headers have the room for it.

        While frozen the way on is more important.
        """
        watched = None if self.frozen or not self.current else self.current.subscription
        self.bar.say(trouble(watched, self.engine.status(watched)) if watched else "")

    def _tell_nearest(self, event: Rejected) -> None:
        for pane in self.panes:
            if pane.subscription == event.subscription:
                pane.nearest = event.nearest
                pane.wake()

    def _take_back(self, notice: str) -> None:
        """It is not true any more. Textual has no public way to end one notice of several."""
        for told in [told for told in self.app._notifications if told.message == notice]:
            self.app._unnotify(told)

    def _changed(self) -> None:
        self.post_message(self.Changed())


def _removed(subscription: Subscription) -> str:
    return f"{subscription} removed. u brings it back."
