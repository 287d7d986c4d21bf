"""The command palette: everything the keys do, and what has no key, by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, cast

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind
from tui.market.interval import Interval
from tui.market.symbol import Subscription
from tui.screens.monitor import MonitorScreen
from tui.screens.search import Typed, directories, market, matches, offered
from tui.studies.catalogue import KINDS
from tui.studies.study import Study, toggled
from tui.wardrobe import Wardrobe
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import Pane
from tui.widgets.watchlist_row import COLUMNS

_MOST_SYMBOLS = 12
_KINDS = {
    Kind.CANDLES: "Open, high, low and close, up and down told by colour",
    Kind.HOLLOW: "Candles that are hollow where the price rose",
    Kind.BARS: "A line from low to high, the open on its left, the close on its right",
    Kind.LINE: "A line through the closes",
    Kind.AREA: "The area below the closes",
    Kind.HEIKIN_ASHI: "Averaged candles that show the trend, not the prices that were paid",
}
_GLYPHS = {
    Glyphs.HEAVY: "Box drawing, with lines in braille",
    Glyphs.BLOCKS: "Blocks and thin lines, which text consoles have, too",
    Glyphs.BRAILLE: "Dots alone: four steps a row",
    Glyphs.ASCII: "Letters and signs that every font has",
}


class Plug(Protocol):
    """The demo's market, which can be made to fail."""

    def ways(self) -> Iterable[tuple[str, str, Callable[[], None]]]:
        """Each way to fail: its name, what it does and for how long, and what makes it happen."""


class Host(Protocol):
    """What the palette needs of the app."""

    monitor: MonitorScreen
    plug: Plug | None
    wardrobe: Wardrobe


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the palette; `offered` ones stand there before anything is typed."""

    name: str
    help: str
    run: IgnoreReturnCallbackType
    offered: bool = True


class Entries(Provider, ABC):
    """A list of entries, searched by name."""

    @abstractmethod
    def entries(self) -> Iterator[Entry]:
        """All of them, in the order in which they are offered."""

    async def discover(self) -> Hits:
        for entry in self.entries():
            if entry.offered:
                help_ = _plain(entry.help)
                yield DiscoveryHit(Content(entry.name), entry.run, entry.name, help_)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for entry in self.entries():
            if (score := matcher.match(entry.name)) > 0:
                name = matcher.highlight(entry.name)
                yield Hit(score, name, entry.run, entry.name, _plain(entry.help))


class MonitorCommands(Entries):
    """What can be done with the panes, the charts and the program."""

    def entries(self) -> Iterator[Entry]:
        host = cast(Host, self.app)
        yield from _general(self.app)
        yield from _panes(host.monitor.grid)
        yield from _charts(host.monitor.grid)
        yield from _watchlist(host.monitor)
        yield from _themes(self.app)
        if host.plug:
            yield from _plug(host.plug)


class IntervalCommands(Entries):
    """The lengths of candles that the current pane may have."""

    def entries(self) -> Iterator[Entry]:
        grid = cast(Host, self.app).monitor.grid
        for pane, interval in _intervals(grid):
            yield Entry(str(interval), "For this pane", partial(pane.use_interval, interval))


class SymbolCommands(Provider):
    """`Add BTCUSDT`: the exchanges' own symbols that fit what is typed."""

    async def search(self, query: str) -> Hits:
        monitor = cast(Host, self.app).monitor
        words = query.casefold().removeprefix("add ").split()
        if len(words) != 1:
            return
        typed = Typed.parse(words[0])
        known = directories(monitor.engine, typed.exchange)
        hits = matches(typed.name, offered(known), monitor.default_exchange, _MOST_SYMBOLS)
        for place, info in enumerate(hits):
            halted = "" if info.trading else ", not trading"
            subscription = Subscription(info.symbol, monitor.default_interval)
            yield Hit(
                0.9 - place / 100,
                Content(f"Add {info.symbol.name}"),
                partial(monitor.grid.add, [subscription]),
                f"Add {info.symbol.name}",
                _plain(f"{market(info)} on {info.symbol.exchange}{halted}"),
            )


def _plain(text: str) -> Any:
    """A help text that the palette does not read as markup: it takes Content as it is."""
    return Content(text)


