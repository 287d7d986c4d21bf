"""The palette's part on tabs and layouts: open, name, close, choose, copy, and type a layout."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, cast

from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.commands import Entries, Entry, Host
from tui.errors import UsageError
from tui.layout_text import EXAMPLE, is_meant, write
from tui.tab import Tab
from tui.text import clean
from tui.widgets.grid import PaneGrid
from tui.widgets.tabs import Tabs


class TabCommands(Entries):
    """What can be done with tabs, pages and the order of the panes."""

    def entries(self) -> Iterator[Entry]:
        monitor = cast(Host, self.app).monitor
        yield from _tabs(self.app, monitor.tabs)
        yield from _order(monitor.grid)
        yield Entry(
            "Copy layout",
            "This tab as text, to the clipboard",
            partial(_copy, self.app, monitor.grid.tab),
        )


class LayoutCommands(Provider):
    """`Open layout: …` once what is typed is one; until then what it lacks."""

    async def search(self, query: str) -> Hits:
        if is_meant(query):
            yield self._hit(query)

    def _hit(self, query: str) -> Hit:
        monitor = cast(Host, self.app).monitor
        try:
            tab = monitor.layout_of(query)
        except UsageError as error:
            return _hit("Open layout: …", str(error), partial(_tell, self.app, str(error)))
        name = f"Open layout: {write(tab.panes, tab.columns)}"
        return _hit(name, "In a new tab", partial(monitor.tabs.open, tab))


class TabName(Provider):
    """Whatever is typed is the name of the tab on view."""

    async def discover(self) -> Hits:
        rename = cast(Host, self.app).monitor.tabs.rename
        yield DiscoveryHit("No name, only its number", partial(rename, ""))

    async def search(self, query: str) -> Hits:
        rename = cast(Host, self.app).monitor.tabs.rename
        yield _hit(f"Call it {clean(query)}", "", partial(rename, query))


def _tabs(app: App[Any], tabs: Tabs) -> Iterator[Entry]:
    several = len(tabs.labels) > 1
    here = tabs.labels[tabs.shown]
    empty = f"An empty one; or type a layout, like {EXAMPLE}"
    yield Entry("New tab", empty, partial(tabs.open, Tab()))
    yield Entry("Rename tab", f"Another name for tab {here}", partial(_name, app))
    yield Entry("Close tab", "u brings it back", tabs.close, several)
    yield Entry("Next tab", "The one to the right", partial(tabs.action_step_tab, 1), several)
    yield Entry("Previous tab", "The one to the left", partial(tabs.action_step_tab, -1), several)
    yield Entry("Undo remove", "Bring back the pane or tab that went last", tabs.action_undo)
    for index, label in enumerate(tabs.labels):
        if index != tabs.shown:
            yield Entry(f"Tab {label}", "Show this tab", partial(tabs.choose, index), offered=False)


def _order(grid: PaneGrid) -> Iterator[Entry]:
    for by, where in ((-1, "earlier"), (1, "later")):
        help_ = "One place in the order of the panes"
        yield Entry(f"Move pane {where}", help_, partial(grid.action_shift, by), offered=False)
    number, pages = grid.page
    for by, where in ((1, "Next"), (-1, "Previous")):
        help_ = f"This is page {number} of {pages}"
        yield Entry(f"{where} page", help_, partial(grid.action_page, by), offered=False)


def _hit(name: str, help_: str, run: Callable[[], Awaitable[None] | None]) -> Hit:
    """A line of the palette that is not read as markup: it takes Content as it is."""
    plain: Any = Content(help_)
    return Hit(1.0, Content(name), run, name, plain)


def _name(app: App[Any]) -> None:
    app.push_screen(CommandPalette(providers=[TabName], placeholder="The tab's name"))


def _copy(app: App[Any], tab: Tab) -> None:
    text = write(tab.panes, tab.columns)
    if text:
        app.copy_to_clipboard(text)
    _tell(app, f"Copied: {text}" if text else "There is no pane to copy.")


def _tell(app: App[Any], text: str) -> None:
    app.notify(text, markup=False)
