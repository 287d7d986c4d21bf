"""The panes in their order, one of them current, and what keys do to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from textual.containers import VerticalScroll
from textual.events import DescendantFocus
from textual.geometry import NULL_OFFSET, NULL_SPACING, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from tui.chart.frame import Options
from tui.feed.engine import Engine
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.studies.study import Study
from tui.widgets.pane import Pane
from tui.widgets.picture import Plain
from tui.widgets.refusal import refuse
from tui.widgets.remembered import Changed
from tui.widgets.tiling import Plan, least, plan, regions

_UNDO_DEPTH = 50


class PaneGrid(VerticalScroll, Plain, can_focus=False):
    """Panes in reading order; it alone decides where they stand and how their charts are drawn.

    `columns` 0 lets the terminal's size decide. A `zoomed` pane, the current one, hides the others.
    """

    class Selected(Message):
        """Another pane is the current one."""

    class Removed(Message):
        """A pane was taken away; undo brings it back."""

        def __init__(self, subscription: Subscription) -> None:
            super().__init__()
            self.subscription = subscription

    class Restored(Removed):
        """A removed pane is back."""

    DEFAULT_CSS = """
    PaneGrid { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; }
    """

    def __init__(
        self,
        engine: Engine,
        options: Options,
        columns: int = 0,
        names: Mapping[Symbol, str] | None = None,
    ) -> None:
        super().__init__()
        self.engine = engine
        self.options = options
        self.columns = columns
        self.studies: dict[str, tuple[Study, ...]] = {}
        self.zoomed = False
        self.frozen = False
        self.names = names or {}
        # The rows of a list that stands in the grid's place; None where there is none.
        self.listed: Sequence[Pane] | None = None
        self._placing = _Tiles()
        self._current: Pane | None = None
        self._removed: deque[tuple[int, Subscription]] = deque(maxlen=_UNDO_DEPTH)

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
        shown = sum(pane.display for pane in self.panes)
        return plan(shown, self.size.width, self.size.height, self.columns)

    def group(self, x: int, y: int) -> int:
        """Whose cell of the screen this is: a pane's number; -1 where prices or no panes are."""
        for number, pane in enumerate(self.panes):
            if pane.region.contains(x, y):
                return -1 if pane.has_price(y) else number
        return -1

    def shows(self, pane: Pane) -> bool:
        """Whether the pane stands in the part of the grid that is on view."""
        return pane.display and self.region.overlaps(pane.region)

    # --- add, remove, undo ----------------------------------------------------------------

    async def add(self, subscriptions: Iterable[Subscription]) -> None:
        """Add panes at the end; one that is there already is selected instead."""
        wanted = list(dict.fromkeys(subscriptions))
        present = {pane.subscription: pane for pane in self.panes}
        await self.mount_panes(s for s in wanted if s not in present)
        for subscription in filter(present.__contains__, wanted):
            self.notify(f"{subscription} is here already.", markup=False)
        if wanted:
            self.select(next(p for p in self.panes if p.subscription == wanted[-1]))
        self.post_message(Changed())

    async def mount_panes(
        self, subscriptions: Iterable[Subscription], before: int | None = None
    ) -> None:
        """Put panes at the end, or before the one of that index; the current one stays."""
        panes = [Pane(self.engine, s, replace(self.options, offset=0)) for s in subscriptions]
        inside = before is not None and before < len(self.panes)
        await self.mount(*panes, before=before if inside else None)
        for pane in panes:
            pane.frozen = self.frozen
            pane.use_studies(self.studies.get(str(pane.subscription.symbol), ()))
            pane.names = self.names
        self._arrange()

    async def remove_pane(self, pane: Pane) -> None:
        """Take the pane away; undo brings it back to its place."""
        walk = self.walk
        place = walk.index(pane) if pane in walk else 0
        self._removed.append((self.panes.index(pane), pane.subscription))
        await pane.remove()
        self._arrange()
        if remaining := [other for other in walk if other is not pane]:
            self.select(remaining[min(place, len(remaining) - 1)])
        self.post_message(self.Removed(pane.subscription))
        self.post_message(Changed())

    async def action_remove(self) -> None:
        if self.current:
            await self.remove_pane(self.current)

    async def action_undo(self) -> None:
        if not self._removed:
            refuse(self, "No pane was removed that could come back.")
        else:
            index, subscription = self._removed.pop()
            await self.mount_panes([subscription], before=index)
            self.post_message(self.Restored(subscription))
            self.action_select(min(index, len(self.panes) - 1))
            self.post_message(Changed())

    # --- select, arrange ------------------------------------------------------------------

    def select(self, pane: Pane) -> None:
        """Make this the pane that keys act on."""
        self._current = pane
        if self.zoomed:
            self._arrange()
        if self.listed is None:
            pane.focus()
        else:
            self.post_message(self.Selected())

    def put(self, pane: Pane, beside: Pane, *, after: bool) -> None:
        """Move a pane right before or after another one."""
        if after:
            self.move_child(pane, after=beside)
        else:
            self.move_child(pane, before=beside)
        self.post_message(Changed())

    def action_select(self, index: int) -> None:
        walk = self.walk
        if -len(walk) <= index < len(walk):
            self.select(walk[index])
        elif walk:
            refuse(self, f"There is no pane {index + 1}; {_counted(len(walk))}.")

    def action_step(self, by: int) -> None:
        walk = self.walk
        if len(walk) == 1:
            refuse(self, "There is no other pane.")
        elif self.current in walk:
            self.select(walk[(walk.index(self.current) + by) % len(walk)])

    def action_move(self, right: int, down: int) -> None:
        if self.listed is not None:
            self._move_in_list(down)
            return
        if self.current and self.zoomed and right:
            self.current.action_pan(-right)
        elif self.zoomed:
            self.action_step(down)
        elif self.current:
            index = self.panes.index(self.current) + right + down * self.chosen.columns
            if down > 0:
                index = min(index, len(self.panes) - 1)
            if 0 <= index < len(self.panes):
                self.select(self.panes[index])

    def _move_in_list(self, down: int) -> None:
        walk = self.walk
        if self.current in walk:
            index = walk.index(self.current) + down
            self.select(walk[max(0, min(index, len(walk) - 1))])

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed and self.current is not None
        self._arrange()
        self.post_message(Changed())

    def use_columns(self, columns: int) -> None:
        """Arrange in so many columns; 0 lets the size decide."""
        self.columns = columns
        for pane in self.panes:
            # Asked of the children, since a widget keeps the arrangement of its own children.
            pane.refresh(layout=True)
        self.post_message(Changed())

    def on_pane_zoom_asked(self, message: Pane.ZoomAsked) -> None:
        self.select(message.pane)
        self.action_zoom()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Pane):
            self._current = event.widget
            self.post_message(self.Selected())

    # --- charts ---------------------------------------------------------------------------

    def use_options(self, options: Options) -> None:
        """Draw all charts like this; each keeps its place in time."""
        self.options = options
        for pane in self.panes:
            pane.options = replace(options, offset=pane.options.offset)
            pane.wake()
        self.post_message(Changed())

    def use_studies(self, symbol: Symbol, studies: tuple[Study, ...]) -> None:
        """Draw these in all panes of the symbol, whatever their interval."""
        self.studies[str(symbol)] = studies
        for pane in self.panes:
            if pane.subscription.symbol == symbol:
                pane.use_studies(studies)
        self.post_message(Changed())

    def use_names(self, names: Mapping[Symbol, str]) -> None:
        """Call symbols like this in the headers."""
        self.names = names
        for pane in self.panes:
            pane.names = names
            pane.wake()

    def use_interval(self, interval: Interval) -> None:
        """Follow all symbols with candles of another length."""
        for pane in self.panes:
            pane.use_interval(interval)

    def action_chart_zoom(self, by: int) -> None:
        zoom = self.options.zoom.step(by)
        if zoom is self.options.zoom:
            refuse(self, f"The candles are as {'wide' if by > 0 else 'narrow'} as they get.")
        else:
            self.use_options(replace(self.options, zoom=zoom))

    def on_pane_chart_zoom_asked(self, message: Pane.ChartZoomAsked) -> None:
        self.action_chart_zoom(message.by)

    def action_volume(self) -> None:
        self.use_options(replace(self.options, show_volume=not self.options.show_volume))

    def action_next_kind(self) -> None:
        self.use_options(replace(self.options, kind=self.options.kind.next))

    def action_next_glyphs(self) -> None:
        self.use_options(replace(self.options, glyphs=self.options.glyphs.next))

    def action_log(self) -> None:
        self.use_options(replace(self.options, log=not self.options.log))

    def action_freeze(self) -> None:
        self.frozen = not self.frozen
        for pane in self.panes:
            pane.frozen = self.frozen
            pane.wake()

    def _arrange(self) -> None:
        """A zoomed pane hides the others."""
        self.zoomed = self.zoomed and bool(self.panes)
        current = self.current
        for pane in self.panes:
            pane.display = not self.zoomed or pane is current


def _counted(panes: int) -> str:
    return "there is one" if panes == 1 else f"there are {panes}"


class _Tiles(Layout):
    """Tiles a PaneGrid."""

    name = "tiles"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        assert isinstance(parent, PaneGrid)
        chosen = plan(len(children), size.width, size.height, parent.columns)
        places = regions(len(children), size.width, size.height, chosen)
        for pane in children:
            assert isinstance(pane, Pane)
            pane.fit(least(places))
        return [
            WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child)
            for child, region in zip(children, places, strict=True)
        ]
