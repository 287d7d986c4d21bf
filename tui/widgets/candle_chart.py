"""A candle chart in three widgets, so that a tick repaints a few cells and no more."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from tui.chart.chart import axis_rows, history_rows, live_rows
from tui.chart.frame import Frame, Options, frame, wanted
from tui.feed.status import SeriesView
from tui.widgets.picture import Picture


class CandleChart(Horizontal):
    """History, live column and price axis beside each other.

    The terminal is repainted in pieces between widget edges, so the edges stand where the
    changes are: the live column and the axis change with each tick, the history rarely does.
    """

    DEFAULT_CSS = """
    CandleChart { width: 1fr; height: 1fr; overflow: hidden; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._history = Picture()
        self._live = Picture()
        self._axis = Picture()
        self._frame: Frame | None = None
        self._shown: tuple[SeriesView, Options] | None = None

    def compose(self) -> ComposeResult:
        yield from (self._history, self._live, self._axis)

    def wanted(self, options: Options) -> int:
        """How many candles a view must have to fill this chart."""
        return wanted(self.size.width, options)

    def show(self, view: SeriesView, options: Options) -> None:
        """Draw the view; parts that look the same as before cost nothing at the terminal."""
        self._shown = (view, options)
        if not self.size:
            return
        new = frame(view, self.size.width, self.size.height, options, self._frame)
        if new != self._frame:
            self._place(new)
            self._history.show(history_rows(new))
        self._live.show(live_rows(new))
        self._axis.show(axis_rows(new))
        self._frame = new

    def forget(self) -> None:
        """Another subscription follows: its scale owes nothing to this one's."""
        self._frame = self._shown = None

    def on_resize(self) -> None:
        if self._shown:
            self.show(*self._shown)

    def _place(self, new: Frame) -> None:
        parts = (
            (self._history, new.history_width),
            (self._live, new.live_width),
            (self._axis, new.axis_width),
        )
        for part, width in parts:
            if part.styles.width is None or part.styles.width.value != width:
                part.styles.width = width
                part.styles.height = "1fr"
