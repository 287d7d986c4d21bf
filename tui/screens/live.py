"""A screen that the frame timer draws."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime

from textual.screen import Screen

from tui.chart.picture import Run
from tui.market.symbol import Subscription
from tui.widgets.pane import Pane


class LiveScreen(Screen[None]):
    """Shows what the engine tells, frame by frame."""

    @property
    def current(self) -> Pane | None:
        """The pane that keys act on."""
        raise NotImplementedError

    def update(self, dirty: Set[Subscription]) -> None:
        """Something about these changed."""
        raise NotImplementedError

    def tick(self, moment: datetime, remarks: Sequence[Run] = ()) -> None:
        """Once a second: ages and countdowns go on though nothing happens.

        `remarks` on the drawing itself are for the status bar.
        """
        raise NotImplementedError
