"""The main screen: the grid of panes, the connection panel, the status bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.events import Paste
from textual.widgets import Static

from tui.chart.frame import Options
from tui.chart.picture import Run
from tui.errors import UsageError
from tui.feed.engine import Engine
from tui.feed.status import FeedEvent, Rejected
from tui.keys import GRID, MONITOR, PANE, TABS, WATCHLIST, bindings
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.screens.add import AddScreen
from tui.screens.chronicle import Chronicle
from tui.screens.layout import tab_of
from tui.screens.line import LineScreen
from tui.screens.live import LiveScreen
from tui.screens.studies import StudiesScreen
from tui.studies.study import read
from tui.tab import Tab
from tui.widgets.connection_panel import ConnectionPanel
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import Pane
from tui.widgets.picture import Plain
from tui.widgets.refusal import refuse
from tui.widgets.remembered import Changed
from tui.widgets.status_bar import StatusBar, trouble
from tui.widgets.tabs import Tabs
from tui.widgets.watchlist import Watchlist
from tui.workspace import Workspace


class MonitorScreen(LiveScreen, Plain, inherit_bindings=False):
    """What the frame timer draws, and what is around the panes."""

    BINDINGS = bindings(MONITOR, GRID, PANE, TABS, WATCHLIST)
    AUTO_FOCUS = None
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    MonitorScreen {
        & > #empty {
            display: none; height: 1fr; content-align: center middle;
            text-align: center; color: $market-axis;
        }
        &.-empty > #empty { display: block; }
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
        self.grid = PaneGrid(engine, options, workspace.listing.names)
        self.watchlist = Watchlist(self.grid, workspace.listing)
        self.tabs = Tabs(self.grid, workspace.tabs, len(workspace.before))
        self.panel = ConnectionPanel()
        self.bar = StatusBar(demo)
        self.chronicle = Chronicle()
        self._restored = workspace

    def compose(self) -> ComposeResult:
        yield self.tabs
        yield self.grid
        yield self.watchlist
        yield Static("No symbols here.\n\na adds some, u undoes a removal", id="empty")
        yield self.panel
        yield self.bar

    async def on_mount(self) -> None:
        self.panel.set_class(self._restored.panel_open, "-open")
        self._restore_studies()
        await self.tabs.restore()
        self._choose_view()

    # --- what the frame timer calls -------------------------------------------------------

    def hear(self, events: Iterable[FeedEvent], now: float) -> None:
        """Take what happened since the last frame, at monotonic `now`."""
        for event in events:
            self.chronicle.add(event, now)
            if isinstance(event, Rejected):
                self._tell_nearest(event)

    def update(self, dirty: Set[Subscription]) -> None:
        if not self.grid.frozen:
            if self._lists:
                self.watchlist.update(dirty)
            changed = [pane for pane in self.grid.panes if pane.subscription in dirty]
            for pane in filter(self.sees, changed):
                pane.wake()

    def tick(self, moment: datetime, remarks: Sequence[Run] = ()) -> None:
        connections = self.engine.connections()
        self.bar.show(connections, self.grid.frozen, moment, remarks)
        self._say_trouble()
        self._say_page()
        if self.panel.has_class("-open"):
            self.panel.show(connections)
        if self._lists:
            self.watchlist.tick()
        seen = self.watchlist.seen if self._lists else list(filter(self.sees, self.grid.panes))
        if self.is_current:
            self.engine.prefer(frozenset(pane.subscription for pane in seen))
        for pane in seen:
            pane.tick()

    # --- what is on the screen ------------------------------------------------------------

    @property
    def current(self) -> Pane | None:
        return self.grid.current

    def snapshot(self) -> Workspace:
        """All of this screen that is worth remembering."""
        grid = self.grid
        return Workspace(
            panel_open=self.panel.has_class("-open"),
            glyphs=grid.options.glyphs.value,
            volume=grid.options.show_volume,
            zoom=grid.options.zoom.value,
            chart=grid.options.kind.value,
            log=grid.options.log,
            studies={symbol: tuple(map(str, s)) for symbol, s in grid.studies.items() if s},
            listing=self.watchlist.listing,
        ).with_tabs(self.tabs.tabs, self.tabs.shown)

    def sees(self, pane: Pane) -> bool:
        """Whether a person can see the pane now."""
        return self.is_current and self.grid.shows(pane)

    @property
    def _lists(self) -> bool:
        """Whether a person can see the watchlist now."""
        return self.is_current and bool(self.watchlist.display)

    def group(self, x: int, y: int) -> int:
        """Whose cell this is: a pane's or a row's number; -1 where prices are, or neither."""
        return (self.watchlist if self._lists else self.grid).group(x, y)

    # --- actions --------------------------------------------------------------------------

    @work(group="add", exclusive=True)
    async def action_add(self) -> None:
        screen = AddScreen(self.engine, self.default_exchange, self.default_interval)
        chosen: tuple[Subscription, ...] = await self.app.push_screen_wait(screen)
        await self.grid.add(chosen)

    def action_detail(self) -> None:
        from tui.screens.detail import DetailScreen  # with it comes plotext, which loads slowly

        if self.grid.current:
            watched = self.grid.current.subscription
            self.app.push_screen(DetailScreen(self.grid, watched, self.chronicle))

    def action_compare(self) -> None:
        from tui.screens.compare import CompareScreen  # with it comes plotext, which loads slowly

        watched = [pane.subscription for pane in self.grid.panes]
        if self.grid.current:
            at = watched.index(self.grid.current.subscription)
            self.app.push_screen(CompareScreen(self.engine, watched, at, self.grid.options.tz))

    def action_studies(self) -> None:
        """Choose what is drawn over and below the current pane's candles."""
        if current := self.grid.current:
            use = partial(self.grid.use_studies, current.subscription.symbol)
            self.app.push_screen(StudiesScreen(current, use))

    def layout_of(self, text: str) -> Tab:
        """The tab that a layout describes; raises UsageError for what is none."""
        return tab_of(text, self.engine, self.default_exchange, self.default_interval)

    async def on_paste(self, event: Paste) -> None:
        """A pasted layout opens in a tab of its own."""
        try:
            tab = self.layout_of(event.text)
        except UsageError as error:
            self.notify(f"What was pasted is no layout: {error}", markup=False)
            return
        await self.tabs.open(tab)
        self.notify("What was pasted is open in a new tab.", markup=False, timeout=4)

    def action_back(self) -> None:
        current = self.grid.current
        if self.watchlist.clear_filter():
            return
        if self.grid.options.cursor is not None:
            self.grid.use_cursor(None)
        elif current and current.options.offset and not self._lists:
            current.action_live_edge()
        elif self.grid.zoomed:
            self.grid.action_zoom()
        elif self.panel.has_class("-open"):
            self.action_connections()
        else:
            refuse(self, "Nothing to leave here; q quits.")

    def action_page(self, by: int) -> None:
        (self.watchlist if self._lists else self.grid).action_page(by)

    def action_view(self) -> None:
        """Grid or watchlist; a zoomed pane gives way to the other view."""
        listed = bool(self.watchlist.display)
        self.grid.zoomed = self.grid.zoomed and listed
        self.watchlist.use(replace(self.watchlist.listing, shown=not listed))
        self._choose_view()

    @work(group="ask", exclusive=True)
    async def name_symbol(self, symbol: Symbol) -> None:
        """Ask how the symbol shall be called."""
        listing = self.watchlist.listing
        known, hint = listing.names.get(symbol, ""), f"Empty: {symbol.name} again"
        text = await self.app.push_screen_wait(LineScreen(f"Name {symbol}", known, hint))
        if text is not None:
            self.watchlist.use(self.watchlist.listing.named(symbol, text))

    @work(group="ask", exclusive=True)
    async def group_symbol(self, symbol: Symbol) -> None:
        """Ask which group the symbol shall be in."""
        listing = self.watchlist.listing
        groups = ", ".join(dict.fromkeys(listing.groups.values()))
        hint = f"{f'There is {groups}. ' if groups else ''}Empty: in no group"
        known = listing.groups.get(symbol, "")
        text = await self.app.push_screen_wait(LineScreen(f"Group of {symbol}", known, hint))
        if text is not None:
            self.watchlist.use(self.watchlist.listing.grouped(symbol, text))

    def action_connections(self) -> None:
        self.panel.toggle_class("-open")
        self.call_after_refresh(self.panel.show, self.engine.connections())
        self.post_message(Changed())

    # --- the first start ------------------------------------------------------------------

    def on_key(self) -> None:
        self.bar.end_welcome()

    def on_click(self) -> None:
        self.bar.end_welcome()

    # --- what the panes tell --------------------------------------------------------------

    @on(Changed)
    def _choose_view(self) -> None:
        """Grid, watchlist, or without panes a line that says what to do.

        A zoomed pane is shown in the grid, whichever view it comes from.
        """
        any_ = bool(self.grid.panes)
        listed = any_ and self.watchlist.listing.shown and not self.grid.zoomed
        self.set_class(not any_, "-empty")
        if listed != bool(self.watchlist.display):
            self.watchlist.appear(listed)
        else:
            self.watchlist.rearrange()
        if listed or not any_:
            self.grid.display = False
        elif not self.grid.display:
            self.grid.reappear()

    @on(PaneGrid.Selected)
    def _follow_selection(self) -> None:
        self.watchlist.selected()
        self._say_trouble()

    def _say_trouble(self) -> None:
        """Why the current pane gets no data: few headers have the room for it.

        While frozen the way on is more important.
        """
        current = self.grid.current
        watched = None if self.grid.frozen or not current else current.subscription
        self.bar.say(trouble(watched, self.engine.status(watched)) if watched else ())

    @on(PaneGrid.Selected)
    def _say_page(self) -> None:
        self.bar.turn(*self.grid.page)

    def on_pane_grid_removed(self, message: PaneGrid.Removed) -> None:
        self.tabs.lost(message.subscription, message.index)
        self.notify(_removed(message.subscription), markup=False, timeout=4)

    def on_pane_grid_restored(self, message: PaneGrid.Restored) -> None:
        self._no_longer(_removed(message.subscription))

    def on_tabs_closed(self, message: Tabs.Closed) -> None:
        self.notify(_closed(message.label), markup=False, timeout=4)

    def on_tabs_reopened(self, message: Tabs.Reopened) -> None:
        self._no_longer(_closed(message.label))

    def _no_longer(self, notice: str) -> None:
        """The notice is not true any more. Textual has no public way to end one of several."""
        for told in [told for told in self.app._notifications if told.message == notice]:
            self.app._unnotify(told)

    def _restore_studies(self) -> None:
        for symbol, texts in self._restored.studies.items():
            self.grid.studies[symbol], problems = read(texts)
            for problem in problems:
                self.notify(f"A study of {symbol} is left out. {problem}", markup=False)

    def _tell_nearest(self, event: Rejected) -> None:
        for pane in self.grid.panes:
            if pane.subscription == event.subscription:
                pane.nearest = event.nearest
                pane.wake()


def _closed(label: str) -> str:
    return f"Tab {label} closed. u brings it back."


def _removed(subscription: Subscription) -> str:
    return f"{subscription} removed. u brings it back."
