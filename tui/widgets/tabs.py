"""The tabs: the row of their names, what the hidden ones hold, and what can be brought back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message

from tui.chart.picture import Run
from tui.market.symbol import Subscription
from tui.tab import Tab
from tui.text import clean
from tui.widgets.grid import PaneGrid
from tui.widgets.picture import TextPicture, cut
from tui.widgets.refusal import refuse
from tui.widgets.remembered import Changed

_NAME_CELLS = 24
_UNDO_DEPTH = 50


@dataclass(slots=True, eq=False)
class _Opened:
    """A tab; what the one on view holds is the grid's to say."""

    tab: Tab
    current: int = 0


@dataclass(frozen=True, slots=True)
class _LostPane:
    opened: _Opened
    subscription: Subscription
    index: int


@dataclass(frozen=True, slots=True)
class _LostTab:
    opened: _Opened
    index: int


class Tabs(TextPicture):
    """Tabs in their order, one of them in the grid; the others hold no leases.

    The row of names is seen when there are several.
    """

    class Closed(Message):
        """A tab was closed; undo brings it back."""

        def __init__(self, label: str) -> None:
            super().__init__()
            self.label = label

    class Reopened(Closed):
        """A closed tab is back."""

    DEFAULT_CSS = """
    Tabs { width: 1fr; height: 1; background: $surface; display: none; }
    Tabs.-several { display: block; }
    """

    def __init__(self, grid: PaneGrid, tabs: Sequence[Tab], shown: int) -> None:
        super().__init__()
        self._grid = grid
        self._opened = [_Opened(tab) for tab in tabs]
        self._shown = self._opened[shown]
        self._lost: deque[_LostPane | _LostTab] = deque(maxlen=_UNDO_DEPTH)
        self._spans: list[tuple[int, int]] = []
        # Keys and the palette come from different tasks; a change of tabs takes a while.
        self._changing = asyncio.Lock()

    # --- what there is --------------------------------------------------------------------

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """All tabs as they are now."""
        return tuple(self._present(opened) for opened in self._opened)

    @property
    def shown(self) -> int:
        """The index of the tab in the grid."""
        return self._opened.index(self._shown)

    @property
    def labels(self) -> list[str]:
        """What each tab is called: its number, and its name if it has one."""
        return [f"{n} {o.tab.name}".rstrip() for n, o in enumerate(self._opened, start=1)]

    def _present(self, opened: _Opened) -> Tab:
        if opened is not self._shown:
            return opened.tab
        return replace(self._grid.tab, name=opened.tab.name)

    # --- open, close, choose --------------------------------------------------------------

    async def restore(self) -> None:
        """Fill the grid for the first time."""
        self._draw()
        await self._grid.hold(self._shown.tab)

    async def open(self, tab: Tab) -> None:
        """Add a tab after the present one, and show it."""
        async with self._changing:
            opened = _Opened(tab)
            self._opened.insert(self.shown + 1, opened)
            await self._show(opened)

    async def choose(self, index: int) -> None:
        """Show the tab of this index."""
        async with self._changing:
            await self._show(self._opened[index])

    async def action_step_tab(self, by: int) -> None:
        if len(self._opened) == 1:
            refuse(self, "This is the only tab.")
        await self.choose((self.shown + by) % len(self._opened))

    async def close(self) -> None:
        """Close the tab on view; the last one stays."""
        async with self._changing:
            if len(self._opened) == 1:
                refuse(self, "This is the only tab.")
                return
            closing, index, label = self._shown, self.shown, self.labels[self.shown]
            await self._show(self._opened[index - 1 if index else 1])
            self._opened.remove(closing)
            self._lost.append(_LostTab(closing, index))
            self.post_message(self.Closed(label))
            self._changed()

    def rename(self, name: str) -> None:
        """Call the tab on view so; an empty name takes its name away."""
        self._shown.tab = replace(self._shown.tab, name=clean(name, _NAME_CELLS))
        self._changed()

    async def _show(self, opened: _Opened) -> None:
        leaving = self._shown
        if opened is leaving:
            return
        leaving.current = self._grid.place
        leaving.tab, self._shown = self._present(leaving), opened
        await self._grid.hold(opened.tab, opened.current)
        self._changed()

    # --- undo -----------------------------------------------------------------------------

    def lost(self, subscription: Subscription, index: int) -> None:
        """A pane was removed from this place of the tab on view."""
        self._lost.append(_LostPane(self._shown, subscription, index))

    async def action_undo(self) -> None:
        """Bring back the pane or tab that went last, to where it was."""
        async with self._changing:
            if not self._lost:
                refuse(self, "Nothing to bring back.")
                return
            match self._lost.pop():
                case _LostPane(opened, subscription, index):
                    await self._show(opened)
                    await self._grid.bring_back(subscription, index)
                case _LostTab(opened, index):
                    self._opened.insert(min(index, len(self._opened)), opened)
                    await self._show(opened)
                    self.post_message(self.Reopened(self.labels[self.shown]))

    # --- the row --------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._draw()

    def _changed(self) -> None:
        self._draw()
        self.post_message(Changed())

    def _draw(self) -> None:
        self.set_class(len(self._opened) > 1, "-several")
        spans = _visible(self.labels, self.shown, self.size.width)
        runs: list[Run] = []
        self._spans, used = [], 0
        for index, text in spans:
            runs.append((text, "strong" if index == self.shown else "muted"))
            used += cell_len(text)
            self._spans.append((used, index))
        self.show([tuple(runs)])

    async def on_click(self, event: Click) -> None:
        for end, index in self._spans:
            if event.x < end:
                await self.choose(index)
                return


def _visible(labels: Sequence[str], shown: int, width: int) -> list[tuple[int, str]]:
    """The tabs whose names fit, each with its index, so that the one on view is among them."""
    signs = ("▸" if index == shown else " " for index in range(len(labels)))
    texts = [f" {s}{cut(label, width - 2)}" for s, label in zip(signs, labels, strict=True)]
    first = 0
    while first < shown and sum(cell_len(text) for text in texts[first : shown + 1]) > width:
        first += 1
    return list(enumerate(texts))[first:]
