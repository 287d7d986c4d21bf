"""The watchlist: the panes of the grid as one-line rows, sorted, filtered and in groups."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from textual import on
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.widgets import Input

from tui.chart.glyphs import SETS
from tui.listing import Listing, Sort
from tui.market.symbol import Subscription
from tui.text import clean
from tui.widgets.grid import PaneGrid
from tui.widgets.pane import LEAST_CANDLES, Pane
from tui.widgets.remembered import Changed
from tui.widgets.watchlist_order import Head, arranged
from tui.widgets.watchlist_row import BY_ID, Entry
from tui.widgets.watchlist_sight import Sight, look
from tui.widgets.watchlist_table import WatchlistTable

_WHEEL = 3


class Watchlist(WatchlistTable):
    """One row for each pane; the grid stays the owner of panes, order and selection.

    `words` is what the filter looks for. Prices follow each tick, all else once a second.
    """

    def __init__(self, grid: PaneGrid, listing: Listing) -> None:
        super().__init__(listing)
        self.input.can_focus = False
        self.grid = grid
        self.words = ""
        self._sights: dict[Pane, Sight] = {}

    @property
    def seen(self) -> list[Pane]:
        """The panes whose rows are on view."""
        panes = self.grid.panes
        return [panes[line] for line in self.window if isinstance(line, int) and line < len(panes)]

    def group(self, x: int, y: int) -> int:
        """Whose cell of the screen this is: a row's number; -1 where prices are, or no rows."""
        row, column = y - self.region.y, x - self.region.x
        prices = (place for place in self.places if place.column.id == "price")
        priced = any(place.x <= column < place.x + place.width for place in prices)
        return -1 if priced or not 0 < row <= len(self.window) else row

    # --- when it changes ------------------------------------------------------------------

    def appear(self, shown: bool) -> None:
        """Take the grid's place, or give it back."""
        self.display = shown
        self.grid.listed = [] if shown else None
        self.rearrange()

    def update(self, dirty: Set[Subscription]) -> None:
        """Show the newest prices of rows on view."""
        panes = self.grid.panes
        changed = [pane for pane in self.seen if pane.subscription in dirty]
        fits = [self.replace_price(panes.index(pane), self._glance(pane)) for pane in changed]
        if not all(fits):
            self.measure()
        if changed:
            self.draw()

    def tick(self) -> None:
        """A second has passed: all that a row says, and what it is sorted by."""
        follows = self.shows_current
        self._look(self.grid.panes if self.listing.sort else self.seen)
        self._order()
        self.measure()
        if follows:
            self.reveal()
        self.draw()

    def rearrange(self) -> None:
        """Panes, their order or their looks are different."""
        if not self.display:
            return
        self._look(self.grid.panes)
        self._order()
        self.measure(anew=True)
        walk = self.grid.walk
        if walk and self.grid.current not in walk:
            self.grid.select(walk[0])
        self.selected()

    def selected(self) -> None:
        """Another row is the current one."""
        if self.display:
            self.current = self._number
            self.reveal()
            self.draw()

    def on_resize(self) -> None:
        self.rearrange()

    def use(self, listing: Listing) -> None:
        """Stand like this from now on."""
        self.listing = listing
        self.grid.use_names(listing.names)
        self.rearrange()
        self.post_message(Changed())

    def _look(self, panes: list[Pane]) -> None:
        for pane in panes:
            self._sights[pane] = self._sight(pane, whole=True)

    def _glance(self, pane: Pane) -> Entry:
        self._sights[pane] = self._sight(pane, whole=False)
        return self._sights[pane].entry

    def _sight(self, pane: Pane, *, whole: bool) -> Sight:
        count = max(LEAST_CANDLES, self.size.width)
        return look(pane, self.listing, count, self._sights.get(pane), whole=whole)

    def _order(self) -> None:
        """The lines anew, from what was last seen of all panes."""
        panes = self.grid.panes
        self._sights = {p: self._sights.get(p) or self._sight(p, whole=True) for p in panes}
        self.glyphs = SETS[self.grid.options.glyphs]
        self.entries = [sight.entry for sight in self._sights.values()]
        self.lines = arranged(self.entries, self.listing, self.words)
        self.current = self._number
        self.note.update(f"No symbol here has “{clean(self.words)}”.\nesc clears the filter")
        stops = (self._stop(line) for line in self.lines)
        self.grid.listed = [panes[stop] for stop in stops if stop is not None]

    def _stop(self, line: Head | int) -> int | None:
        """Which row keys come to on a line: of a folded group one, on its head."""
        if not isinstance(line, Head):
            return line
        if not line.folded:
            return None
        return self.current if self.stands(line) else line.members[0]

    @property
    def _number(self) -> int:
        return self.grid.panes.index(self.grid.current) if self.grid.current else -1

    # --- sort, fold, move -----------------------------------------------------------------

    def sort_by(self, column: Sort) -> None:
        """Sort by the column, the other way round where that is so already; empty is by hand."""
        falling = bool(column) and BY_ID[column].falling
        if column and column == self.listing.sort:
            falling = not self.listing.descending
        self.use(replace(self.listing, sort=column, descending=falling))

    def action_sort(self) -> None:
        ids: list[Sort] = ["", *(place.column.id for place in self.places)]
        here = ids.index(self.listing.sort) if self.listing.sort in ids else 0
        if self._is_on_view():
            self.sort_by(ids[(here + 1) % len(ids)])

    def action_turn(self) -> None:
        if self._is_on_view() and self.listing.sort:
            self.sort_by(self.listing.sort)

    def action_fold(self) -> None:
        if not self._is_on_view() or not self.grid.current:
            return
        symbol = self.grid.current.subscription.symbol
        if group := self.listing.groups.get(symbol):
            self.use(self.listing.turned(group))
        else:
            self.tell(f"{symbol} is in no group. The palette puts it into one.")

    def action_move_row(self, by: int) -> None:
        """Change places with the row above (`by` -1) or below (1) in the same group."""
        if not self._is_on_view() or not self.grid.current:
            return
        if self.listing.sort:
            self.tell(
                f"The rows are sorted by {self.listing.sort} and cannot be moved. "
                "The palette has Sort by hand."
            )
            return
        panes = self.grid.panes
        group = self.entries[self.current].group
        mates = [n for n in self.lines if isinstance(n, int) and self.entries[n].group == group]
        if self.current in mates:
            there = mates.index(self.current) + by
            if 0 <= there < len(mates):
                self.grid.put(self.grid.current, panes[mates[there]], after=by > 0)

    def action_page(self, by: int) -> None:
        self.grid.move_in_list(by * max(1, len(self.window) - 1))

    def _is_on_view(self) -> bool:
        if not self.display:
            self.tell("That is for the watchlist; w shows it.")
        return bool(self.display)

    def tell(self, text: str) -> None:
        """A notice; never read as markup."""
        self.notify(text, markup=False)

    # --- filter ---------------------------------------------------------------------------

    def action_filter(self) -> None:
        if self._is_on_view():
            self.filtering = True
            self.rearrange()
            self.input.can_focus = True
            self.screen.set_focus(self.input)

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self.words = event.value
        self.rearrange()

    @on(Input.Submitted)
    def _keep_filter(self) -> None:
        self._stop_typing()
        if not self.words.strip():
            self.clear_filter()

    def clear_filter(self) -> bool:
        """Show all rows again; returns whether there was a filter."""
        if not self.display or not self.filtering:
            return False
        self.filtering = False
        self.words = self.input.value = ""
        self._stop_typing()
        self.rearrange()
        return True

    def _stop_typing(self) -> None:
        self.screen.set_focus(None)
        # Else Textual would give it the focus where nothing else can have it.
        self.input.can_focus = False

    # --- mouse ----------------------------------------------------------------------------

    def on_click(self, event: Click) -> None:
        x, y = event.screen_offset - self.region.offset
        line = self.window[y - 1] if 0 < y <= len(self.window) else None
        if y == 0:
            for place in self.places:
                if place.x <= x <= place.x + place.width:
                    self.sort_by(place.column.id)
        elif isinstance(line, Head):
            self.use(self.listing.turned(line.group))
        elif line is not None:
            self.grid.select(self.grid.panes[line])
            if event.chain == 2:
                self.grid.action_zoom()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._turn_wheel(-_WHEEL)
        event.stop()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._turn_wheel(_WHEEL)
        event.stop()

    def _turn_wheel(self, by: int) -> None:
        self.scroll_by(by)
        self._look(self.seen)
        self._order()
        self.draw()
