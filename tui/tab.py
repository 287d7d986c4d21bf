"""What a tab of the monitor holds."""

from __future__ import annotations

from dataclasses import dataclass

from tui.market.symbol import Subscription


@dataclass(frozen=True, slots=True)
class Tab:
    """A workspace of its own: panes in their order, and how they are laid out.

    `columns` 0 fits them to the terminal. `zoomed` is the index of the pane that fills the grid.
    A tab without a `name` goes by its number.
    """

    panes: tuple[Subscription, ...] = ()
    name: str = ""
    columns: int = 0
    zoomed: int | None = None