def _general(app: App[Any]) -> Iterator[Entry]:
    def act(action: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await app.run_action(action)

        return run

    yield Entry("Add symbols", "Search the exchanges' symbols", act("screen.add"))
    yield Entry("Connections", "Show or hide what every socket is doing", act("screen.connections"))
    yield Entry("Details", "All about the pane's symbol", act("screen.detail"))
    yield Entry("Compare", "All symbols as per cent, and their spreads", act("screen.compare"))
    yield Entry("Alerts", "On prices, volumes and the health of a feed", act("app.alerts"))
    yield Entry("Freeze", "Stop the screen, and let it go on", act("grid.freeze"))
    yield Entry("Help", "All keys, words and marks", act("app.help"))
    yield Entry("Next theme", "The next of the program's own themes", act("app.next_theme"))
    yield Entry("Choose theme", "Any theme, with a preview", app.search_themes)
    swap = "Give each the colours of the other, as in East Asian markets; again: back"
    yield Entry("Swap up and down", swap, cast(Host, app).wardrobe.swap)
    clear = "Let the terminal's own background show, or the theme's again"
    yield Entry("Transparent background", clear, cast(Host, app).wardrobe.clear)
    yield Entry("Save screen", "Write the screen to an SVG file", act("app.save_screen"))
    candles = "Write all loaded candles of the pane to a file"
    yield Entry("Save series as CSV", candles, act("app.save_series"))
    yield Entry("Save series as Parquet", candles, act("app.save_series('parquet')"))
    yield Entry("Quit", "End the program; the workspace is kept", act("app.quit"))


def _panes(grid: PaneGrid) -> Iterator[Entry]:
    if grid.current:
        name = grid.current.subscription
        reconnect = grid.current.action_reconnect
        yield Entry("Zoom", "Fill the screen with the pane, and back", grid.action_zoom)
        yield Entry("Reconnect now", f"Dial the connection of {name}", reconnect)
        yield Entry("Reconnect all", "Dial every connection now", grid.engine.reconnect)
        asked = "Ask the exchanges what they send; what they forgot is asked for again"
        yield Entry("Check subscriptions", asked, grid.engine.inquire)
    for pane in grid.panes:
        text = f"Remove {pane.subscription}"
        offered = pane is grid.current
        yield Entry(text, "u brings it back", partial(grid.remove_pane, pane), offered)
    yield Entry("Columns: auto", "Fit the panes to the terminal", partial(grid.use_columns, 0))
    for columns in range(1, 7):
        plural = "" if columns == 1 else "s"
        help_ = f"Arrange the panes in {columns} column{plural}"
        run = partial(grid.use_columns, columns)
        yield Entry(f"Columns: {columns}", help_, run, offered=False)


def _charts(grid: PaneGrid) -> Iterator[Entry]:
    for pane, interval in _intervals(grid):
        one = partial(pane.use_interval, interval)
        every = partial(grid.use_interval, interval)
        yield Entry(f"Interval {interval}", "For this pane", one, offered=False)
        yield Entry(f"Interval {interval} everywhere", "For all panes", every, offered=False)
    yield Entry("Volume", "Show or hide the volume below the candles", grid.action_volume)
    yield from _studies(grid)
    asked = "Read a candle's values in all charts at once, by ← → or the mouse"
    yield Entry("Crosshair", asked, grid.action_crosshair)
    yield Entry("Log scale", "Equal ratios of prices take equal room, or do not", grid.action_log)
    for kind, help_ in _KINDS.items():
        run = partial(grid.use_options, replace(grid.options, kind=kind))
        yield Entry(f"Chart: {kind.value}", help_, run, offered=False)
    for glyphs, help_ in _GLYPHS.items():
        run = partial(grid.use_options, replace(grid.options, glyphs=glyphs))
        yield Entry(f"Glyphs: {glyphs.value}", help_, run, offered=False)


def _studies(grid: PaneGrid) -> Iterator[Entry]:
    """Each usual study for the current pane; chosen again it goes."""
    if pane := grid.current:
        chosen, symbol = pane.follower.studies, pane.subscription.symbol
        for study in dict.fromkeys([*map(Study.usual, KINDS.values()), *chosen]):
            run = partial(grid.use_studies, symbol, toggled(chosen, study))
            does = "Take it off this pane" if study in chosen else study.kind.description
            yield Entry(f"Study: {study}", does, run, offered=False)


def _watchlist(monitor: MonitorScreen) -> Iterator[Entry]:
    listed, watchlist = monitor.watchlist.listing, monitor.watchlist
    view = "Grid of charts" if watchlist.display else "Watchlist"
    yield Entry(view, "One row a symbol, or charts", monitor.action_view)
    current = monitor.grid.current
    for symbol in dict.fromkeys(pane.subscription.symbol for pane in monitor.grid.panes):
        offered = current is not None and current.subscription.symbol == symbol
        named, grouped = listed.names.get(symbol), listed.groups.get(symbol)
        name, group = partial(monitor.name_symbol, symbol), partial(monitor.group_symbol, symbol)
        yield Entry(f"Name {symbol.name}…", f"{symbol}: {named or 'no name yet'}", name, offered)
        yield Entry(f"Group {symbol.name}…", f"{symbol}: {grouped or 'in none'}", group, offered)
    by_hand = partial(watchlist.sort_by, "")
    yield Entry("Sort by hand", "The watchlist's own order; K and J move rows", by_hand)
    for column in COLUMNS:
        run = partial(watchlist.sort_by, column.id)
        yield Entry(f"Sort by {column.id}", "Again: the other way round", run, offered=False)


def _intervals(grid: PaneGrid) -> Iterator[tuple[Pane, Interval]]:
    """The current pane with each interval that its exchange has; nothing without a pane."""
    if pane := grid.current:
        for interval in grid.engine.intervals(pane.subscription.symbol.exchange):
            yield pane, interval


def _themes(app: App[Any]) -> Iterator[Entry]:
    for name in sorted(app.available_themes):
        run = partial(setattr, app, "theme", name)
        yield Entry(f"Theme: {name}", "Use these colours", run, offered=False)


def _plug(plug: Plug) -> Iterator[Entry]:
    for name, help_, run in plug.ways():
        yield Entry(f"Pull the plug: {name}", help_, run)
