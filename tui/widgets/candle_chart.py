"""A candle chart in three widgets, so that a tick repaints a few cells and no more."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.message import Message

from tui.chart.chart import axis_rows, history_rows, live_rows
from tui.chart.frame import Frame, Options, frame, wanted
from tui.feed.status import SeriesView
from tui.widgets.picture import ChartPicture, Plain


class CandleChart(Plain):
    """History, live column and price axis beside each other.

    The terminal is repainted in pieces between widget edges, so the edges stand where the
    changes are: the live column and the axis change with each tick, the history rarely does.
    """

    class Resized(Message):
        """What is shown was drawn for another size."""

    DEFAULT_CSS = """
    CandleChart { layout: horizontal; width: 1fr; height: 1fr; overflow: hidden; }
    CandleChart > ChartPicture { width: 1fr; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._history = ChartPicture()
        self._edge = ChartPicture()
        self._frame: Frame | None = None

    def compose(self) -> ComposeResult:
        yield from (self._history, self._edge)

    def wanted(self, options: Options) -> int:
        """How many candles a view must have to fill this chart."""
        return wanted(self.size.width, options)

    def show(self, view: SeriesView, options: Options) -> None:
        """Draw the view; parts that look the same as before cost nothing at the terminal."""
        if not self.size:
            return
        new = frame(view, self.size.width, self.size.height, options, self._frame)
        if new != self._frame:
            self._place(new)
            self._history.show(history_rows(new))
        both = zip(live_rows(new), axis_rows(new), strict=True)
        self._edge.show([(*live, *axis) for live, axis in both])
        self._frame = new

    def forget(self) -> None:
        """Another subscription follows: its scale owes nothing to this one's."""
        self._frame = None

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def _place(self, new: Frame) -> None:
        width = new.history_width
        if self._history.styles.width is None or self._history.styles.width.value != width:
            self._history.styles.width = width
