"""The panes in their order, one of them current, and what keys do to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.events import DescendantFocus
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from tui.chart.frame import Options
from tui.feed.engine import Engine
from tui.market.symbol import Subscription, Symbol
from tui.tab import Tab
from tui.widgets.charted import Charted
from tui.widgets.pane import Pane
from tui.widgets.refusal import refuse
from tui.widgets.remembered import Changed
from tui.widgets.tiling import Plan, beside, least, plan, regions

_MOST_COLUMNS = 6


class PaneGrid(Charted):
    """Panes in reading order; it alone decides where they stand.

    `columns` 0 lets the terminal's size decide. A `zoomed` pane, the current one, hides the others.
    Those that do not fit stand on further pages; the current pane's page is on view.
    """

    class Selected(Message):
        """Another pane is the current one."""

    class Removed(Message):
        """A pane was taken away from this place; undo brings it back."""

        def __init__(self, subscription: Subscription, index: int) -> None:
            super().__init__()
            self.subscription = subscription
            self.index = index

    class Restored(Removed):
        """A removed pane is back."""

    DEFAULT_CSS = """
    PaneGrid { width: 1fr; height: 1fr; overflow: hidden; }
    """

    def __init__(
        self, engine: Engine, options: Options, names: Mapping[Symbol, str] | None = None
    ) -> None:
        super().__init__(engine, options, names or {})
        self.columns = 0
        # The rows of a list that stands in the grid's place; None where there is none.
        self.listed: Sequence[Pane] | None = None
        self.zoomed = False
        self._placing = _Tiles()
        self._current: Pane | None = None

    # --- what there is --------------------------------------------------------------------

    @property
    def panes(self) -> list[Pane]:
        """All panes in their order, those hidden behind a zoomed one too."""
        return [child for child in self.children if isinstance(child, Pane)]

    @property
    def current(self) -> Pane | None:
        """The pane that keys act on."""
        return self._current if self._current in self.panes else next(iter(self.panes), None)

    @property
    def walk(self) -> list[Pane]:
        """The panes in the order in which keys go through them."""
        return self.panes if self.listed is None else list(self.listed)

    @property
    def layout(self) -> Layout:
        return self._placing

    @property
    def chosen(self) -> Plan:
        """The arrangement for the present size."""
        shown = 1 if self.zoomed else len(self.panes)
        return plan(shown, self.size.width, self.size.height, self.columns)

    @property
    def page(self) -> tuple[int, int]:
        """The number of the page on view, from 1, and how many there are, at least 1."""
        if self.zoomed or not self.panes or self.listed is not None:
            return 1, 1
        each = self.chosen.page
        return self.place // each + 1, -(-len(self.panes) // each)

    @property
    def tab(self) -> Tab:
        """What the grid holds, without a name."""
        panes = tuple(pane.subscription for pane in self.panes)
        return Tab(panes, columns=self.columns, zoomed=self.place if self.zoomed else None)

    @property
    def place(self) -> int:
        """The index of the current pane; 0 without any."""
        return self.panes.index(self.current) if self.current else 0

    def group(self, x: int, y: int) -> int:
        """Whose cell of the screen this is: a pane's number; -1 where prices or no panes are."""
        for number, pane in enumerate(self.panes):
            if pane.region.contains(x, y):
                return -1 if pane.has_price(y) else number
        return -1

    def shows(self, pane: Pane) -> bool:
        """Whether the pane stands on the page that is on view."""
        return pane.display and bool(pane.region)

    # --- add, remove ----------------------------------------------------------------------

    async def hold(self, tab: Tab, current: int = 0) -> None:
        """Hold the panes of this tab, and no others; leases that both have are kept."""
        gone = self.panes
        self.columns, self.zoomed = tab.columns, False
        for pane in gone:
            pane.display = False
        await self._mount_panes(tab.panes)
        await self.remove_children(gone)
        self.zoomed = tab.zoomed is not None
        self._arrange()
        self.action_select(current if tab.zoomed is None else tab.zoomed)

    async def add(self, subscriptions: Iterable[Subscription]) -> None:
        """Add panes at the end; one that is there already is selected instead."""
        wanted = list(dict.fromkeys(subscriptions))
        present = {pane.subscription: pane for pane in self.panes}
        await self._mount_panes(s for s in wanted if s not in present)
        self._arrange()
        for subscription in filter(present.__contains__, wanted):
            self.notify(f"{subscription} is here already.", markup=False)
        if wanted:
            self.select(next(p for p in self.panes if p.subscription == wanted[-1]))
        self.post_message(Changed())

    async def _mount_panes(
        self, subscriptions: Iterable[Subscription], before: int | None = None
    ) -> None:
        """Put panes at the end, or before the one of that index; the current one stays."""
        panes = [self.pane_of(subscription) for subscription in subscriptions]
        inside = before is not None and before < len(self.panes)
        await self.mount(*panes, before=before if inside else None)

    async def remove_pane(self, pane: Pane) -> None:
        """Take the pane away; undo brings it back to its place."""
        index, walk = self.panes.index(pane), self.walk
        place = walk.index(pane) if pane in walk else 0
        await pane.remove()
        self._arrange()
        if remaining := [other for other in walk if other is not pane]:
            self.select(remaining[min(place, len(remaining) - 1)])
        self.post_message(self.Removed(pane.subscription, index))
        self.post_message(Changed())

    async def action_remove(self) -> None:
        if self.current:
            await self.remove_pane(self.current)

    async def bring_back(self, subscription: Subscription, index: int) -> None:
        """Put a removed pane back to its place."""
        await self._mount_panes([subscription], before=index)
        self._arrange()
        self.post_message(self.Restored(subscription, index))
        self.select(self.panes[min(index, len(self.panes) - 1)])
        self.post_message(Changed())

    # --- select, arrange ------------------------------------------------------------------

    def select(self, pane: Pane) -> None:
        """Make this the pane that keys act on."""
        self._current = pane
        if self.zoomed:
            self._arrange()
        elif self.page[1] > 1:
            self._tile()
        if self.listed is None:
            pane.focus()
        else:
            self.post_message(self.Selected())

    def reappear(self) -> None:
        """Be shown again after another view; what panes missed meanwhile is drawn at once."""
        self.display = True
        for pane in self.panes:
            pane.wake()
        if self.current:
            self.select(self.current)

    def put(self, pane: Pane, beside: Pane, *, after: bool) -> None:
        """Move a pane right before or after another one."""
        if after:
            self.move_child(pane, after=beside)
        else:
            self.move_child(pane, before=beside)
        self._tile()
        self.post_message(Changed())

    def action_select(self, index: int) -> None:
        walk = self.walk
        if -len(walk) <= index < len(walk):
            self.select(walk[index])
        elif walk:
            refuse(self, f"There is no pane {index + 1}.")

    def action_step(self, by: int) -> None:
        walk = self.walk
        if len(walk) == 1:
            refuse(self, "There is no other pane.")
        elif self.current in walk:
            self.select(walk[(walk.index(self.current) + by) % len(walk)])

    def action_move(self, right: int, down: int) -> None:
        if self.listed is not None:
            self.move_in_list(down)
        elif self.options.cursor is not None and right:
            self.move_cursor(right)
        elif self.current and self.zoomed and right:
            self.current.action_pan(-right)
        elif self.zoomed:
            self.action_step(down)
        elif right and 0 <= self.place + right < len(self.panes):
            self.select(self.panes[self.place + right])
        elif self.current and down:
            self._select_beside(down)

    def move_in_list(self, down: int) -> None:
        """Select the row so far below the current one, or the last there is."""
        walk = self.walk
        if self.current in walk:
            index = walk.index(self.current) + down
            self.select(walk[max(0, min(index, len(walk) - 1))])

    def _select_beside(self, down: int) -> None:
        """The pane below or above; past the edge of a page, the next one in the order."""
        first = self.place // self.chosen.page * self.chosen.page
        found = beside(self._regions(), self.place - first, down)
        if found is not None:
            self.action_select(first + found)
        elif self._turns(down):
            self.action_select(first + (self.chosen.page if down > 0 else -1))

    def action_page(self, by: int) -> None:
        """Turn to a page before or after this one."""
        if self._turns(by):
            each = self.chosen.page
            index = self.place + by * each
            self.action_select(min(index, len(self.panes) - 1))
        elif self.page[1] == 1:
            refuse(self, "This is the only page.")

    def _turns(self, by: int) -> bool:
        """Whether there is a page so far from the one on view."""
        number, pages = self.page
        return 1 <= number + by <= pages

    def action_shift(self, by: int) -> None:
        """Move the current pane in the order, one place before or after its neighbour."""
        place = self.place + by
        if self.current and 0 <= place < len(self.panes):
            self.put(self.current, self.panes[place], after=by > 0)

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed and self.current is not None
        self._arrange()
        self.post_message(Changed())

    def use_columns(self, columns: int) -> None:
        """Arrange in so many columns; 0 lets the size decide."""
        self.columns = columns
        self._tile()
        self.post_message(Changed())

    def action_next_columns(self) -> None:
        """Fitted to the terminal, then 1, 2, and so on."""
        self.use_columns((self.columns + 1) % (_MOST_COLUMNS + 1))
        word = f"Columns: {self.columns or 'fitted to the terminal'}"
        self.notify(word, timeout=2)

    async def on_pane_asked(self, message: Pane.Asked) -> None:
        self.select(message.pane)
        await self.app.run_action(message.action)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        # When the grid is hidden Textual looks for another focus in it.
        if isinstance(event.widget, Pane) and self.listed is None:
            self._current = event.widget
            if not self.shows(event.widget):
                self._tile()
            self.post_message(self.Selected())

    def _arrange(self) -> None:
        """A zoomed pane hides the others."""
        self.zoomed = self.zoomed and bool(self.panes)
        current = self.current
        for pane in self.panes:
            pane.display = not self.zoomed or pane is current

    def _tile(self) -> None:
        for pane in self.panes:
            # Asked of the children, since a widget keeps the arrangement of its own children.
            pane.refresh(layout=True)
        self.post_message(self.Selected())

    def _regions(self) -> list[Region]:
        """Where the panes of the page on view stand."""
        count = len(self.page_of(self.panes, self.chosen))
        return regions(count, *self.size, self.chosen)

    def page_of(self, panes: Sequence[Widget], chosen: Plan) -> Sequence[Widget]:
        """Those of the panes that stand on the page on view."""
        place = panes.index(self.current) if self.current in panes else 0
        first = place // chosen.page * chosen.page
        return panes[first : first + chosen.page]


class _Tiles(Layout):
    """Tiles the page of a PaneGrid that is on view; panes without a place are not seen."""

    name = "tiles"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        assert isinstance(parent, PaneGrid)
        chosen = plan(len(children), size.width, size.height, parent.columns)
        seen = parent.page_of(children, chosen)
        places = regions(len(seen), size.width, size.height, chosen)
        for pane in seen:
            assert isinstance(pane, Pane)
            pane.fit(least(places))
        return [
            WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, pane)
            for pane, region in zip(seen, places, strict=True)
        ]
