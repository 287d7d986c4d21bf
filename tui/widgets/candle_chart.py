"""A candle chart in three widgets, so that a tick repaints a few cells and no more."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.message import Message

from tui.chart.chart import axis_rows, history_rows, live_rows
from tui.chart.frame import Frame, Options, frame, wanted
from tui.chart.picture import Row
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
    """

    def __init__(self) -> None:
        super().__init__()
        self._history = ChartPicture()
        self._live = ChartPicture()
        self._axis = ChartPicture()
        self._frame: Frame | None = None

    def compose(self) -> ComposeResult:
        yield from (self._history, self._live, self._axis)

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
        live, axis = live_rows(new), axis_rows(new)
        if new.axis_width:
            live, axis = _overlapping(live, axis)
        self._live.show(live)
        self._axis.show(axis)
        self._frame = new

    def forget(self) -> None:
        """Another subscription follows: its scale owes nothing to this one's."""
        self._frame = None

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def _place(self, new: Frame) -> None:
        overlap = min(1, new.axis_width)
        parts = (
            (self._history, new.history_width),
            (self._live, new.live_width + overlap),
            (self._axis, new.axis_width - overlap),
        )
        for part, width in parts:
            if part.styles.width is None or part.styles.width.value != width:
                part.styles.width = width
                part.styles.height = "1fr"


def _overlapping(live: Sequence[Row], axis: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The axis' first column given to the live column.

    A change that ends before a widget's edge spares the terminal a cursor movement.
    """
    wider, narrower = [], []
    for left, ((text, role), *rest) in zip(live, axis, strict=True):
        wider.append((*left, (text[0], role)))
        narrower.append(((text[1:], role), *rest))
    return wider, narrower
