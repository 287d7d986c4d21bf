"""A candle chart as three parts of a pane, of which a tick changes two."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region

from tui.chart.chart import axis_rows, history_rows, live_rows
from tui.chart.curves import Figures
from tui.chart.frame import Frame, Options, frame
from tui.chart.legend import legend
from tui.chart.picture import Row
from tui.feed.status import SeriesView
from tui.widgets.mosaic import Part
from tui.widgets.picture import ChartPicture, Picture

# The candles of a lower chart need all the rows.
_LEGEND_FROM = 9


class CandleChart:
    """Draws one subscription after another: history, live column, price axis, legend of studies.

    The history rarely changes, the others with each tick.  `region` is the
    chart's place in the pane, and must not be empty; `parts` is what was drawn last.
    """

    def __init__(self) -> None:
        self.region = Region()
        self.parts: tuple[Part, ...] = ()
        self.pictures: tuple[Picture, ...] = tuple(ChartPicture() for _ in range(4))
        self._frame: Frame | None = None
        self._history: list[Row] = []

    def show(self, view: SeriesView, options: Options, figures: Sequence[Figures] = ()) -> None:
        """Draw the view and studies of it; what looks the same as before is not drawn again."""
        x, y, width, height = self.region
        named = int(bool(figures) and height >= _LEGEND_FROM)
        y, height = y + named, height - named
        new = frame(view, width, height, options, self._frame, figures)
        if new != self._frame:
            self._history = history_rows(new)
        self._frame = new
        live, axis = live_rows(new), axis_rows(new)
        overlap = min(1, new.axis_width)
        if overlap:
            live, axis = _overlapping(live, axis)
        after = x + new.history_width
        last = after + new.live_width + overlap
        self.parts = (
            Part(Region(x, y, new.history_width, height), self._history),
            Part(Region(after, y, last - after, height), live),
            Part(Region(last, y, x + width - last, height), axis),
        )
        if named:
            self.parts += (Part(Region(x, y - 1, width, 1), [legend(new, width)]),)

    @property
    def frame(self) -> Frame | None:
        """The plan of what was drawn last."""
        return self._frame

    def forget(self) -> None:
        """Another subscription follows: its scale owes nothing to this one's."""
        self._frame = None


def _overlapping(live: Sequence[Row], axis: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The axis' first column given to the live column.

    A change that ends before a picture's edge spares the terminal a cursor movement.
    """
    wider, narrower = [], []
    for left, ((text, role), *rest) in zip(live, axis, strict=True):
        wider.append((*left, (text[0], role)))
        narrower.append(((text[1:], role), *rest))
    return wider, narrower
